"""An address that webhooks are sent to: it listens, remembers what came, and answers as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """What it is known by when it comes again."""
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        """What it says."""
        said: dict[str, Any] = json.loads(self.body)
        return said


@dataclass
class Endpoint:
    """A running address."""

    url: str
    received: list[Received] = field(default_factory=list)
    status: int = 204
    exceptions: dict[int, int] = field(default_factory=dict)
    """Other statuses, by the number of the request from 1 on."""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def events(self) -> list[dict[str, Any]]:
        """What came, without what came again."""
        return [one.event for one in {one.id: one for one in self.received}.values()]

    async def until(self, there: Callable[[], bool], seconds: float = 20) -> None:
        """Waits until what came is as wanted."""
        async with asyncio.timeout(seconds):
            while not there():
                self.heard.clear()
                await self.heard.wait()


@asynccontextmanager
async def endpoint() -> AsyncIterator[Endpoint]:
    """An address on this machine, for as long as the block lasts."""
    running = Endpoint("")
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            while (request := await _read(reader)) is not None:
                running.received.append(request)
                running.heard.set()
                if running.delay:
                    await asyncio.sleep(running.delay)
                named = {"Content-Length": "0", **running.headers}
                head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
                status = running.exceptions.get(len(running.received), running.status)
                writer.write(f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode())
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    running.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/events"
    try:
        yield running
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Received | None:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.casefold(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
    return Received(headers, await reader.readexactly(int(headers.get("content-length", 0))))
