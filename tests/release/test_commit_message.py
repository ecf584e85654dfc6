"""`.ci/commit-message` accepts conventional commit messages and explains what is wrong with others."""

import subprocess
from pathlib import Path

import pytest

COMMAND = Path(__file__).parents[2] / ".ci" / "commit-message"


def check(path: Path, message: str) -> tuple[int, str]:
    """Return the exit status and the error output of checking a message."""
    path.write_text(message)
    completed = subprocess.run([COMMAND, path], capture_output=True, text=True)
    return completed.returncode, completed.stderr


@pytest.mark.parametrize(
    "message",
    [
        "Limit suggestion candidates before joining",
        "x" * 72 + "\n",
        "Limit suggestion candidates\n\nThe join was slow.\nIt read all users.\n",
        "Limit suggestion candidates\n# Please enter the commit message for your changes.\n",
    ],
)
def test_conventional_messages_are_accepted(tmp_path, message: str):
    assert check(tmp_path / "message", message) == (0, "")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("", "1 to 72 characters"),
        ("\n\nA body without a subject", "1 to 72 characters"),
        ("x" * 73, "1 to 72 characters"),
        ("Limit suggestion candidates.", "must not end with a period"),
        ("Merge branch 'work-3' into main", "not after a branch"),
        ("Limit suggestion candidates\nbefore joining", "second line must be empty"),
    ],
)
def test_other_messages_are_rejected(tmp_path, message: str, expected: str):
    status, error = check(tmp_path / "message", message)

    assert status == 1
    assert expected in error


def test_every_broken_rule_is_reported(tmp_path):
    _, error = check(tmp_path / "message", "x" * 72 + ".\nbefore joining")

    assert len(error.splitlines()) == 3
