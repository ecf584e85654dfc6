"""What others do is seen as it happens: over server-sent events, multipart responses and WebSockets."""

import asyncio
import json
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs
from tortoise.connection import get_connection
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from licensing.enums import AuditAction
from models.vendor import Vendor
from resolvers.context import COMMAND_LINE, system_context
from resolvers.unit_of_work import unit_of_work
from tests.acceptance.conftest import Client, Running, codes
from tests.acceptance.operations import ASSIGN, REVOKE
from tests.support import factories
from tests.support.processes import process
from tests.support.timing import Measure

SOON = 2.0
"""Seconds in which an event arrives."""

EVENTS = """
subscription Events($filter: AuditFilter, $after: String) {
  auditEvents(filter: $filter, after: $after) {
    cursor
    node { action summary vendor { key } user { login } license { key seats { inUse } } }
  }
}
"""

LOG = """
query Log($after: String, $before: String) {
  auditEvents(last: 100, before: $before, after: $after) { edges { cursor node { summary } } pageInfo { endCursor } }
}
"""

LATEST = "{ auditEvents(first: 1) { pageInfo { startCursor } } }"

PLACES = """
query Places($key: String!) { license(key: $key) { id } users(filter: {hasLicense: false}) { nodes { id login } } }
"""

CREATE_TOKEN = """
mutation Create($input: CreateApiTokenInput!) {
  createApiToken(input: $input) { secret apiToken { id } userErrors { code } }
}
"""

REVOKE_TOKEN = """
mutation Revoke($input: RevokeApiTokenInput!) { revokeApiToken(input: $input) { userErrors { code } } }
"""


async def latest(client: Client) -> str:
    """Where the log ends."""
    cursor: str = (await client.run(LATEST))["pageInfo"]["startCursor"]
    return cursor


async def make_token(inga: Client, *scopes: str, **input: Any) -> tuple[str, str]:
    """The id and the secret of a token."""
    given = {"name": "Watcher", "scopes": scopes or ["AUDIT_READ", "LICENSES_READ", "USERS_READ"], **input}
    payload = await inga.run(CREATE_TOKEN, input=given)
    assert codes(payload) == []
    return payload["apiToken"]["id"], payload["secret"]


class Seats:
    """Gives a license to users who have none and takes it back, so that something happens."""

    def __init__(self, client: Client, places: dict[str, Any]) -> None:
        """Find them with `find`."""
        self.client = client
        self.license_id = places["license"]["id"]
        self.user_ids = [user["id"] for user in places["users"]["nodes"]]

    @classmethod
    async def find(cls, client: Client, key: str = "superoffice.visible-for") -> "Seats":
        """The license, and who may get it."""
        return cls(client, await client.run(PLACES, key=key))

    async def give(self, *places: int) -> None:
        """One event each, in one transaction."""
        ids = [self.user_ids[place] for place in places]
        assert codes(await self.client.run(ASSIGN, input={"licenseId": self.license_id, "userIds": ids})) == []

    async def take(self, *places: int) -> None:
        """The same."""
        ids = [self.user_ids[place] for place in places]
        assert codes(await self.client.run(REVOKE, input={"licenseId": self.license_id, "userIds": ids})) == []


Message = tuple[str, dict[str, Any]]


@asynccontextmanager
async def streamed(client: Client, **variables: Any) -> AsyncIterator[AsyncGenerator[Message, None]]:
    """A subscription over server-sent events: the kind and the content of each."""
    body, headers = {"query": EVENTS, "variables": variables}, {"Accept": "text/event-stream"}
    async with client.http.stream("POST", "/graphql", json=body, headers=headers) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert "no-store" in response.headers["cache-control"]
        yield _messages(response)


async def _messages(response: httpx2.Response) -> AsyncGenerator[Message, None]:
    kind = ""
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name.startswith("data"):
            yield kind, json.loads(value) if value else {}


async def soon(messages: AsyncIterator[Message], within: float = SOON) -> Message:
    """The next one."""
    async with asyncio.timeout(within):
        return await anext(messages)


async def edge(messages: AsyncIterator[Message], within: float = SOON) -> dict[str, Any]:
    """The next event."""
    kind, content = await soon(messages, within)
    assert kind == "next" and "errors" not in content, content
    found: dict[str, Any] = content["data"]["auditEvents"]
    return found


class Socket:
    """A client of `graphql-transport-ws`."""

    def __init__(self, connection: ClientConnection) -> None:
        """Not greeted yet."""
        self.connection = connection

    async def send(self, type_: str, **members: Any) -> None:
        """Sends a message."""
        await self.connection.send(json.dumps({"type": type_, **members}))

    async def receive(self) -> dict[str, Any]:
        """The next message, which comes soon."""
        async with asyncio.timeout(SOON):
            message: dict[str, Any] = json.loads(await self.connection.recv())
        return message

    async def greet(self, token: str | None = None) -> dict[str, Any]:
        """Says who it is, if the handshake did not, and gives the answer."""
        await self.send("connection_init", payload={"Authorization": f"Bearer {token}"} if token else {})
        return await self.receive()

    async def subscribe(self, id_: str = "1", query: str = EVENTS, **variables: Any) -> None:
        """Begins a subscription."""
        await self.send("subscribe", id=id_, payload={"query": query, "variables": variables})

    async def edge(self) -> dict[str, Any]:
        """The next event."""
        message = await self.receive()
        assert message["type"] == "next" and "errors" not in message["payload"], message
        found: dict[str, Any] = message["payload"]["data"]["auditEvents"]
        return found

    async def closing(self) -> tuple[int, str]:
        """With which code and reason the server closes the connection."""
        with pytest.raises(ConnectionClosed) as closed:
            await self.receive()
        assert closed.value.rcvd
        return closed.value.rcvd.code, closed.value.rcvd.reason


@asynccontextmanager
async def socket(url: str, protocol: str = "graphql-transport-ws", **given: Any) -> AsyncIterator[Socket]:
    """A connection."""
    address = url.replace("http", "ws") + "/graphql"
    async with connect(address, subprotocols=[Subprotocol(protocol)], **given) as connection:
        yield Socket(connection)


def bearer(token: str) -> dict[str, str]:
    """As it stands in a header."""
    return {"Authorization": f"Bearer {token}"}


async def test_an_event_arrives_with_what_it_concerns(inga: Client) -> None:
    seats = await Seats.find(inga)
    async with streamed(inga, after=await latest(inga)) as messages:
        waiting = asyncio.ensure_future(edge(messages))
        await seats.give(0)
        event = await waiting

    assert event["node"]["action"] == "USER_LICENSE_ASSIGNED"
    assert event["node"]["summary"].startswith("Inga Solheim gave Confidential activities to ")
    assert event["node"]["license"] == {"key": "superoffice.visible-for", "seats": {"inUse": 5}}


async def test_it_resumes_after_a_cursor_with_none_missing_and_none_twice(inga: Client) -> None:
    seats = await Seats.find(inga)
    start = cursor = await latest(inga)
    seen: list[dict[str, Any]] = []

    async def work() -> None:
        for _ in range(5):
            await seats.give(0, 1, 2)
            await seats.take(0, 1, 2)

    working = asyncio.ensure_future(work())
    while len(seen) < 30:
        async with streamed(inga, after=cursor) as messages:
            for _ in range(min(4, 30 - len(seen))):
                seen.append(await edge(messages))
                cursor = seen[-1]["cursor"]
    await working

    log = await inga.run(LOG, before=start)
    assert [one["cursor"] for one in seen] == [one["cursor"] for one in reversed(log["edges"])]
    assert [one["node"]["summary"] for one in seen] == [one["node"]["summary"] for one in reversed(log["edges"])]


async def test_another_vendors_and_another_installations_events_never_arrive(
    inga: Client, server: Running, another_browser: Callable[..., Awaitable[Client]]
) -> None:
    [nordsync] = [one for one in await inga.run("{ vendors { id key } }") if one["key"] == "nordsync"]
    _, secret = await make_token(inga, "AUDIT_READ", "LICENSES_READ", vendorId=nordsync["id"])
    partner = await another_browser(token=secret)
    own, others = await Seats.find(inga, "nordsync.connector-cal"), await Seats.find(inga)
    query = EVENTS.replace("user { login }", "")
    elsewhere = await factories.make_installation("2000000006", "Annen Bedrift AS")
    await factories.make_vendor("nordsync", installation_id=elsewhere.id, name="NordSync AS", is_main=True)
    theirs = await Vendor.get(installation_id=elsewhere.id)

    async with socket(server.url, additional_headers=bearer(secret)) as partner_socket:
        assert (await partner_socket.greet())["type"] == "connection_ack"
        await partner_socket.subscribe(query=query, after=await latest(partner))
        await others.give(0)
        async with unit_of_work(system_context(elsewhere.id, actor=COMMAND_LINE, request_id="elsewhere")) as change:
            change.record(AuditAction.VENDOR_CHANGED, vendor_id=theirs.id, vendor="NordSync AS", what="theirs")
        await own.give(1)
        event = await partner_socket.edge()

    assert event["node"]["license"]["key"] == "nordsync.connector-cal"
    await partner.http.aclose()


async def test_a_filter_narrows_it(inga: Client) -> None:
    seats, start = await Seats.find(inga), await latest(inga)
    await seats.give(0)
    await seats.take(0)

    async with streamed(inga, after=start, filter={"actions": ["USER_LICENSE_REVOKED"]}) as messages:
        assert (await edge(messages))["node"]["action"] == "USER_LICENSE_REVOKED"


async def test_each_event_on_a_socket_shows_things_as_they_are_then(inga: Client, server: Running) -> None:
    seats = await Seats.find(inga)
    _, secret = await make_token(inga)
    async with socket(server.url) as watcher:
        assert (await watcher.greet(secret))["type"] == "connection_ack"
        await watcher.subscribe(after=await latest(inga))
        await seats.give(0)
        assert (await watcher.edge())["node"]["license"]["seats"] == {"inUse": 5}
        await seats.give(1)
        assert (await watcher.edge())["node"]["license"]["seats"] == {"inUse": 6}


async def test_a_browser_listens_with_its_session(inga: Client, server: Running) -> None:
    seats = await Seats.find(inga)
    cookie = {"Cookie": f"session={inga.http.cookies['session']}"}
    async with socket(server.url, additional_headers=cookie, origin=Origin(server.url)) as watcher:
        assert (await watcher.greet())["type"] == "connection_ack"
        await watcher.subscribe(after=await latest(inga))
        await seats.give(0)
        assert (await watcher.edge())["node"]["action"] == "USER_LICENSE_ASSIGNED"


@pytest.mark.parametrize("origin", ["https://evil.example", None])
async def test_a_page_from_elsewhere_may_not_listen(inga: Client, server: Running, origin: str | None) -> None:
    cookie = {"Cookie": f"session={inga.http.cookies['session']}"}
    with pytest.raises(InvalidStatus) as refused:
        async with socket(server.url, additional_headers=cookie, origin=Origin(origin) if origin else None):
            pass

    assert refused.value.response.status_code == 403
    assert json.loads(refused.value.response.body)["errors"][0]["extensions"] == {"code": "FORBIDDEN"}


async def test_a_bad_token_is_refused_in_the_handshake_and_in_the_first_message(server: Running) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with socket(server.url, additional_headers=bearer("skp_1_nonsense")):
            pass
    assert refused.value.response.status_code == 401

    async with socket(server.url) as nobody:
        await nobody.send("connection_init", payload={"Authorization": "Bearer skp_1_nonsense"})
        assert (await nobody.closing())[0] == 4401


async def test_nobody_may_listen(server: Running, browser: Client) -> None:
    async with socket(server.url) as nobody:
        await nobody.send("connection_init")
        assert (await nobody.closing())[0] == 4401
    async with socket(server.url) as impatient:
        await impatient.subscribe()
        assert (await impatient.closing())[0] == 4401
    async with streamed(browser) as messages:
        assert (await soon(messages))[1]["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_it_needs_audit_read(inga: Client, another_browser: Callable[..., Awaitable[Client]]) -> None:
    _, secret = await make_token(inga, "LICENSES_READ")
    client = await another_browser(token=secret)
    async with streamed(client) as messages:
        assert (await soon(messages))[1]["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
        assert (await soon(messages))[0] == "complete"
    await client.http.aclose()


async def test_a_malformed_cursor_is_refused(inga: Client) -> None:
    async with streamed(inga, after="nonsense") as messages:
        assert (await soon(messages))[1]["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_it_ends_when_the_token_is_revoked(
    inga: Client, server: Running, another_browser: Callable[..., Awaitable[Client]]
) -> None:
    id_, secret = await make_token(inga)
    client, seats, start = await another_browser(token=secret), await Seats.find(inga), await latest(inga)
    async with streamed(client, after=start) as messages, socket(server.url) as watcher:
        await watcher.greet(secret)
        await watcher.subscribe(after=start)
        await seats.give(0)
        await edge(messages)
        await watcher.edge()

        assert codes(await inga.run(REVOKE_TOKEN, input={"apiTokenId": id_})) == []

        assert (await soon(messages))[1]["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
        assert (await soon(messages))[0] == "complete"
        message = await watcher.receive()
        assert message["payload"]["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
        assert (await watcher.receive())["type"] == "complete"
    await client.http.aclose()


async def test_it_ends_when_the_administrator_signs_out(inga: Client) -> None:
    seats = await Seats.find(inga)
    async with streamed(inga, after=await latest(inga)) as messages:
        await seats.give(0)
        await edge(messages)
        await inga.run("mutation { signOut { userErrors { code } } }")
        assert (await soon(messages))[1]["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_a_connection_holds_twenty(inga: Client, server: Running) -> None:
    _, secret = await make_token(inga)
    async with socket(server.url) as watcher:
        await watcher.greet(secret)
        for number in range(21):
            await watcher.subscribe(str(number))
        refused = await watcher.receive()
        assert (refused["id"], refused["type"]) == ("20", "error")
        assert refused["payload"][0]["extensions"] == {"code": "RATE_LIMITED"}
        await watcher.send("complete", id="0")
        await watcher.subscribe("20", after=await latest(inga))
        await (await Seats.find(inga)).give(0)
        assert "20" in {(await watcher.receive())["id"] for _ in range(20)}


async def test_a_socket_ends_with_its_credentials_whether_or_not_it_follows_anything(
    inga: Client, server: Running
) -> None:
    before = await latest(inga)
    id_, secret = await make_token(inga)
    async with socket(server.url) as idle, socket(server.url) as watcher:
        await idle.greet(secret)
        await watcher.greet(secret)
        await watcher.subscribe(after=before)
        assert (await watcher.edge())["node"]["action"] == "API_TOKEN_CREATED"

        assert codes(await inga.run(REVOKE_TOKEN, input={"apiTokenId": id_})) == []

        assert (await watcher.receive())["payload"]["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
        assert (await watcher.receive())["type"] == "complete"
        assert (await watcher.closing())[0] == 4401
        assert await idle.closing() == (4401, "The session or API token has ended")


async def test_a_caller_holds_twenty_streams(inga: Client) -> None:
    start = await latest(inga)
    body, headers = {"query": EVENTS, "variables": {"after": start}}, {"Accept": "text/event-stream"}
    async with AsyncExitStack() as held, streamed(inga, after=start) as messages:
        for _ in range(19):
            await held.enter_async_context(streamed(inga, after=start))

        async with asyncio.timeout(SOON):
            refused = await inga.http.post("/graphql", json=body, headers=headers)
        assert (refused.status_code, refused.json()["errors"][0]["extensions"]) == (429, {"code": "RATE_LIMITED"})

        await held.aclose()
        await (await Seats.find(inga)).give(0)
        await edge(messages)  # those that were closed before are gone by now
        async with streamed(inga, after=start) as another:
            await edge(another)


async def test_an_event_that_cannot_be_shown_ends_the_stream_before_the_next_one(inga: Client, server: Running) -> None:
    seats, start = await Seats.find(inga), await latest(inga)
    await seats.give(0, 1)
    _, secret = await make_token(inga)
    given: dict[str, Any] = {"after": start, "filter": {"actions": ["USER_LICENSE_ASSIGNED"]}}

    database = get_connection("default")
    await database.execute_script("ALTER TABLE license RENAME TO gone")
    with capture_logs():  # to print tracebacks in color takes the server seconds
        async with streamed(inga, **given) as messages, socket(server.url) as watcher:
            await watcher.greet(secret)
            await watcher.subscribe(**given)
            assert (await soon(messages))[1]["errors"][0]["extensions"]["code"] == "INTERNAL"
            assert (await soon(messages))[0] == "complete"
            assert (await watcher.receive())["payload"]["errors"][0]["extensions"]["code"] == "INTERNAL"
            assert (await watcher.receive())["type"] == "complete"
    await database.execute_script("ALTER TABLE gone RENAME TO license")

    async with streamed(inga, **given) as messages:
        assert [(await edge(messages))["node"]["action"] for _ in range(2)] == ["USER_LICENSE_ASSIGNED"] * 2


@pytest.mark.parametrize("query", ["{ viewer { scopes } }", "mutation { signOut { userErrors { code } } }"])
async def test_a_socket_takes_nothing_but_subscriptions(inga: Client, server: Running, query: str) -> None:
    _, secret = await make_token(inga)
    async with socket(server.url) as watcher:
        await watcher.greet(secret)
        await watcher.subscribe(query=query)
        refused = await watcher.receive()

    assert refused["type"] == "error"
    assert refused["payload"][0]["message"] == "A WebSocket takes subscriptions. Send the rest by POST."


async def test_one_that_asks_for_too_much_is_refused(inga: Client, server: Running) -> None:
    aliases = " ".join(f"a{number}: cursor" for number in range(16))
    query = f"subscription {{ auditEvents {{ {aliases} }} }}"
    _, secret = await make_token(inga)
    async with socket(server.url) as watcher:
        await watcher.greet(secret)
        await watcher.subscribe(query=query)
        refused = await watcher.receive()
        assert refused["type"] == "error"
        assert refused["payload"][0]["extensions"] == {"code": "QUERY_TOO_COMPLEX"}

    response = await inga.http.post("/graphql", json={"query": query}, headers={"Accept": "text/event-stream"})
    assert response.json()["errors"][0]["extensions"] == {"code": "QUERY_TOO_COMPLEX"}


@pytest.mark.parametrize(
    "message",
    ["42", "nonsense", "[]", '{"type": 1}', '{"type": "subscribe", "id": "1", "payload": {"query": 1}}', '"\\ud800"'],
)
async def test_what_is_no_message_closes_the_socket(server: Running, message: str) -> None:
    async with socket(server.url) as watcher:
        await watcher.connection.send(message)
        assert (await watcher.closing())[0] == 4400


async def test_the_old_protocol_is_not_spoken(server: Running) -> None:
    async with socket(server.url, "graphql-ws") as watcher:
        assert (await watcher.closing())[0] == 4406


async def test_it_comes_in_parts_too(inga: Client) -> None:
    seats, start = await Seats.find(inga), await latest(inga)
    headers = {"Accept": 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json'}
    body = {"query": EVENTS, "variables": {"after": start}}
    async with inga.http.stream("POST", "/graphql", json=body, headers=headers) as response:
        assert response.headers["content-type"].startswith("multipart/mixed")
        await seats.give(0)
        async with asyncio.timeout(SOON):
            async for line in response.aiter_lines():
                if "USER_LICENSE_ASSIGNED" in line:
                    break
    assert json.loads(line)["payload"]["data"]["auditEvents"]["node"]["license"]["seats"] == {"inUse": 5}


async def test_what_is_no_subscription_is_answered_at_once_whatever_is_accepted(inga: Client) -> None:
    accept = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed"
    response = await inga.http.post("/graphql", json={"query": "{ viewer { scopes } }"}, headers={"Accept": accept})

    assert response.headers["content-type"].startswith("application/graphql-response+json")
    assert "data" in response.json()


async def test_a_subscription_without_a_stream_is_refused(inga: Client) -> None:
    answer = await inga.answer(EVENTS)

    assert answer["errors"][0]["message"] == "Subscriptions need a stream to answer on."


@pytest.mark.parametrize("engine", ["postgres"])
async def test_a_second_process_sees_it_and_lets_its_streams_go_when_it_stops(
    inga: Client, server: Running, measured: Measure, tmp_path: Path, engine: str
) -> None:
    seats, start = await Seats.find(inga), await latest(inga)
    _, secret = await make_token(inga)
    given: dict[str, Any] = {"after": start, "filter": {"actions": ["USER_LICENSE_ASSIGNED"]}}
    async with process(server.database_url, tmp_path) as (url, running):
        with pytest.raises(InvalidStatus):
            address = url.replace("http", "ws") + "/graphql?token=skp_1_secret"
            await connect(address, additional_headers=bearer("skp_1_nonsense"))
        client = Client(url, token=secret)
        async with streamed(client, **given) as messages, socket(url) as watcher:
            await watcher.greet(secret)
            await watcher.subscribe(**given)
            await seats.give(0)
            assert (await edge(messages))["node"]["license"]["seats"] == {"inUse": 5}
            assert (await watcher.edge())["node"]["license"]["seats"] == {"inUse": 5}
            await seats.give(1)
            assert (await edge(messages))["node"]["license"]["seats"] == {"inUse": 6}
            assert (await watcher.edge())["node"]["license"]["seats"] == {"inUse": 6}

            with measured("the end after SIGTERM, with streams open", most=5):
                running.send_signal(signal.SIGTERM)
                with pytest.raises(StopAsyncIteration):
                    await soon(messages)
                assert (await watcher.closing())[0] == 1012
                async with asyncio.timeout(5):
                    await running.wait()
        await client.http.aclose()
    text = (tmp_path / "server.log").read_text()
    log = [json.loads(line) for line in text.splitlines()]
    assert "Traceback" not in text and not [line for line in log if line["level"] == "error"]
    [refused] = [line for line in log if line["event"] == "handshake"]
    assert (refused["path"], refused["status"], refused["outcome"]) == ("/graphql", 401, "UNAUTHENTICATED")
    [line] = [line for line in log if line["event"] == "connection"]
    assert line["subscriptions"] == 1 and line["seconds"] > 0 and line["principal"].startswith("API_TOKEN ")
    assert secret not in text and "auditEvents" not in text and "skp_1_" not in text


@pytest.mark.parametrize("engine", ["postgres"])
async def test_a_subscription_that_begins_is_an_operation(inga: Client, server: Running, tmp_path: Path) -> None:
    _, secret = await make_token(inga)
    async with process(server.database_url, tmp_path, rate_limit="3/1") as (url, _), socket(url) as watcher:
        await watcher.greet(secret)
        for number in range(4):
            await watcher.subscribe(str(number))
        refused = await watcher.receive()

    assert (refused["id"], refused["type"]) == ("3", "error")
    assert refused["payload"][0]["extensions"] == {"code": "RATE_LIMITED"}
    assert "Wait 1 second" in refused["payload"][0]["message"]
