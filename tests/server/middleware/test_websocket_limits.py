"""A running server limits the messages of WebSockets, and their number per credential and per address."""

import asyncio
import json
import statistics
import time
import zlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed

from licensing.enums import ApiScope
from resolvers.auth.api_tokens import create_api_token
from resolvers.context import Context
from server.graphql.streams import MAX_SOCKETS, MAX_SOCKETS_PER_ADDRESS
from server.middleware.uvicorn_websocket import MAX_MESSAGE_SIZE, MESSAGE_BURST, TOO_MANY_MESSAGES
from tests.support.api_tokens import bearer
from tests.support.processes import process
from tests.support.subscriptions import SubscriptionSocket, socket
from tests.support.timing import MEASURED

FLOODERS = 2
REQUESTS = 30
"""Requests of another caller whose latency is measured."""
MAX_RATIO = 10.0
MIN_LATENCY = 0.002
"""Seconds that an undisturbed request counts at least, so that the ratio does not depend on a fast machine."""
EXCESS = 20
"""Messages beyond the budget, more than it regains while they are sent."""

HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
)
TEXT, PING, FINAL, COMPRESSED = 0x1, 0x9, 0x80, 0x40


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite alone: messages do not depend on the engine."""
    return sqlite_url


@pytest.fixture
async def token(context: Context) -> str:
    """An API token of the administrator."""
    _, secret = await create_api_token(
        context, name="Watcher", scopes=[ApiScope.AUDIT_READ], vendor_id=None, expires_at=None
    )
    return secret


@pytest.fixture
async def url(database: str, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a running server, which must not log an error."""
    async with process(database, tmp_path) as (url, _):
        yield url
    log = (tmp_path / "server.log").read_text()
    assert "Traceback" not in log and '"error"' not in log


def frame(opcode: int, payload: bytes, flags: int = FINAL) -> bytes:
    """Return a client's frame, masked with zeros."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2) if size < 2**16 else b""
    return bytes([flags | opcode]) + (length or b"\xff" + size.to_bytes(8)) + bytes(4) + payload


def compressed(text: bytes) -> bytes:
    """Return a message's payload under permessage-deflate."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (deflate.compress(text) + deflate.flush(zlib.Z_SYNC_FLUSH)).removesuffix(b"\0\0\xff\xff")


LARGE_PING = json.dumps({"type": "ping", "payload": {"x": "x" * 990_000}}).encode()
FLOODS = {
    "pings of 990 kB in 2 kB": frame(TEXT, compressed(LARGE_PING), FINAL | COMPRESSED) * 40,
    "pings of 990 kB": frame(TEXT, LARGE_PING),
    "pings of 60 kB": frame(TEXT, b'{"type": "ping"' + b" " * 60_000 + b"}") * 10,
    "tiny pings": frame(TEXT, b'{"type":"ping"}') * 20_000,
    "ping frames": frame(PING, b"") * 60_000,
    "fragments": frame(TEXT, b" ", 0) + frame(0, b" ", 0) * 60_000,
}


async def flood(url: str, frames: bytes) -> None:
    """Send the frames over a WebSocket until it is closed, then over the next, without end."""
    address = urlsplit(url)
    while True:
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                writer.write(HANDSHAKE)
                await reader.readuntil(b"\r\n\r\n")
                writer.write(frames)
                while (received := await reader.read(2**16)) and b"\x88" not in received:
                    pass
        finally:
            writer.transport.abort()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def latency(client: httpx2.AsyncClient) -> float:
    """Return the mean seconds of a request."""
    seconds = []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        assert (await client.post("/graphql", json={"query": "{ __typename }"})).status_code == 200
        seconds.append(time.perf_counter() - started)
    return statistics.mean(seconds)


@pytest.mark.parametrize("frames", FLOODS.values(), ids=FLOODS)
async def test_flooding_sockets_do_not_delay_others(url: str, token: str, record_property: Any, frames: bytes) -> None:
    async with httpx2.AsyncClient(base_url=url, headers=bearer(token)) as client:
        await latency(client)
        undisturbed = max(await latency(client), MIN_LATENCY)
        flooders = [asyncio.create_task(flood(url, frames)) for _ in range(FLOODERS)]
        await asyncio.sleep(0)
        disturbed = await latency(client)
        assert not any(flooder.done() for flooder in flooders)
        for flooder in flooders:
            flooder.cancel()
        await asyncio.gather(*flooders, return_exceptions=True)

    record_property(MEASURED, ["a request while two sockets flood the server", disturbed])
    assert disturbed < MAX_RATIO * undisturbed, f"{undisturbed:.4f} -> {disturbed:.4f} s"


async def test_compression_is_not_negotiated(url: str) -> None:
    async with socket(url, compression="deflate") as watcher:
        assert watcher.connection.response is not None
        assert "Sec-WebSocket-Extensions" not in watcher.connection.response.headers


async def test_message_size_limit(url: str) -> None:
    async with socket(url) as watcher:
        await watcher.connection.send('{"type": "ping"}'.ljust(MAX_MESSAGE_SIZE))
        assert await watcher.receive() == {"type": "pong"}
        await watcher.connection.send('{"type": "ping"}'.ljust(MAX_MESSAGE_SIZE + 1))
        assert (await watcher.close_reason())[0] == 1009


async def test_burst_of_messages_is_limited(url: str, token: str) -> None:
    async with socket(url) as watcher:
        await watcher.initialize(token)
        for _ in range(MESSAGE_BURST - 1):
            await watcher.send("ping", payload={})
        for _ in range(MESSAGE_BURST - 1):
            assert await watcher.receive() == {"type": "pong"}
    async with socket(url) as watcher:
        await watcher.initialize(token)
        for _ in range(MESSAGE_BURST + EXCESS):
            await watcher.send("ping", payload={})
        assert await last_close_reason(watcher) == (TOO_MANY_MESSAGES, "Too many messages. Send fewer per second")


async def test_large_messages_count_more_than_once(url: str) -> None:
    async with socket(url) as watcher:
        for _ in range(8):
            await watcher.connection.send('{"type": "ping"}'.ljust(MAX_MESSAGE_SIZE))
        assert (await last_close_reason(watcher))[0] == TOO_MANY_MESSAGES


async def test_ping_frames_are_limited(url: str) -> None:
    async with socket(url) as watcher:
        for _ in range(MESSAGE_BURST + EXCESS):
            await watcher.connection.ping()
        assert (await last_close_reason(watcher))[0] == TOO_MANY_MESSAGES


async def last_close_reason(watcher: SubscriptionSocket) -> tuple[int, str]:
    """Read all messages, and return the code and the reason with which the server closes the connection."""
    with suppress(ConnectionClosed):
        async for message in watcher.connection:
            assert json.loads(message) == {"type": "pong"}
    return watcher.connection.close_code or 0, watcher.connection.close_reason or ""


async def test_ping_is_answered_before_sign_in(url: str) -> None:
    async with socket(url) as watcher:
        await watcher.send("ping")
        assert await watcher.receive() == {"type": "pong"}


OTHER_MESSAGES: list[tuple[int, dict[str, Any]]] = [
    (4400, {"type": "ping", "payload": {}}),
    (4400, {"type": "pong"}),
    (4400, {"type": "complete", "id": "1"}),
    (4401, {"type": "subscribe", "id": "1", "payload": {"query": "subscription { auditEvents { cursor } }"}}),
]


@pytest.mark.parametrize(("code", "message"), OTHER_MESSAGES)
async def test_other_messages_are_rejected_before_sign_in(url: str, code: int, message: dict[str, Any]) -> None:
    async with socket(url) as watcher:
        await watcher.connection.send(json.dumps(message))
        assert (await watcher.close_reason())[0] == code


async def test_credential_is_limited_to_twenty_sockets(url: str, token: str, context: Context) -> None:
    _, another = await create_api_token(
        context, name="Other", scopes=[ApiScope.AUDIT_READ], vendor_id=None, expires_at=None
    )
    async with AsyncExitStack() as held:
        watchers = [await held.enter_async_context(socket(url)) for _ in range(MAX_SOCKETS)]
        for watcher in watchers:
            assert (await watcher.initialize(token))["type"] == "connection_ack"
        async with socket(url) as rejected:
            await rejected.send("connection_init", payload={"Authorization": f"Bearer {token}"})
            assert (await rejected.close_reason())[0] == 4429
        async with socket(url, additional_headers=bearer(token)) as rejected:
            await rejected.send("connection_init")
            assert (await rejected.close_reason())[0] == 4429
        async with socket(url) as other:
            assert (await other.initialize(another))["type"] == "connection_ack"

        await watchers[0].connection.close()
        async with socket(url) as accepted:
            assert (await accepted.initialize(token))["type"] == "connection_ack"


async def test_address_is_limited_to_fifty_sockets(url: str) -> None:
    async with AsyncExitStack() as held:
        for _ in range(MAX_SOCKETS_PER_ADDRESS):
            await held.enter_async_context(socket(url))
        async with socket(url) as rejected:
            assert (await rejected.close_reason())[0] == 4429
        async with socket(url, additional_headers={"X-Forwarded-For": "192.0.2.1"}) as elsewhere:
            await elsewhere.send("ping")
            assert await elsewhere.receive() == {"type": "pong"}
