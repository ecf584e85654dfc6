"""The software bill of materials lists the packages of an installation."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_sbom_lists_locked_packages_with_hashes():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    subprocess.run(["make", "-s", "sbom"], cwd=ROOT, check=True, capture_output=True)

    bill = json.loads((ROOT / "dist" / f"seatkeeper-{version}.cdx.json").read_text())

    locked = (ROOT / "requirements.txt").read_text()
    assert bill["bomFormat"] == "CycloneDX"
    assert {part: bill["metadata"]["component"][part] for part in ("name", "version")} == {
        "name": "seatkeeper",
        "version": version,
    }
    assert {(package["name"], package["version"]) for package in bill["components"]} == set(
        re.findall(r"^([\w.-]+)==([\w.]+)", locked, re.MULTILINE)
    )
    hashes = {
        known["content"]
        for package in bill["components"]
        for reference in package["externalReferences"]
        for known in reference["hashes"]
    }
    assert hashes == set(re.findall(r"sha256:(\w+)", locked))
