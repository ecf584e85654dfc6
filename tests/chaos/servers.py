"""Servers and disks for fault injection: processes are killed and paused, PostgreSQL crashes, a disk fills up."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import httpx2

from tests.support.postgres import find_programs, postgres_user, run_as_postgres
from tests.support.processes import free_port


class Server:
    """`seatkeeper serve` on a fixed port, across restarts."""

    def __init__(self, database_url: str, workers: int, log: Path) -> None:
        """Prepare a server without starting it."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.workers = workers
        self.log = log
        self.environment = {
            **os.environ,
            "SEATKEEPER_DATABASE_URL": database_url,
            "SEATKEEPER_PUBLIC_URL": self.url,
            "SEATKEEPER_RATE_LIMIT": "100000000/100000000",  # so high that no request is limited
        }
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the server and wait until it is ready."""
        command = (
            sys.executable,
            "-m",
            "server.cli",
            "serve",
            "--port",
            str(self.port),
            "--workers",
            str(self.workers),
        )
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(*command, env=self.environment, stdout=log, stderr=log)
        await self.wait_until_ready()

    async def wait_until_ready(self) -> None:
        """Wait until the server and its database respond."""
        async with asyncio.timeout(30):
            while True:
                if await self._is_ready():
                    return
                await asyncio.sleep(0.05)

    async def _is_ready(self) -> bool:
        async with httpx2.AsyncClient(base_url=self.url, timeout=5) as client:
            try:
                return (await client.get("/readyz")).status_code == 200
            except httpx2.TransportError:
                return False

    def worker_ids(self) -> list[int]:
        """Return the process IDs of the workers."""
        assert self.process
        if self.workers == 1:
            return [self.process.pid]
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def worker(self) -> int:
        """Return the process ID of one worker."""
        return self.worker_ids()[0]

    async def kill_worker(self) -> None:
        """Kill a worker; if there is only one, start the server again, as an init system would."""
        os.kill(self.worker(), signal.SIGKILL)
        if self.workers == 1:
            await self.wait_until_ended()
            await self.start()

    async def wait_until_ended(self) -> int:
        """Wait until the server has ended and return its exit code."""
        assert self.process
        async with asyncio.timeout(30):
            return await self.process.wait()


@asynccontextmanager
async def running_server(database_url: str, workers: int, folder: Path) -> AsyncIterator[Server]:
    """Run a server, logging to `server.log` in the folder."""
    server = Server(database_url, workers, folder / "server.log")
    try:
        await server.start()
        yield server
    finally:
        assert server.process
        with suppress(ProcessLookupError):
            server.process.terminate()
        await server.wait_until_ended()


class Postgres:
    """A PostgreSQL server that can be restarted and crashed."""

    def __init__(self, folder: Path, primary: "Postgres | None" = None) -> None:
        """Initialize an empty cluster, or a streaming replica of the primary, and start it."""
        folder.mkdir(exist_ok=True)
        self.folder, self.port = folder, free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}"
        if user := postgres_user():
            shutil.chown(folder, user)
        if primary:
            source = ("-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres")
            run_as_postgres(
                find_programs() / "pg_basebackup", *source, "-D", self._data, "-R", "--no-sync", "-c", "fast"
            )
        else:
            self._make()
        self.start()

    def _make(self) -> None:
        made = ("-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--wal-segsize=1")
        run_as_postgres(find_programs() / "initdb", *made)

    def start(self) -> None:
        """Start the server, retrying until the remains of a crash are gone."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_wal_size=4MB"
        self._control("start", "-l", self.folder / "log", "-o", options, attempts=20)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: `fast` closes connections cleanly, `immediate` simulates a crash."""
        self._control("stop", "-m", mode)

    def restart(self) -> None:
        """Stop the server, disconnecting all clients, and start it again."""
        self.stop()
        self.start()

    def is_running(self) -> bool:
        """Return whether the server accepts connections."""
        with suppress(RuntimeError):
            run_as_postgres(find_programs() / "pg_isready", "-h", "127.0.0.1", "-p", str(self.port))
            return True
        return False

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _control(self, command: str, *options: str | Path, attempts: int = 1) -> None:
        for attempt in range(attempts):
            try:
                run_as_postgres(find_programs() / "pg_ctl", "-D", self._data, "-w", *options, command)
            except RuntimeError:
                if attempt + 1 == attempts:
                    raise
            else:
                return


@contextmanager
def running_postgres(folder: Path | None = None, primary: Postgres | None = None) -> Iterator[Postgres]:
    """Run a PostgreSQL server in a folder, or in a temporary one; with a primary, a replica of it."""
    with tempfile.TemporaryDirectory(prefix="seatkeeper-chaos-", ignore_cleanup_errors=True) as temporary:
        postgres = Postgres(folder or Path(temporary), primary)
        try:
            yield postgres
        finally:
            with suppress(RuntimeError):
                postgres.stop("immediate")


class Disk:
    """A small disk that can be filled."""

    def __init__(self, folder: Path) -> None:
        """Use the folder at which the disk is mounted."""
        self.folder = folder

    def fill(self) -> None:
        """Use up all free space."""
        with (self.folder / "ballast").open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))

    def clear(self) -> None:
        """Free the space again."""
        (self.folder / "ballast").unlink()


@contextmanager
def small_disk(megabytes: int) -> Iterator[Disk]:
    """Mount a small disk; requires root, or sudo without a password."""
    as_root = () if os.geteuid() == 0 else ("sudo", "-n")
    with tempfile.TemporaryDirectory(prefix="seatkeeper-disk-") as folder:
        mount = ("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=1777", "tmpfs", folder)
        subprocess.run([*as_root, *mount], check=True)
        try:
            yield Disk(Path(folder))
        finally:
            subprocess.run([*as_root, "umount", "--lazy", folder], check=True)
