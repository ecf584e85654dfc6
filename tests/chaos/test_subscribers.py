"""A subscriber that is disconnected repeatedly, while PostgreSQL restarts, receives every event once and in order."""

import asyncio
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.exceptions import WebSocketException

from models.audit_event import AuditEvent
from models.db.migrate import migrate
from resolvers.audit.log import NEWEST_FIRST
from schema.relay.node import global_id
from tests.chaos.databases import connected, create_holders
from tests.chaos.servers import Postgres, running_postgres
from tests.support.api_client import Client, OperationFailed
from tests.support.api_tokens import bearer, make_token
from tests.support.demo_server import create_demo
from tests.support.operations import ASSIGN, REVOKE
from tests.support.postgres import create_database
from tests.support.processes import process
from tests.support.subscriptions import latest_cursor, parse_events, socket

HOLDERS = 250
CALLS = 20
EVENTS = HOLDERS * CALLS
CUTS = 100
RETRY_DELAY = 0.05
"""Seconds before a failed request is repeated."""

FOLLOW = "subscription ($after: String) { auditEvents(after: $after) { cursor node { summary } } }"

_BROKEN = (
    OSError,
    TimeoutError,
    EOFError,
    StopAsyncIteration,
    WebSocketException,
    httpx2.HTTPError,
    ValueError,
    OperationFailed,
)


@pytest.fixture
def postgres() -> Iterator[tuple[Postgres, str]]:
    """A PostgreSQL server for this test alone, and the URL of a database on it with the demo."""
    with running_postgres() as server:
        database_url = f"{server.url}/{create_database(server.url)}"
        asyncio.run(migrate(database_url))
        asyncio.run(create_demo(database_url, trial=False))
        yield server, database_url


@dataclass
class Subscriber:
    """A subscriber that disconnects at random, by WebSocket or server-sent events, and resumes after its cursor."""

    url: str
    token: str
    cursor: str
    seen: list[str] = field(default_factory=list)
    cuts: int = 0
    errors: list[str] = field(default_factory=list)
    """Codes of errors that the server sent."""

    async def follow(self) -> None:
        """Follow the log until all events have arrived."""
        while len(self.seen) < EVENTS:
            try:
                async with asyncio.timeout(10):
                    await random.choice((self._by_socket, self._by_stream))(random.randint(1, 69))
            except _BROKEN:
                await asyncio.sleep(RETRY_DELAY)

    async def _by_socket(self, most: int) -> None:
        async with socket(self.url, additional_headers=bearer(self.token)) as watcher:
            await watcher.initialize()
            await watcher.subscribe(query=FOLLOW, after=self.cursor)
            while most := most - 1:
                message = json.loads(await watcher.connection.recv())
                self._take(message["type"], message.get("payload"))
            self.cuts += 1
            watcher.connection.transport.abort()

    async def _by_stream(self, most: int) -> None:
        body = {"query": FOLLOW, "variables": {"after": self.cursor}}
        headers = {**bearer(self.token), "Accept": "text/event-stream"}
        async with (
            httpx2.AsyncClient(base_url=self.url) as client,
            client.stream("POST", "/graphql", json=body, headers=headers) as response,
        ):
            messages = parse_events(response)
            while most := most - 1:
                self._take(*await anext(messages))
            self.cuts += 1

    def _take(self, kind: str, content: Any) -> None:
        if kind != "next" or "errors" in content:
            self.errors.append(json.dumps([kind, content]))
            raise EOFError
        self.cursor = content["data"]["auditEvents"]["cursor"]
        self.seen.append(self.cursor)
        if len(self.seen) == EVENTS:
            raise EOFError


async def assign_and_revoke(client: Client, license_id: int, user_ids: list[int], restart: asyncio.Event) -> None:
    """Revoke and assign a license in turn, repeating requests that fail."""
    input = {"licenseId": global_id("License")(license_id), "userIds": [global_id("User")(id_) for id_ in user_ids]}
    for number in range(CALLS):
        if number == CALLS // 2:
            restart.set()
        while True:
            try:
                await client.run(ASSIGN if number % 2 else REVOKE, input=input)
                break
            except _BROKEN:
                await asyncio.sleep(RETRY_DELAY)


async def test_events_arrive_once_and_in_order(postgres: tuple[Postgres, str], tmp_path: Path) -> None:
    server, database_url = postgres
    license_id, user_ids = await create_holders(database_url, HOLDERS)
    in_the_middle = asyncio.Event()

    async def restart() -> None:
        await in_the_middle.wait()
        await asyncio.to_thread(server.restart)

    async with process(database_url, tmp_path, "--workers", "2") as (url, _):
        inga = Client(url)
        await inga.sign_in()
        _, token = await make_token(inga)
        start = await latest_cursor(inga)
        subscriber = Subscriber(url, token, start)
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            group.create_task(subscriber.follow())
            group.create_task(restart())
            group.create_task(assign_and_revoke(inga, license_id, user_ids, in_the_middle))
        await inga.http.aclose()

    async with connected(database_url):
        after = int(NEWEST_FIRST.values(start)[0])
        positions = await AuditEvent.filter(position__gt=after).order_by("position").values_list("position", flat=True)
    assert subscriber.seen == [NEWEST_FIRST.cursor([position]) for position in positions]
    assert len(positions) == EVENTS
    assert subscriber.cuts >= CUTS
    assert all("UNAVAILABLE" in error for error in subscriber.errors), subscriber.errors
    log = (tmp_path / "server.log").read_text()
    assert "Traceback" not in log and "INTERNAL" not in log, log
