"""The software bill of materials names what an installation runs."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_it_holds_the_locked_packages_with_their_hashes():
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
        for place in package["externalReferences"]
        for known in place["hashes"]
    }
    assert hashes == set(re.findall(r"sha256:(\w+)", locked))
