"""A network between the server and its database that can be cut, and can fall silent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class TcpProxy:
    """Passes on what it gets, as long as it is told to."""

    def __init__(self, host: str, port: int) -> None:
        """To this address; nothing is passed on yet."""
        self.target = host, port
        self.port = 0
        self.passes = asyncio.Event()
        self.passes.set()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def restore(self) -> None:
        """Lets through what comes, new connections too."""
        self.passes.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Ends all connections, and refuses new ones."""
        if self._server:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()
        await asyncio.sleep(0)

    def fall_silent(self) -> None:
        """Keeps all connections, takes new ones, and passes nothing on."""
        self.passes.clear()

    async def end(self) -> None:
        """Ends everything."""
        await self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        far_reader, far_writer = await asyncio.open_connection(*self.target)
        self._writers.add(far_writer)
        for source, target in ((reader, far_writer), (far_reader, writer)):
            self._tasks.add(asyncio.create_task(self._pass_on(source, target)))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                await self.passes.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def tcp_proxy(database_url: str) -> AsyncIterator[tuple[str, TcpProxy]]:
    """The address of the same database behind a relay."""
    url = urlsplit(database_url)
    relay = TcpProxy(url.hostname or "", url.port or 0)
    await relay.restore()
    try:
        yield database_url.replace(f":{url.port}/", f":{relay.port}/"), relay
    finally:
        await relay.end()
