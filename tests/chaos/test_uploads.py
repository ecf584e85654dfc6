"""Bodies that come slowly, or never end: each is refused in time, and others are served meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from server.graphql.streams import LONGEST_REST
from server.middleware.body_limit import BODY_TIMEOUT, MAX_BODY_SIZE
from tests.support.processes import process
from tests.support.timing import Measure

STALLED = 50
AS_JSON = {"Content-Type": "application/json"}


@asynccontextmanager
async def begun(url: str, length: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A request of which the body is still to come."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = f"POST /graphql HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n{length}\r\n\r\n"
    writer.write(head.encode())
    yield reader, writer
    writer.transport.abort()


async def stalled(url: str) -> bytes:
    """What is answered to a body of which nothing but the first byte comes."""
    async with begun(url, "Content-Length: 1000") as (reader, writer):
        writer.write(b"{")
        return await reader.readline()


async def send_without_end(writer: asyncio.StreamWriter) -> None:
    """Sends chunk after chunk."""
    while True:
        writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


async def test_what_does_not_arrive_is_refused_while_others_are_served(
    sqlite_url: str, tmp_path: Path, measured: Measure
) -> None:
    async with process(sqlite_url, tmp_path) as (url, _), httpx2.AsyncClient(base_url=url) as client:
        with measured("408 to a body that does not arrive", most=BODY_TIMEOUT + 3):
            waiting = asyncio.gather(*(stalled(url) for _ in range(STALLED)))
            with measured("an answer to others meanwhile", most=2):
                answered = await client.post("/graphql", json={"query": "{ viewer { scopes } }"})
            with measured("413 to a body that says it is too large", most=1):
                declared = await client.post("/graphql", content=b"x" * (MAX_BODY_SIZE + 1), headers=AS_JSON)
            assert not waiting.done()
            refused = await waiting

    assert answered.json()["data"] == {"viewer": None}
    assert declared.status_code == 413
    assert {line[:13] for line in refused} == {b"HTTP/1.1 408 "}
    assert "Traceback" not in (tmp_path / "server.log").read_text()


async def test_a_body_without_end_is_refused_and_then_cut_off(
    sqlite_url: str, tmp_path: Path, measured: Measure
) -> None:
    async with (
        process(sqlite_url, tmp_path) as (url, _),
        begun(url, "Transfer-Encoding: chunked") as (reader, writer),
    ):
        with measured("413 to a body that does not end", most=1):
            sending = asyncio.ensure_future(send_without_end(writer))
            assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
        async with asyncio.timeout(LONGEST_REST + 5):
            with pytest.raises(ConnectionError):
                await sending

    assert "Traceback" not in (tmp_path / "server.log").read_text()


async def test_who_sends_the_rest_of_it_keeps_the_connection(sqlite_url: str, tmp_path: Path) -> None:
    size = 2 * MAX_BODY_SIZE
    async with (
        process(sqlite_url, tmp_path) as (url, _),
        begun(url, f"Content-Length: {size}") as (reader, writer),
    ):
        writer.write(b"x" * size)
        await writer.drain()
        for _ in range(int(LONGEST_REST) + 1):
            await asyncio.sleep(1)
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answers = await reader.read()

    assert answers.count(b"HTTP/1.1 413 ") == 1
    assert answers.count(b"HTTP/1.1 200 ") == int(LONGEST_REST) + 2
