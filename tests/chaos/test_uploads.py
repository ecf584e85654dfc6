"""Slow and endless request bodies are rejected in time, while other requests are served."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from server.middleware.body_limit import BODY_TIMEOUT, MAX_BODY_SIZE
from server.middleware.uvicorn_protocol import BODY_DRAIN_TIMEOUT
from tests.support.processes import process
from tests.support.timing import Measure

CLIENTS = 50
JSON_HEADERS = {"Content-Type": "application/json"}


@asynccontextmanager
async def open_request(url: str, length: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Send the head of a request whose body has a length header."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = f"POST /graphql HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n{length}\r\n\r\n"
    writer.write(head.encode())
    yield reader, writer
    writer.transport.abort()


async def send_first_byte(url: str) -> bytes:
    """Send only the first byte of a body and return the status line of the response."""
    async with open_request(url, "Content-Length: 1000") as (reader, writer):
        writer.write(b"{")
        return await reader.readline()


async def send_without_end(writer: asyncio.StreamWriter) -> None:
    """Send chunks without end."""
    while True:
        writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


async def test_stalled_uploads_do_not_block_others(sqlite_url: str, tmp_path: Path, measured: Measure) -> None:
    async with process(sqlite_url, tmp_path) as (url, _), httpx2.AsyncClient(base_url=url) as client:
        with measured("408 to a body that does not arrive", most=BODY_TIMEOUT + 3):
            waiting = asyncio.gather(*(send_first_byte(url) for _ in range(CLIENTS)))
            with measured("an answer to others meanwhile", most=2):
                answered = await client.post("/graphql", json={"query": "{ viewer { scopes } }"})
            with measured("413 to a body that says it is too large", most=1):
                declared = await client.post("/graphql", content=b"x" * (MAX_BODY_SIZE + 1), headers=JSON_HEADERS)
            assert not waiting.done()
            refused = await waiting

    assert answered.json()["data"] == {"viewer": None}
    assert declared.status_code == 413
    assert {line[:13] for line in refused} == {b"HTTP/1.1 408 "}
    assert "Traceback" not in (tmp_path / "server.log").read_text()


async def test_endless_body_is_rejected_and_disconnected(sqlite_url: str, tmp_path: Path, measured: Measure) -> None:
    async with (
        process(sqlite_url, tmp_path) as (url, _),
        open_request(url, "Transfer-Encoding: chunked") as (reader, writer),
    ):
        with measured("413 to a body that does not end", most=1):
            sending = asyncio.ensure_future(send_without_end(writer))
            assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
        async with asyncio.timeout(BODY_DRAIN_TIMEOUT + 5):
            with pytest.raises(ConnectionError):
                await sending

    assert "Traceback" not in (tmp_path / "server.log").read_text()


async def test_fully_sent_oversized_body_keeps_the_connection(sqlite_url: str, tmp_path: Path) -> None:
    size = 2 * MAX_BODY_SIZE
    async with (
        process(sqlite_url, tmp_path) as (url, _),
        open_request(url, f"Content-Length: {size}") as (reader, writer),
    ):
        writer.write(b"x" * size)
        await writer.drain()
        for _ in range(int(BODY_DRAIN_TIMEOUT) + 1):
            await asyncio.sleep(1)
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answers = await reader.read()

    assert answers.count(b"HTTP/1.1 413 ") == 1
    assert answers.count(b"HTTP/1.1 200 ") == int(BODY_DRAIN_TIMEOUT) + 2
