"""Fixtures that run commands."""

import pytest
from tortoise.backends.base.executor import EXECUTOR_CACHE

from server.cli import main
from tests.server.credentials import PASSWORD


@pytest.fixture
def run(database_url, monkeypatch, tmp_path, capsys):
    """Return a function that runs a command in a temporary folder and returns exit code, output and error output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEATKEEPER_DATABASE_URL", database_url)
    monkeypatch.setenv("SEATKEEPER_ADMIN_PASSWORD", PASSWORD)

    def run(*arguments):
        EXECUTOR_CACHE.clear()
        try:
            code = main(arguments)
        except SystemExit as exit:  # argparse's, for wrong usage
            code = int(exit.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def demo(run):
    """Create the demo installation, with its files in `demo-issuer`, and return the output."""
    code, output, _ = run("demo")
    assert code == 0
    return output
