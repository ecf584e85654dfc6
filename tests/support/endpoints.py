"""A webhook endpoint on loopback that records requests and answers with a configurable status."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ReceivedRequest:
    """One received request."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The message id, which is the same in each delivery attempt."""
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        """The decoded body."""
        event: dict[str, Any] = json.loads(self.body)
        return event


@dataclass
class Endpoint:
    """A running endpoint: the requests received, and the response to send."""

    url: str
    received: list[ReceivedRequest] = field(default_factory=list)
    status: int = 204
    status_overrides: dict[int, int] = field(default_factory=dict)
    """Statuses by the number of the request, counted from 1, instead of `status`."""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    request_received: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The distinct events received."""
        return [one.event for one in {one.id: one for one in self.received}.values()]

    async def until(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        """Wait until the condition holds; it is checked after each request."""
        async with asyncio.timeout(seconds):
            while not condition():
                self.request_received.clear()
                await self.request_received.wait()


@asynccontextmanager
async def endpoint() -> AsyncIterator[Endpoint]:
    """Run an endpoint for the duration of the block."""
    running = Endpoint("")
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            while (request := await _read(reader)) is not None:
                running.received.append(request)
                running.request_received.set()
                if running.delay:
                    await asyncio.sleep(running.delay)
                headers = {"Content-Length": "0", **running.headers}
                head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
                status = running.status_overrides.get(len(running.received), running.status)
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


async def _read(reader: asyncio.StreamReader) -> ReceivedRequest | None:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.casefold(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
    return ReceivedRequest(headers, await reader.readexactly(int(headers.get("content-length", 0))))
