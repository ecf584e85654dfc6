"""Audit events are streamed over server-sent events, multipart responses and WebSockets."""

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from tortoise.connection import get_connection
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from licensing.enums import AuditAction
from models.vendor import Vendor
from resolvers.context import system_context
from resolvers.principals import COMMAND_LINE
from resolvers.unit_of_work import unit_of_work
from tests.support import factories
from tests.support.api_client import Client, codes
from tests.support.api_tokens import bearer, make_token
from tests.support.demo_server import RunningServer
from tests.support.operations import REVOKE_TOKEN
from tests.support.processes import process
from tests.support.seats import Seats
from tests.support.subscriptions import EVENT_TIMEOUT, EVENTS, latest_cursor, next_event, next_message, socket, streamed
from tests.support.timing import Measure

LOG = """
query Log($after: String, $before: String) {
  auditEvents(last: 100, before: $before, after: $after) { edges { cursor node { summary } } pageInfo { endCursor } }
}
"""


async def test_event_includes_its_license_and_user(inga: Client) -> None:
    seats = await Seats.find(inga)
    async with streamed(inga, after=await latest_cursor(inga)) as messages:
        waiting = asyncio.ensure_future(next_event(messages))
        await seats.assign(0)
        event = await waiting

    assert event["node"]["action"] == "USER_LICENSE_ASSIGNED"
    assert event["node"]["summary"].startswith("Inga Solheim assigned Confidential activities to ")
    assert event["node"]["license"] == {"key": "superoffice.visible-for", "seats": {"inUse": 5}}


async def test_subscription_resumes_after_a_cursor(inga: Client) -> None:
    seats = await Seats.find(inga)
    start = cursor = await latest_cursor(inga)
    seen: list[dict[str, Any]] = []

    async def work() -> None:
        for _ in range(5):
            await seats.assign(0, 1, 2)
            await seats.revoke(0, 1, 2)

    working = asyncio.ensure_future(work())
    while len(seen) < 30:
        async with streamed(inga, after=cursor) as messages:
            for _ in range(min(4, 30 - len(seen))):
                seen.append(await next_event(messages))
                cursor = seen[-1]["cursor"]
    await working

    log = await inga.run(LOG, before=start)
    assert [one["cursor"] for one in seen] == [one["cursor"] for one in reversed(log["edges"])]
    assert [one["node"]["summary"] for one in seen] == [one["node"]["summary"] for one in reversed(log["edges"])]


async def test_events_of_other_tenants_are_not_sent(
    inga: Client, server: RunningServer, another_browser: Callable[..., Awaitable[Client]]
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
        assert (await partner_socket.initialize())["type"] == "connection_ack"
        await partner_socket.subscribe(query=query, after=await latest_cursor(partner))
        await others.assign(0)
        async with unit_of_work(system_context(elsewhere.id, actor=COMMAND_LINE, request_id="elsewhere")) as unit:
            unit.record(AuditAction.VENDOR_CHANGED, vendor_id=theirs.id, vendor="NordSync AS", what="theirs")
        await own.assign(1)
        event = await partner_socket.next_event()

    assert event["node"]["license"]["key"] == "nordsync.connector-cal"
    await partner.http.aclose()


async def test_filter_limits_the_events(inga: Client) -> None:
    seats, start = await Seats.find(inga), await latest_cursor(inga)
    await seats.assign(0)
    await seats.revoke(0)

    async with streamed(inga, after=start, filter={"actions": ["USER_LICENSE_REVOKED"]}) as messages:
        assert (await next_event(messages))["node"]["action"] == "USER_LICENSE_REVOKED"


async def test_socket_events_show_current_data(inga: Client, server: RunningServer) -> None:
    seats = await Seats.find(inga)
    _, secret = await make_token(inga)
    async with socket(server.url) as watcher:
        assert (await watcher.initialize(secret))["type"] == "connection_ack"
        await watcher.subscribe(after=await latest_cursor(inga))
        await seats.assign(0)
        assert (await watcher.next_event())["node"]["license"]["seats"] == {"inUse": 5}
        await seats.assign(1)
        assert (await watcher.next_event())["node"]["license"]["seats"] == {"inUse": 6}


async def test_browser_subscribes_with_its_session(inga: Client, server: RunningServer) -> None:
    seats = await Seats.find(inga)
    cookie = {"Cookie": f"session={inga.http.cookies['session']}"}
    async with socket(server.url, additional_headers=cookie, origin=Origin(server.url)) as watcher:
        assert (await watcher.initialize())["type"] == "connection_ack"
        await watcher.subscribe(after=await latest_cursor(inga))
        await seats.assign(0)
        assert (await watcher.next_event())["node"]["action"] == "USER_LICENSE_ASSIGNED"


@pytest.mark.parametrize("origin", ["https://evil.example", None])
async def test_cross_origin_handshake_is_rejected(inga: Client, server: RunningServer, origin: str | None) -> None:
    cookie = {"Cookie": f"session={inga.http.cookies['session']}"}
    with pytest.raises(InvalidStatus) as refused:
        async with socket(server.url, additional_headers=cookie, origin=Origin(origin) if origin else None):
            pass

    assert refused.value.response.status_code == 403
    assert json.loads(refused.value.response.body)["errors"][0]["extensions"] == {"code": "FORBIDDEN"}


async def test_invalid_token_cannot_open_a_socket(server: RunningServer) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with socket(server.url, additional_headers=bearer("skp_1_nonsense")):
            pass
    assert refused.value.response.status_code == 401

    async with socket(server.url) as anonymous:
        await anonymous.send("connection_init", payload={"Authorization": "Bearer skp_1_nonsense"})
        assert (await anonymous.close_reason())[0] == 4401


async def test_anonymous_subscription_is_rejected(server: RunningServer, browser: Client) -> None:
    async with socket(server.url) as anonymous:
        await anonymous.send("connection_init")
        assert (await anonymous.close_reason())[0] == 4401
    async with socket(server.url) as uninitialized:
        await uninitialized.subscribe()
        assert (await uninitialized.close_reason())[0] == 4401
    async with streamed(browser) as messages:
        assert (await next_message(messages))[1]["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_subscription_requires_audit_read(
    inga: Client, another_browser: Callable[..., Awaitable[Client]]
) -> None:
    _, secret = await make_token(inga, "LICENSES_READ")
    client = await another_browser(token=secret)
    async with streamed(client) as messages:
        assert (await next_message(messages))[1]["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
        assert (await next_message(messages))[0] == "complete"
    await client.http.aclose()


async def test_malformed_cursor_is_rejected(inga: Client) -> None:
    async with streamed(inga, after="nonsense") as messages:
        assert (await next_message(messages))[1]["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_revoking_the_token_ends_its_streams(
    inga: Client, server: RunningServer, another_browser: Callable[..., Awaitable[Client]]
) -> None:
    id_, secret = await make_token(inga)
    client, seats, start = await another_browser(token=secret), await Seats.find(inga), await latest_cursor(inga)
    async with streamed(client, after=start) as messages, socket(server.url) as watcher:
        await watcher.initialize(secret)
        await watcher.subscribe(after=start)
        await seats.assign(0)
        await next_event(messages)
        await watcher.next_event()

        assert codes(await inga.run(REVOKE_TOKEN, input={"apiTokenId": id_})) == []

        assert (await next_message(messages))[1]["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
        assert (await next_message(messages))[0] == "complete"
        message = await watcher.receive()
        assert message["payload"]["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
        assert (await watcher.receive())["type"] == "complete"
    await client.http.aclose()


async def test_signing_out_ends_the_stream(inga: Client) -> None:
    seats = await Seats.find(inga)
    async with streamed(inga, after=await latest_cursor(inga)) as messages:
        await seats.assign(0)
        await next_event(messages)
        await inga.run("mutation { signOut { userErrors { code } } }")
        assert (await next_message(messages))[1]["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_connection_is_limited_to_twenty_subscriptions(inga: Client, server: RunningServer) -> None:
    _, secret = await make_token(inga)
    async with socket(server.url) as watcher:
        await watcher.initialize(secret)
        for number in range(21):
            await watcher.subscribe(str(number))
        refused = await watcher.receive()
        assert (refused["id"], refused["type"]) == ("20", "error")
        assert refused["payload"][0]["extensions"] == {"code": "RATE_LIMITED"}
        await watcher.send("complete", id="0")
        await watcher.subscribe("20", after=await latest_cursor(inga))
        await (await Seats.find(inga)).assign(0)
        assert "20" in {(await watcher.receive())["id"] for _ in range(20)}


async def test_revoked_token_closes_idle_and_active_sockets(inga: Client, server: RunningServer) -> None:
    before = await latest_cursor(inga)
    id_, secret = await make_token(inga)
    async with socket(server.url) as idle, socket(server.url) as watcher:
        await idle.initialize(secret)
        await watcher.initialize(secret)
        await watcher.subscribe(after=before)
        assert (await watcher.next_event())["node"]["action"] == "API_TOKEN_CREATED"

        assert codes(await inga.run(REVOKE_TOKEN, input={"apiTokenId": id_})) == []

        assert (await watcher.receive())["payload"]["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
        assert (await watcher.receive())["type"] == "complete"
        assert (await watcher.close_reason())[0] == 4401
        assert await idle.close_reason() == (4401, "The session or API token has ended")


async def test_caller_is_limited_to_twenty_streams(inga: Client) -> None:
    start = await latest_cursor(inga)
    body, headers = {"query": EVENTS, "variables": {"after": start}}, {"Accept": "text/event-stream"}
    async with AsyncExitStack() as held, streamed(inga, after=start) as messages:
        for _ in range(19):
            await held.enter_async_context(streamed(inga, after=start))

        async with asyncio.timeout(EVENT_TIMEOUT):
            refused = await inga.http.post("/graphql", json=body, headers=headers)
        assert (refused.status_code, refused.json()["errors"][0]["extensions"]) == (429, {"code": "RATE_LIMITED"})

        await held.aclose()
        await (await Seats.find(inga)).assign(0)
        await next_event(messages)  # after which the closed streams have ended
        async with streamed(inga, after=start) as another:
            await next_event(another)


async def test_failing_event_ends_the_stream(inga: Client, server: RunningServer) -> None:
    seats, start = await Seats.find(inga), await latest_cursor(inga)
    await seats.assign(0, 1)
    _, secret = await make_token(inga)
    given: dict[str, Any] = {"after": start, "filter": {"actions": ["USER_LICENSE_ASSIGNED"]}}

    database = get_connection("default")
    await database.execute_script("ALTER TABLE license RENAME TO gone")
    with capture_logs():  # printing tracebacks in color takes seconds
        async with streamed(inga, **given) as messages, socket(server.url) as watcher:
            await watcher.initialize(secret)
            await watcher.subscribe(**given)
            assert (await next_message(messages))[1]["errors"][0]["extensions"]["code"] == "INTERNAL"
            assert (await next_message(messages))[0] == "complete"
            assert (await watcher.receive())["payload"]["errors"][0]["extensions"]["code"] == "INTERNAL"
            assert (await watcher.receive())["type"] == "complete"
    await database.execute_script("ALTER TABLE gone RENAME TO license")

    async with streamed(inga, **given) as messages:
        assert [(await next_event(messages))["node"]["action"] for _ in range(2)] == ["USER_LICENSE_ASSIGNED"] * 2


@pytest.mark.parametrize("query", ["{ viewer { scopes } }", "mutation { signOut { userErrors { code } } }"])
async def test_socket_rejects_queries_and_mutations(inga: Client, server: RunningServer, query: str) -> None:
    _, secret = await make_token(inga)
    async with socket(server.url) as watcher:
        await watcher.initialize(secret)
        await watcher.subscribe(query=query)
        refused = await watcher.receive()

    assert refused["type"] == "error"
    assert refused["payload"][0]["message"] == "A WebSocket accepts subscriptions only. Send other operations by POST."


async def test_too_complex_subscription_is_rejected(inga: Client, server: RunningServer) -> None:
    aliases = " ".join(f"a{number}: cursor" for number in range(16))
    query = f"subscription {{ auditEvents {{ {aliases} }} }}"
    _, secret = await make_token(inga)
    async with socket(server.url) as watcher:
        await watcher.initialize(secret)
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
async def test_malformed_message_closes_the_socket(server: RunningServer, message: str) -> None:
    async with socket(server.url) as watcher:
        await watcher.connection.send(message)
        assert (await watcher.close_reason())[0] == 4400


async def test_legacy_graphql_ws_protocol_is_rejected(server: RunningServer) -> None:
    async with socket(server.url, "graphql-ws") as watcher:
        assert (await watcher.close_reason())[0] == 4406


async def test_events_arrive_as_multipart_responses(inga: Client) -> None:
    seats, start = await Seats.find(inga), await latest_cursor(inga)
    headers = {"Accept": 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json'}
    body = {"query": EVENTS, "variables": {"after": start}}
    async with inga.http.stream("POST", "/graphql", json=body, headers=headers) as response:
        assert response.headers["content-type"].startswith("multipart/mixed")
        await seats.assign(0)
        async with asyncio.timeout(EVENT_TIMEOUT):
            async for line in response.aiter_lines():
                if "USER_LICENSE_ASSIGNED" in line:
                    break
    assert json.loads(line)["payload"]["data"]["auditEvents"]["node"]["license"]["seats"] == {"inUse": 5}


async def test_query_ignores_streaming_accept_types(inga: Client) -> None:
    accept = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed"
    response = await inga.http.post("/graphql", json={"query": "{ viewer { scopes } }"}, headers={"Accept": accept})

    assert response.headers["content-type"].startswith("application/graphql-response+json")
    assert "data" in response.json()


async def test_subscription_requires_a_streaming_accept_type(inga: Client) -> None:
    answer = await inga.answer(EVENTS)

    assert (
        answer["errors"][0]["message"]
        == "Subscriptions need a streaming response. Use a WebSocket, server-sent events or multipart."
    )


@pytest.mark.parametrize("engine", ["postgres"])
async def test_second_process_streams_and_stops_cleanly(
    inga: Client, server: RunningServer, measured: Measure, tmp_path: Path, engine: str
) -> None:
    seats, start = await Seats.find(inga), await latest_cursor(inga)
    _, secret = await make_token(inga)
    given: dict[str, Any] = {"after": start, "filter": {"actions": ["USER_LICENSE_ASSIGNED"]}}
    async with process(server.database_url, tmp_path) as (url, running):
        with pytest.raises(InvalidStatus):
            address = url.replace("http", "ws") + "/graphql?token=skp_1_secret"
            await connect(address, additional_headers=bearer("skp_1_nonsense"))
        client = Client(url, token=secret)
        async with streamed(client, **given) as messages, socket(url) as watcher:
            await watcher.initialize(secret)
            await watcher.subscribe(**given)
            await seats.assign(0)
            assert (await next_event(messages))["node"]["license"]["seats"] == {"inUse": 5}
            assert (await watcher.next_event())["node"]["license"]["seats"] == {"inUse": 5}
            await seats.assign(1)
            assert (await next_event(messages))["node"]["license"]["seats"] == {"inUse": 6}
            assert (await watcher.next_event())["node"]["license"]["seats"] == {"inUse": 6}

            with measured("the end after SIGTERM, with streams open", most=5):
                running.send_signal(signal.SIGTERM)
                with pytest.raises(StopAsyncIteration):
                    await next_message(messages)
                assert (await watcher.close_reason())[0] == 1012
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
async def test_starting_a_subscription_is_rate_limited(inga: Client, server: RunningServer, tmp_path: Path) -> None:
    _, secret = await make_token(inga)
    async with process(server.database_url, tmp_path, rate_limit="3/1") as (url, _), socket(url) as watcher:
        await watcher.initialize(secret)
        for number in range(4):
            await watcher.subscribe(str(number))
        refused = await watcher.receive()

    assert (refused["id"], refused["type"]) == ("3", "error")
    assert refused["payload"][0]["extensions"] == {"code": "RATE_LIMITED"}
    assert "Wait 1 second" in refused["payload"][0]["message"]
