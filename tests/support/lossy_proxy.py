"""A network that loses answers: the server has done what was asked, and the caller does not hear of it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2


class LossyProxy:
    """Passes on requests; of each `Idempotency-Key`, the first answer is lost."""

    def __init__(self, server_url: str) -> None:
        """To this server."""
        self.tries: Counter[str] = Counter()
        """How often each key was sent."""
        self.url = ""
        self._server_url = server_url

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, on a connection of its own."""
        first_line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, path, _ = first_line.split(" ")
        headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines if line)}
        body = await reader.readexactly(int(headers.pop("content-length", 0)))
        del headers["host"]
        headers.pop("connection", None)
        async with httpx2.AsyncClient(base_url=self._server_url) as client:
            answer = await client.request(method, path, headers=headers, content=body)
        key = headers.get("idempotency-key")
        if key:
            self.tries[key] += 1
        if not key or self.tries[key] > 1:
            head = f"HTTP/1.1 {answer.status_code} OK\r\nContent-Type: {answer.headers['content-type']}\r\n"
            writer.write(f"{head}Content-Length: {len(answer.content)}\r\nConnection: close\r\n\r\n".encode())
            writer.write(answer.content)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def lossy_proxy(server_url: str) -> AsyncIterator[LossyProxy]:
    """Such a network before a server."""
    network = LossyProxy(server_url)
    async with await asyncio.start_server(network.pass_on, "127.0.0.1") as listening:
        network.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        yield network
