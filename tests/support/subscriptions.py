"""Subscriptions to audit events over server-sent events and WebSockets."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.support.api_client import Client

EVENT_TIMEOUT = 2.0
"""Seconds within which an event must arrive."""

EVENTS = """
subscription Events($filter: AuditFilter, $after: String) {
  auditEvents(filter: $filter, after: $after) {
    cursor
    node { action summary vendor { key } user { login } license { key seats { inUse } } }
  }
}
"""

LATEST = "{ auditEvents(first: 1) { pageInfo { startCursor } } }"


async def latest_cursor(client: Client) -> str:
    """Return the cursor of the newest audit event."""
    cursor: str = (await client.run(LATEST))["pageInfo"]["startCursor"]
    return cursor


StreamMessage = tuple[str, dict[str, Any]]


@asynccontextmanager
async def streamed(client: Client, **variables: Any) -> AsyncIterator[AsyncGenerator[StreamMessage, None]]:
    """Subscribe over server-sent events; yields each event's name and data."""
    body, headers = {"query": EVENTS, "variables": variables}, {"Accept": "text/event-stream"}
    async with client.http.stream("POST", "/graphql", json=body, headers=headers) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert "no-store" in response.headers["cache-control"]
        yield parse_events(response)


async def parse_events(response: httpx2.Response) -> AsyncGenerator[StreamMessage, None]:
    kind = ""
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name.startswith("data"):
            yield kind, json.loads(value) if value else {}


async def next_message(messages: AsyncIterator[StreamMessage], within: float = EVENT_TIMEOUT) -> StreamMessage:
    """Return the next message."""
    async with asyncio.timeout(within):
        return await anext(messages)


async def next_event(messages: AsyncIterator[StreamMessage], within: float = EVENT_TIMEOUT) -> dict[str, Any]:
    """Return the next audit event."""
    kind, content = await next_message(messages, within)
    assert kind == "next" and "errors" not in content, content
    found: dict[str, Any] = content["data"]["auditEvents"]
    return found


class SubscriptionSocket:
    """A client of the `graphql-transport-ws` protocol."""

    def __init__(self, connection: ClientConnection) -> None:
        """Wrap a connection that has not been initialized."""
        self.connection = connection

    async def send(self, type_: str, **members: Any) -> None:
        """Send a message."""
        await self.connection.send(json.dumps({"type": type_, **members}))

    async def receive(self) -> dict[str, Any]:
        """Return the next message."""
        async with asyncio.timeout(EVENT_TIMEOUT):
            message: dict[str, Any] = json.loads(await self.connection.recv())
        return message

    async def initialize(self, token: str | None = None) -> dict[str, Any]:
        """Send `connection_init`, with a token if given, and return the reply."""
        await self.send("connection_init", payload={"Authorization": f"Bearer {token}"} if token else {})
        return await self.receive()

    async def subscribe(self, id_: str = "1", query: str = EVENTS, **variables: Any) -> None:
        """Start a subscription."""
        await self.send("subscribe", id=id_, payload={"query": query, "variables": variables})

    async def next_event(self) -> dict[str, Any]:
        """Return the next audit event."""
        message = await self.receive()
        assert message["type"] == "next" and "errors" not in message["payload"], message
        found: dict[str, Any] = message["payload"]["data"]["auditEvents"]
        return found

    async def close_reason(self) -> tuple[int, str]:
        """Return the code and the reason with which the server closes the connection."""
        with pytest.raises(ConnectionClosed) as closed:
            await self.receive()
        assert closed.value.rcvd
        return closed.value.rcvd.code, closed.value.rcvd.reason


@asynccontextmanager
async def socket(url: str, protocol: str = "graphql-transport-ws", **given: Any) -> AsyncIterator[SubscriptionSocket]:
    """Open a WebSocket to the GraphQL endpoint."""
    address = url.replace("http", "ws") + "/graphql"
    async with connect(address, subprotocols=[Subprotocol(protocol)], **given) as connection:
        yield SubscriptionSocket(connection)
