"""Subscribers that stop reading are disconnected, use little memory, and do not affect others."""

import asyncio
import json
import re
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed

from resolvers.context import system_context
from resolvers.licenses.assignments import assign_user_licenses, revoke_user_licenses
from resolvers.principals import COMMAND_LINE
from server.demo.installation import Demo
from tests.chaos.databases import connected, create_holders
from tests.support.api_client import Client
from tests.support.api_tokens import bearer, make_token
from tests.support.processes import process
from tests.support.short_timeout_server import SEND_TIMEOUT
from tests.support.subscriptions import latest_cursor
from tests.support.subscriptions import socket as open_socket

HOLDERS, EVENTS = 2000, 20_000
MAX_GROWTH = 60 * 1024
"""KiB by which the server's memory may grow: warming up takes about 45 MiB, all events of two readers as much again."""

FOLLOW = "subscription ($after: String) { auditEvents(after: $after) { cursor } }"
FOLLOW_VERBOSELY = FOLLOW.replace("cursor", f"node {{ {' '.join(f'text{number}: summary' for number in range(12))} }}")
"""Selects so much of each event that the system's buffers are full after a tenth of the events."""


async def record_events(database_url: str) -> None:
    """Record `EVENTS` audit events by revoking and assigning a license."""
    license_id, user_ids = await create_holders(database_url, HOLDERS)
    async with connected(database_url) as installation_id:
        context = system_context(installation_id, actor=COMMAND_LINE, request_id="preparation")
        for number in range(EVENTS // HOLDERS):
            change = assign_user_licenses if number % 2 else revoke_user_licenses
            await change(context, license_id, user_ids)


def peak_memory(pid: int) -> int:
    """Return a process's peak memory since the last call, in KiB (Linux only)."""
    [most] = re.findall(r"^VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return int(most)


async def connect_unbuffered(url: str) -> socket.socket:
    """Open a connection with the smallest receive buffer that the system allows."""
    address = urlsplit(url)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, (address.hostname, address.port))
    return connection


async def open_stream(url: str, token: str, after: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Subscribe over server-sent events without reading any."""
    reader, writer = await asyncio.open_connection(sock=await connect_unbuffered(url), limit=1)
    body = json.dumps({"query": FOLLOW_VERBOSELY, "variables": {"after": after}}).encode()
    head = f"POST /graphql HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nAuthorization: Bearer {token}\r\n"
    head += f"Content-Type: application/json\r\nAccept: text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    return reader, writer


async def count_events(url: str, token: str, after: str, number: int) -> int:
    """Read a number of events over a WebSocket and return how many distinct ones arrived."""
    cursors = set()
    async with open_socket(url, additional_headers=bearer(token)) as watcher:
        await watcher.initialize()
        await watcher.subscribe(query=FOLLOW, after=after)
        for _ in range(number):
            cursors.add((await watcher.next_event())["cursor"])
    return len(cursors)


async def dropped_reader_lines(log: Path, number: int) -> list[str]:
    """Wait for a number of log lines about disconnected readers and return them."""
    async with asyncio.timeout(SEND_TIMEOUT + 20):
        while True:
            content = await asyncio.to_thread(log.read_text)
            lines = [line for line in content.splitlines() if "slow consumer disconnected" in line]
            if len(lines) >= number:
                return lines
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("engine", ["postgres"])
async def test_reader_that_stops_reading_is_disconnected(
    copied_demo: tuple[str, Demo], tmp_path: Path, engine: str
) -> None:
    database_url, _ = copied_demo
    async with process(database_url, tmp_path, program="tests.support.short_timeout_server", check_interval="0") as (
        url,
        running,
    ):
        inga = Client(url)
        await inga.sign_in()
        _, token = await make_token(inga)
        start = await latest_cursor(inga)
        await inga.http.aclose()
        await record_events(database_url)
        await count_events(url, token, start, EVENTS // 10)  # warms up
        peak_memory(running.pid)  # resets the peak, which was reached by hashing a password
        before = peak_memory(running.pid)

        reader, writer = await open_stream(url, token, start)
        given: dict[str, Any] = {
            "sock": await connect_unbuffered(url),
            "max_queue": 1,
            "compression": None,
            "additional_headers": bearer(token),
        }
        async with open_socket(url, **given) as stuck:
            await stuck.initialize()
            await stuck.subscribe(query=FOLLOW_VERBOSELY, after=start)

            assert await count_events(url, token, start, EVENTS) == EVENTS
            lines = await dropped_reader_lines(tmp_path / "server.log", 2)

            assert peak_memory(running.pid) - before < MAX_GROWTH
            assert len(lines) == 2
            with pytest.raises(ConnectionClosed):
                for _ in range(EVENTS):
                    await stuck.connection.recv()
        received = await reader.read()  # the rest of the buffers, then the end of the connection
        writer.close()
        assert received.startswith(b"HTTP/1.1 200 OK") and not received.endswith(b"0\r\n\r\n")
    assert "Traceback" not in (tmp_path / "server.log").read_text()
