"""Node.js scripts of this folder, and installations of packages by a lock file."""

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

HERE = Path(__file__).parent


def skip_or_fail(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def install(lock: Path, installed: Path, *commands: list[str]) -> None:
    """Install the packages of a lock file unless the `installed` marker is newer than it."""
    with lock.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # test processes start concurrently
        if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
            return
        for command in commands:
            done = subprocess.run(command, cwd=lock.parent, capture_output=True, text=True)
            if done.returncode:
                skip_or_fail(f"{' '.join(command)} failed in {lock.parent}. {done.stderr}")
        installed.touch()


def install_packages(folder: Path) -> None:
    """Install the packages of a folder's `package-lock.json`."""
    if not (shutil.which("node") and shutil.which("npm")):
        skip_or_fail("Node.js and npm are missing. Install them, as Debian's packages nodejs and npm.")
    install(folder / "package-lock.json", folder / "node_modules" / ".package-lock.json", ["npm", "ci"])


@asynccontextmanager
async def node(*arguments: str) -> AsyncIterator[Process]:
    """Run a Node.js script for the duration of a block."""
    running = await asyncio.create_subprocess_exec("node", *arguments, cwd=HERE, stdout=PIPE, stderr=PIPE)
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
