"""A running server limits the size, number and duration of request headers, and the number of connections."""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from server.middleware.uvicorn_protocol import (
    EXCESS_CONNECTIONS,
    EXCESS_TIMEOUT,
    MAX_HEADER_LINES,
    MAX_HEADER_SIZE,
    RETRY_AFTER,
)
from tests.support.processes import process
from tests.support.short_timeout_server import HEADER_TIMEOUT
from tests.support.timing import Measure

SHORT_TIMEOUTS = "tests.support.short_timeout_server"
HUGE = 100 * 1024 * 1024
GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
POST_CHUNKS = (
    b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
)
MAX_CONNECTIONS = 3


class Received(NamedTuple):
    """A response."""

    status: int
    headers: dict[str, str]
    body: Any


class Connection:
    """A connection over which tests send any bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Wrap the streams."""
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        """Send data, as much as the server reads."""
        for start in range(0, len(data), 2**20):
            self.writer.write(data[start : start + 2**20])
            await self.writer.drain()

    async def receive(self) -> Received:
        """Return the next response."""
        async with asyncio.timeout(10):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            lines = head.rstrip().splitlines()
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return Received(int(lines[0].split()[1]), headers, json.loads(body) if body[:1] == b"{" else body)

    async def request(self, data: bytes) -> Received:
        """Send data and return the response, which may arrive before everything was sent."""
        sending = asyncio.ensure_future(self.send(data))
        try:
            return await self.receive()
        finally:
            sending.cancel()
            with suppress(ConnectionError, asyncio.CancelledError):
                await sending

    async def end(self) -> bytes:
        """Return what arrives until the server closes the connection."""
        async with asyncio.timeout(10):
            with suppress(ConnectionError):
                return await self.reader.read()
        return b""


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Connection]:
    """Open a connection."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    yield Connection(reader, writer)
    writer.transport.abort()


@pytest.fixture
async def running(sqlite_url: str, tmp_path: Path) -> AsyncIterator[tuple[str, int]]:
    """The URL and the process id of a server that has answered a request."""
    async with process(sqlite_url, tmp_path) as (url, server):
        async with connected(url) as connection:
            assert (await connection.request(GET + b"\r\n")).status == 200
        yield url, server.pid
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def cpu_clock(pid: int) -> float:
    """Return the CPU seconds of a process (Linux only)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_memory(pid: int) -> int:
    """Return a process's peak memory since the last call, in KiB (Linux only)."""
    [most] = re.findall(r"^VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return int(most)


HOSTILE = {
    "one header": GET + b"X-Huge: " + b"x" * HUGE,
    "many headers": GET + b"a: b\r\n" * (HUGE // 6),
    "a URL": b"GET /" + b"x" * HUGE,
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
async def test_huge_headers_are_rejected(running: tuple[str, int], measured: Measure, hostile: bytes) -> None:
    url, pid = running
    peak_memory(pid)
    before = peak_memory(pid)

    async with connected(url) as connection:
        with measured("CPU for 100 MB of headers", most=0.2, clock=lambda: cpu_clock(pid)):
            rejected = await connection.request(hostile)
            await connection.end()

    assert rejected.status == 431
    assert rejected.headers["content-type"] == "application/json"
    assert rejected.headers["connection"] == "close"
    assert rejected.body["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
    assert peak_memory(pid) - before < 2 * 1024


@pytest.mark.parametrize("hostile", [b"1\r\n{\r\n0\r\n" + b"a: b\r\n" * (HUGE // 6), b"1;" + b"x" * HUGE])
async def test_huge_trailers_and_chunk_extensions_are_rejected(running: tuple[str, int], hostile: bytes) -> None:
    url, pid = running
    peak_memory(pid)
    before = peak_memory(pid)

    async with connected(url) as connection:
        with suppress(ConnectionError):
            await connection.send(POST_CHUNKS + hostile)
        await connection.end()

    assert peak_memory(pid) - before < 2 * 1024


async def test_header_size_limit(running: tuple[str, int]) -> None:
    size = MAX_HEADER_SIZE - len("/healthzHostaX")
    async with connected(running[0]) as accepted, connected(running[0]) as rejected:
        assert (await accepted.request(GET + b"X: " + b"x" * size + b"\r\n\r\n")).status == 200
        assert (await rejected.request(GET + b"X: " + b"x" * (size + 1) + b"\r\n\r\n")).status == 431


async def test_header_line_limit(running: tuple[str, int]) -> None:
    async with connected(running[0]) as accepted, connected(running[0]) as rejected:
        assert (await accepted.request(GET + b"X: x\r\n" * (MAX_HEADER_LINES - 1) + b"\r\n")).status == 200
        assert (await rejected.request(GET + b"X: x\r\n" * MAX_HEADER_LINES + b"\r\n")).status == 431


async def test_header_limits_apply_to_handshakes_and_later_requests(running: tuple[str, int]) -> None:
    upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\nX: " + b"x" * MAX_HEADER_SIZE + b"\r\n\r\n"
    async with connected(running[0]) as handshake, connected(running[0]) as connection:
        assert (await handshake.request(GET.replace(b"healthz", b"graphql") + upgrade)).status == 431
        assert (await connection.request(GET + b"\r\n")).status == 200
        assert (await connection.request(GET + b"X: " + b"x" * MAX_HEADER_SIZE + b"\r\n\r\n")).status == 431


async def test_headers_after_a_body_are_counted_alone(running: tuple[str, int]) -> None:
    body = b"x" * 500_000
    post = b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    async with connected(running[0]) as connection:
        sending = asyncio.ensure_future(connection.send(post + GET))
        assert (await connection.receive()).status == 405
        await sending
        assert (await connection.request(b"\r\n")).status == 200


async def test_rejection_is_translated(running: tuple[str, int]) -> None:
    async with connected(running[0]) as connection:
        rejected = await connection.request(GET + b"Accept-Language: nb\r\n" + b"X: x\r\n" * 200 + b"\r\n")

    assert rejected.body["errors"][0]["message"].startswith("Hodet har mer enn 65")


async def test_incomplete_headers_time_out(sqlite_url: str, tmp_path: Path, measured: Measure) -> None:
    async with process(sqlite_url, tmp_path, program=SHORT_TIMEOUTS) as (url, _), AsyncExitStack() as stack:
        with measured("the end of 20 half-sent headers", most=HEADER_TIMEOUT + 3):
            connections = [await stack.enter_async_context(connected(url)) for _ in range(20)]
            for connection in connections:
                await connection.send(GET + b"X-Slow: ")
            rejected = await asyncio.gather(*(connection.receive() for connection in connections))

    assert {(one.status, one.body["errors"][0]["extensions"]["code"]) for one in rejected} == {(408, "BAD_USER_INPUT")}


async def test_later_incomplete_headers_time_out(sqlite_url: str, tmp_path: Path) -> None:
    async with process(sqlite_url, tmp_path, program=SHORT_TIMEOUTS) as (url, _), connected(url) as connection:
        assert (await connection.request(GET + b"\r\n")).status == 200
        assert (await connection.request(GET)).status == 408


@pytest.mark.parametrize("sent", [b"", GET + b"\r\n"], ids=["a first request", "a later request"])
async def test_connection_is_not_kept_open_by_blank_lines(
    sqlite_url: str, tmp_path: Path, measured: Measure, sent: bytes
) -> None:
    async with process(sqlite_url, tmp_path, program=SHORT_TIMEOUTS) as (url, _), connected(url) as connection:
        if sent:
            await connection.request(sent)
        with measured("the end of a connection with blank lines", most=HEADER_TIMEOUT + 2):
            ended = asyncio.ensure_future(connection.end())
            with suppress(ConnectionError):
                while not ended.done():
                    await connection.send(b"\r\n")
                    await asyncio.wait([ended], timeout=0.1)
            assert await ended == b""


@asynccontextmanager
async def full_server(sqlite_url: str, tmp_path: Path) -> AsyncIterator[tuple[str, list[Connection]]]:
    """Run a server with as many idle connections as it may have."""
    async with (
        process(sqlite_url, tmp_path, max_connections=str(MAX_CONNECTIONS)) as (url, _),
        AsyncExitStack() as stack,
    ):
        idle = [await stack.enter_async_context(connected(url)) for _ in range(MAX_CONNECTIONS)]
        for connection in idle:
            assert (await connection.request(GET + b"\r\n")).status == 200
        yield url, idle
    assert "Traceback" not in (tmp_path / "server.log").read_text()


async def test_connections_beyond_the_maximum_are_rejected(sqlite_url: str, tmp_path: Path) -> None:
    async with full_server(sqlite_url, tmp_path) as (url, idle):
        async with connected(url) as connection:
            rejected = await connection.request(GET.replace(b"healthz", b"readyz") + b"\r\n")
            assert await connection.end() == b""
        assert (await idle[0].request(GET.replace(b"healthz", b"readyz") + b"\r\n")).status == 200
        idle[0].writer.close()
        await idle[0].end()
        async with connected(url) as connection:
            accepted = await connection.request(GET.replace(b"healthz", b"readyz") + b"\r\n")

    assert (rejected.status, rejected.headers["retry-after"]) == (503, str(RETRY_AFTER))
    assert rejected.headers["content-type"] == "application/json"
    assert rejected.body["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
    assert accepted.status == 200


async def test_handshake_beyond_the_maximum_is_rejected(sqlite_url: str, tmp_path: Path) -> None:
    upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    async with full_server(sqlite_url, tmp_path) as (url, _), connected(url) as connection:
        assert (await connection.request(GET.replace(b"healthz", b"graphql") + upgrade)).status == 503


async def test_healthz_is_served_beyond_the_maximum(sqlite_url: str, tmp_path: Path) -> None:
    async with full_server(sqlite_url, tmp_path) as (url, _), connected(url) as connection:
        answered = await connection.request(GET + b"\r\n")
        assert await connection.end() == b""

    assert (answered.status, answered.headers["connection"]) == (200, "close")


async def test_silent_connections_beyond_the_maximum_are_few_and_brief(
    sqlite_url: str, tmp_path: Path, measured: Measure
) -> None:
    async with full_server(sqlite_url, tmp_path) as (url, _), AsyncExitStack() as stack:
        with measured("503 to connections that send nothing", most=EXCESS_TIMEOUT + 2):
            silent = [await stack.enter_async_context(connected(url)) for _ in range(EXCESS_CONNECTIONS + 20)]
            ends = await asyncio.gather(*(connection.end() for connection in silent))

    assert [end[:12] for end in ends] == [b"HTTP/1.1 503"] * EXCESS_CONNECTIONS + [b""] * 20
