"""A TCP proxy in front of the database that can drop or stall connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class TcpProxy:
    """A proxy to one address; it forwards data while `is_forwarding` is set."""

    def __init__(self, host: str, port: int) -> None:
        """Set the target address; `restore` starts the proxy."""
        self.target = host, port
        self.port = 0
        self.is_forwarding = asyncio.Event()
        self.is_forwarding.set()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def restore(self) -> None:
        """Accept connections and forward data."""
        self.is_forwarding.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Abort all connections and refuse new ones."""
        if self._server:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        await asyncio.sleep(0)

    def stall(self) -> None:
        """Keep all connections and accept new ones, but forward no data."""
        self.is_forwarding.clear()

    async def end(self) -> None:
        """Stop the proxy and its tasks."""
        await self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        far_reader, far_writer = await asyncio.open_connection(*self.target)
        self._writers.add(far_writer)
        for source, target in ((reader, far_writer), (far_reader, writer)):
            self._tasks.add(asyncio.create_task(self._forward(source, target)))

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                await self.is_forwarding.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def tcp_proxy(database_url: str) -> AsyncIterator[tuple[str, TcpProxy]]:
    """Run a proxy in front of a database, and yield the database URL through the proxy and the proxy."""
    url = urlsplit(database_url)
    proxy = TcpProxy(url.hostname or "", url.port or 0)
    await proxy.restore()
    try:
        yield database_url.replace(f":{url.port}/", f":{proxy.port}/"), proxy
    finally:
        await proxy.end()
