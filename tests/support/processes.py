"""Servers in separate processes, which tests can stop, kill and restart."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx2


@asynccontextmanager
async def process(
    database_url: str, folder: Path, *options: str, program: str = "server.cli", port: int = 0, **settings: str
) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """Run `seatkeeper serve`, or another program with the same arguments, in a process; yield its URL and the process.

    Settings are named like their variables, without `SEATKEEPER_` and in lower case. The log is written to
    `server.log` in the folder. A free port is chosen unless one is given.
    """
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {"database_url": database_url, "public_url": url, **settings}
    environment = {f"SEATKEEPER_{name.upper()}": value for name, value in settings.items()}
    command = (program, "serve", "--port", str(port), *options)
    async with _running(command, folder / "server.log", f"{url}/readyz", environment) as running:
        yield url, running


@asynccontextmanager
async def license_server_process(folder: Path, log: Path) -> AsyncIterator[str]:
    """Run `seatkeeper issuer serve` for a vendor's folder, and yield its URL."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = ("server.cli", "issuer", "serve", str(folder), "--port", str(port))
    async with _running(command, log, f"{url}/v1/licenses/none.lic", {}, ready=404):
        yield url


def find_worker(local_port: int, supervisor: int) -> int:
    """Return the id of the worker process that serves the connection from a local port (Linux only).

    Raises:
        LookupError: No worker of the supervisor serves it.
    """
    [inode] = [
        fields[9]
        for fields in (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
        if int(fields[2].split(":")[1], 16) == local_port and fields[3] == "01"
    ]
    for worker in Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split():
        for descriptor in Path(f"/proc/{worker}/fd").iterdir():
            with suppress(FileNotFoundError):
                if os.readlink(descriptor) == f"socket:[{inode}]":
                    return int(worker)
    raise LookupError(f"no worker of {supervisor} holds a connection from port {local_port}")


def free_port() -> int:
    """Return a free port of the loopback address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@asynccontextmanager
async def _running(
    command: tuple[str, ...], log_file: Path, ready_url: str, environment: dict[str, str], *, ready: int = 200
) -> AsyncIterator[asyncio.subprocess.Process]:
    with log_file.open("ab") as log:
        running = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *command),
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        async with asyncio.timeout(60), httpx2.AsyncClient() as client:
            while True:
                try:
                    if (await client.get(ready_url)).status_code == ready:
                        break
                except httpx2.TransportError:
                    await asyncio.sleep(0.05)
        yield running
    finally:
        with suppress(ProcessLookupError, TimeoutError):
            running.terminate()
            async with asyncio.timeout(10):
                await running.wait()
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)  # including its workers
        await running.wait()
