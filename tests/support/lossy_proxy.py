"""An HTTP proxy that drops responses after the server has processed the requests."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2


class LossyProxy:
    """A proxy that drops the first response to each `Idempotency-Key`."""

    def __init__(self, server_url: str) -> None:
        """Set the URL of the server."""
        self.request_counts: Counter[str] = Counter()
        """The number of requests by idempotency key."""
        self.url = ""
        self._server_url = server_url

    async def handle_request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one request per connection."""
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
            self.request_counts[key] += 1
        if not key or self.request_counts[key] > 1:
            head = f"HTTP/1.1 {answer.status_code} OK\r\nContent-Type: {answer.headers['content-type']}\r\n"
            writer.write(f"{head}Content-Length: {len(answer.content)}\r\nConnection: close\r\n\r\n".encode())
            writer.write(answer.content)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def lossy_proxy(server_url: str) -> AsyncIterator[LossyProxy]:
    """Run the proxy in front of a server."""
    proxy = LossyProxy(server_url)
    async with await asyncio.start_server(proxy.handle_request, "127.0.0.1") as listening:
        proxy.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        yield proxy
