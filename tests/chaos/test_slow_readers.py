"""Whoever follows and reads nothing costs the server little, and not for long; nobody else notices."""

import asyncio
import json
import re
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed

from resolvers.context import COMMAND_LINE, system_context
from resolvers.licenses.assignments import assign_user_licenses, revoke_user_licenses
from server.demo.installation import Demo
from tests.acceptance.conftest import Client
from tests.acceptance.test_3_live_updates import bearer, latest, make_token
from tests.acceptance.test_3_live_updates import socket as open_socket
from tests.chaos.databases import connected, many_holders
from tests.support.processes import process
from tests.support.short_timeout_server import SEND_TIMEOUT

HOLDERS, EVENTS = 2000, 20_000
A_LITTLE = 60 * 1024
"""KiB that the server may take more: it warms up by some 45 MiB, and all events for two readers are as much again."""

FOLLOW = "subscription ($after: String) { auditEvents(after: $after) { cursor } }"
AT_LENGTH = FOLLOW.replace("cursor", f"node {{ {' '.join(f'text{number}: summary' for number in range(12))} }}")
"""More of each event, so that the system's own buffers are full after a tenth of them."""


async def many_events(database_url: str) -> None:
    """Takes a license from many and gives it back, in the log."""
    license_id, user_ids = await many_holders(database_url, HOLDERS)
    async with connected(database_url) as installation_id:
        context = system_context(installation_id, actor=COMMAND_LINE, request_id="preparation")
        for number in range(EVENTS // HOLDERS):
            change = assign_user_licenses if number % 2 else revoke_user_licenses
            await change(context, license_id, user_ids)


def most_memory(pid: int) -> int:
    """What a process took at most since it was asked last, in KiB (Linux alone)."""
    [most] = re.findall(r"^VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return int(most)


async def narrow(url: str) -> socket.socket:
    """A connection that takes as little unread as the system allows."""
    address = urlsplit(url)
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    door.setblocking(False)
    await asyncio.get_running_loop().sock_connect(door, (address.hostname, address.port))
    return door


async def ask_for_stream(url: str, token: str, after: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Asks for server-sent events, of which nothing is read yet."""
    reader, writer = await asyncio.open_connection(sock=await narrow(url), limit=1)
    body = json.dumps({"query": AT_LENGTH, "variables": {"after": after}}).encode()
    head = f"POST /graphql HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nAuthorization: Bearer {token}\r\n"
    head += f"Content-Type: application/json\r\nAccept: text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    return reader, writer


async def read(url: str, token: str, after: str, number: int) -> int:
    """How many different events somebody gets who takes so many as they come."""
    cursors = set()
    async with open_socket(url, additional_headers=bearer(token)) as watcher:
        await watcher.greet()
        await watcher.subscribe(query=FOLLOW, after=after)
        for _ in range(number):
            cursors.add((await watcher.edge())["cursor"])
    return len(cursors)


async def dropped(log: Path, number: int) -> list[str]:
    """The lines of the log that tell of readers who were dropped, once there are so many."""
    async with asyncio.timeout(SEND_TIMEOUT + 20):
        while True:
            content = await asyncio.to_thread(log.read_text)
            lines = [line for line in content.splitlines() if "a reader was dropped" in line]
            if len(lines) >= number:
                return lines
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("engine", ["postgres"])
async def test_a_reader_that_takes_nothing_is_dropped(
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
        start = await latest(inga)
        await inga.http.aclose()
        await many_events(database_url)
        await read(url, token, start, EVENTS // 10)  # what it needs once
        most_memory(running.pid)  # which was to hash a password
        before = most_memory(running.pid)

        reader, writer = await ask_for_stream(url, token, start)
        given: dict[str, Any] = {
            "sock": await narrow(url),
            "max_queue": 1,
            "compression": None,
            "additional_headers": bearer(token),
        }
        async with open_socket(url, **given) as stuck:
            await stuck.greet()
            await stuck.subscribe(query=AT_LENGTH, after=start)

            assert await read(url, token, start, EVENTS) == EVENTS
            lines = await dropped(tmp_path / "server.log", 2)

            assert most_memory(running.pid) - before < A_LITTLE
            assert len(lines) == 2
            with pytest.raises(ConnectionClosed):
                for _ in range(EVENTS):
                    await stuck.connection.recv()
        received = await reader.read()  # what was on its way, and then the connection ends
        writer.close()
        assert received.startswith(b"HTTP/1.1 200 OK") and not received.endswith(b"0\r\n\r\n")
    assert "Traceback" not in (tmp_path / "server.log").read_text()
