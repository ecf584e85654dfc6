"""A PostgreSQL server for the tests: that of `TEST_POSTGRES_URL`, or a temporary one."""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import asyncpg

_database_numbers = count(1)


class PostgresMissing(Exception):
    """`TEST_POSTGRES_URL` is not set, and PostgreSQL is not installed."""


@contextmanager
def running_postgres() -> Iterator[str]:
    """Yield the URL of a server, without a database name, such as `postgres://postgres@127.0.0.1:5555`.

    Raises:
        PostgresMissing: There is no server to use, and none can be started.
    """
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield url.rstrip("/")
        return
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="seatkeeper-postgres-", dir=_memory_folder()))
    if user := postgres_user():
        shutil.chown(folder, user)
    # Its standard input closes when the tests end, even if they are killed; then it stops the server.
    clean_up = 'cat; "$0" -D "$1/data" -m immediate stop; rm -rf "$1"'
    with subprocess.Popen(
        ["sh", "-c", clean_up, programs / "pg_ctl", folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=user,
        cwd="/",
        start_new_session=True,
    ):
        yield f"postgres://postgres@127.0.0.1:{_start(programs, folder)}"


def _memory_folder() -> Path | None:
    """Return a folder in memory if it has enough space: copying a database takes a twentieth of the time there."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > 2**30 else None


def create_database(server_url: str, *, template: str = "template1") -> str:
    """Create a database as a copy of the template, and return its name."""
    name = f"seatkeeper_test_{os.getpid()}_{next(_database_numbers)}"
    _execute(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return name


def drop_database(server_url: str, name: str) -> None:
    """Drop a database and its open connections."""
    _execute(server_url, f'DROP DATABASE "{name}" WITH (FORCE)')


def _execute(server_url: str, statement: str) -> None:
    async def execute() -> None:
        connection = await asyncpg.connect(f"{server_url}/postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(execute())


def find_programs() -> Path:
    """Return the folder with PostgreSQL's programs, of the newest version; Debian does not add it to the PATH.

    Raises:
        PostgresMissing: PostgreSQL is not installed.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    if found and (found[-1] / "initdb").exists():
        return found[-1]
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    raise PostgresMissing(
        "PostgreSQL is not installed. Install it (Debian: apt-get install postgresql), "
        "or name a server in TEST_POSTGRES_URL."
    )


def _start(programs: Path, folder: Path) -> int:
    """Initialize and start a server, and return its port."""
    run_as_postgres(
        programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off"
    run_as_postgres(programs / "pg_ctl", "-D", folder / "data", "-l", folder / "log", "-o", options, "-w", "start")
    return port


def postgres_user() -> str | None:
    """Return the user to run PostgreSQL as, which refuses to run as root; None for the current user."""
    return "postgres" if os.geteuid() == 0 else None


def run_as_postgres(*command: str | Path) -> None:
    """Run one of PostgreSQL's programs as the user who runs the server.

    Raises:
        RuntimeError: The program failed.
    """
    done = subprocess.run(
        command, user=postgres_user(), cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()}")
