"""Other people's clients, run against a server of ours."""

import asyncio
import fcntl
import os
import shutil
import subprocess
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.acceptance.conftest import browser, copied_demo, inga, is_trial, postgres_demos, server, sqlite_demos

__all__ = ["browser", "copied_demo", "inga", "is_trial", "postgres_demos", "server", "sqlite_demos"]

HERE = Path(__file__).parent


def _cannot_run(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def install(lock: Path, installed: Path, *commands: list[str]) -> None:
    """Installs what a lock file names, unless it is; `installed` is there afterwards."""
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # several processes of tests begin at once
        if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
            return
        for command in commands:
            done = subprocess.run(command, cwd=lock.parent, capture_output=True, text=True)
            if done.returncode:
                _cannot_run(f"{' '.join(command)} failed in {lock.parent}. {done.stderr}")
        installed.touch()


def install_packages(folder: Path) -> None:
    """Installs the packages of a folder's `package-lock.json`."""
    if not (shutil.which("node") and shutil.which("npm")):
        _cannot_run("Node.js and npm are missing. Install them, as Debian's packages nodejs and npm.")
    install(folder / "package-lock.json", folder / "node_modules" / ".package-lock.json", ["npm", "ci"])


@pytest.fixture(scope="session")
def packages() -> None:
    """What the scripts of this folder import."""
    install_packages(HERE)


@pytest.fixture
def engine() -> str:
    """A client does not see which it is."""
    return "sqlite"


@asynccontextmanager
async def node(*arguments: str) -> AsyncIterator[Process]:
    """A script as it runs; it is ended with the block."""
    running = await asyncio.create_subprocess_exec("node", *arguments, cwd=HERE, stdout=PIPE, stderr=PIPE)
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
