"""Servers as processes of their own, which can be stopped, killed and started again."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2


@asynccontextmanager
async def process(
    database_url: str, folder: Path, *options: str, port: int = 0, **settings: str
) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """`seatkeeper serve` as a process of its own; settings by their name without `SEATKEEPER_`, in small letters.

    Its log is `server.log` in the folder, its port a free one if none is given.
    """
    with socket.create_server(("127.0.0.1", port)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    given = {"database_url": database_url, "public_url": url, **settings}
    environment = {**os.environ, **{f"SEATKEEPER_{name.upper()}": value for name, value in given.items()}}
    with (folder / "server.log").open("ab") as log:
        running = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server.cli", "serve", "--port", str(port), *options),
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        async with asyncio.timeout(20), httpx2.AsyncClient(base_url=url) as client:
            while True:
                try:
                    if (await client.get("/readyz")).status_code == 200:
                        break
                except httpx2.TransportError:
                    await asyncio.sleep(0.05)
        yield url, running
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
