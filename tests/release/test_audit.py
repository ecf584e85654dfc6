"""Known vulnerabilities of locked packages fail `make audit`; an unavailable database is reported without failing."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CLEAN_PYTHON_REPORT = {"dependencies": [{"name": "starlette", "version": "1.10.0", "vulns": []}]}
CLEAN_NPM_REPORT: dict[str, Any] = {"vulnerabilities": {}}


@pytest.fixture
def audit(tmp_path: Path) -> Callable[..., tuple[int, list[str]]]:
    """Return a function that runs the audit with reports, or error texts, and returns its exit code and lines."""

    def run(python: Any = CLEAN_PYTHON_REPORT, node: Any = CLEAN_NPM_REPORT) -> tuple[int, list[str]]:
        for program, report in {"pip-audit": python, "npm": node}.items():
            written = f"echo '{report}' >&2; exit 1" if isinstance(report, str) else f"echo '{json.dumps(report)}'"
            (tmp_path / program).write_text(f"#!/bin/sh\n{written}\n")
            (tmp_path / program).chmod(0o755)
        environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
        command = [sys.executable, str(ROOT / ".ci" / "audit")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.stderr == ""
        return done.returncode, done.stdout.splitlines()

    return run


def test_no_vulnerabilities_pass(audit):
    code, lines = audit()

    assert code == 0
    assert lines[:2] == [
        "Audited: requirements.txt: no vulnerabilities",
        "Audited: tests/interop/package-lock.json: no vulnerabilities",
    ]


def test_vulnerable_python_package_fails(audit):
    vulnerability = {"id": "PYSEC-2026-1", "fix_versions": ["1.10.1"]}
    affected = {"name": "starlette", "version": "1.10.0", "vulns": [vulnerability]}
    unknown = {"name": "anyio", "skip_reason": "Dependency not found on PyPI"}

    code, lines = audit(python={"dependencies": [affected, unknown]})

    assert code == 1
    assert lines[:2] == [
        "VULNERABLE: requirements.txt: starlette 1.10.0: PYSEC-2026-1, fixed in 1.10.1",
        "NOT AUDITED: requirements.txt: 1 of 2 packages, the first: Dependency not found on PyPI",
    ]


@pytest.mark.parametrize(("severity", "expected"), [("critical", 1), ("high", 1), ("moderate", 0)])
def test_severe_npm_vulnerability_fails(audit, severity: str, expected: int):
    found = {"severity": severity, "range": "<8.23.1", "via": [{"title": "Denial of service"}, "graphql-ws"]}

    code, lines = audit(node={"vulnerabilities": {"ws": found}})

    assert code == expected
    line = f"VULNERABLE: tests/interop/package-lock.json: ws <8.23.1: {severity}, Denial of service; through graphql-ws"
    assert (line in lines) == bool(expected)


def test_unavailable_database_is_reported(audit):
    code, lines = audit(python="Connection refused", node={"message": "405 Method Not Allowed"})

    assert code == 0
    assert lines[:2] == [
        "NOT AUDITED: requirements.txt: Connection refused",
        "NOT AUDITED: tests/interop/package-lock.json: 405 Method Not Allowed",
    ]
