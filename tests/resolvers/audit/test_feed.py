"""Subscriptions to the audit log: delivery in order, isolation, and the end of credentials."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, aclosing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tortoise.connection import get_connection

from licensing.enums import ActorKind, ApiScope, AuditAction
from models.audit_event import AuditEvent
from models.db.notifications import notify
from models.session import Session
from models.user import User
from models.vendor import Vendor
from resolvers.audit.feed import BATCH_SIZE, follow, latest_position, position_of
from resolvers.audit.log import NEWEST_FIRST, AuditCriteria, EventRow
from resolvers.auth.api_tokens import authenticate_token, create_api_token, revoke_api_token
from resolvers.auth.identities import Identity, authenticate_identity
from resolvers.auth.sessions import end_sessions, sign_out
from resolvers.context import Context, system_context, utc_now
from resolvers.credentials import IDLE_TIMEOUT
from resolvers.errors import BadUserInput, Unauthenticated
from resolvers.principals import SYSTEM
from resolvers.unit_of_work import unit_of_work
from server.background.event_feed import DatabaseEventFeed, event_feed
from tests.support.executed_operations import statements

__all__ = ["statements"]

ALL_EVENTS = AuditCriteria()
DELIVERY_TIMEOUT = 2.0
"""Seconds within which an event must be delivered."""


@pytest.fixture
async def feed(database: str) -> AsyncIterator[DatabaseEventFeed]:
    feed = event_feed(database)
    async with feed.running():
        yield feed


@pytest.fixture
def subscriber(context: Context, feed: DatabaseEventFeed) -> Context:
    """The context of the administrator, with the feed."""
    context.feed = feed
    return context


async def record(context: Context, *names: str, **event: Any) -> None:
    """Record an event for each name in one transaction."""
    async with unit_of_work(context) as unit:
        for name in names:
            unit.record(AuditAction.USER_CHANGED, user=name, what="for the test", **event)


def by_system(context: Context) -> Context:
    """Return the context of a job in the same installation, whose changes need no credentials."""
    return system_context(context.installation_id, actor=SYSTEM, request_id="job")


async def receive(events: AsyncIterator[Sequence[Any]], number: int) -> list[EventRow]:
    """Return the next events, each within the timeout."""
    rows = []
    for _ in range(number):
        async with asyncio.timeout(DELIVERY_TIMEOUT):
            rows.append(EventRow._make(await anext(events)))
    return rows


def names(rows: list[EventRow]) -> list[str]:
    return [row.facts["user"] for row in rows]


async def create_session(user: User) -> Session:
    now = utc_now()
    return await Session.create(
        installation_id=user.installation_id, user_id=user.id, secret_sha256="0" * 64, created_at=now, last_seen_at=now
    )


async def test_events_are_delivered_once_in_order(subscriber: Context) -> None:
    await record(subscriber, "before")
    position = await position_of(subscriber, None)
    await record(subscriber, "first", "second")

    async with aclosing(follow(subscriber, ALL_EVENTS, position)) as events:
        assert names(await receive(events, 2)) == ["first", "second"]
        pending = asyncio.ensure_future(receive(events, 1))
        await record(subscriber, "third")
        assert names(await pending) == ["third"]


async def test_feed_resumes_after_a_cursor(subscriber: Context) -> None:
    await record(subscriber, *"abc")
    [first] = await AuditEvent.filter(facts__isnull=False).order_by("position").limit(1)

    position = await position_of(subscriber, NEWEST_FIRST.cursor([first.position]))

    async with aclosing(follow(subscriber, ALL_EVENTS, position)) as events:
        assert names(await receive(events, 2)) == ["b", "c"]


@pytest.mark.parametrize("cursor", ["", "nonsense", "WzEsInVzZXJzOm5hbWUiLDFd"])
async def test_invalid_audit_cursor_is_rejected(subscriber: Context, cursor: str) -> None:
    with pytest.raises(BadUserInput):
        await position_of(subscriber, cursor)


async def test_more_events_than_a_batch_are_delivered(subscriber: Context) -> None:
    position = await latest_position(subscriber.installation_id)
    expected = [f"{number:03}" for number in range(2 * BATCH_SIZE + 50)]
    await record(subscriber, *expected)

    async with aclosing(follow(subscriber, ALL_EVENTS, position)) as events:
        assert names(await receive(events, len(expected))) == expected


async def test_filtered_events_are_skipped(
    subscriber: Context, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolvers.audit.feed.MAX_SCANNED_POSITIONS", 3)
    criteria = AuditCriteria(user_id=administrator.id)
    position = await latest_position(subscriber.installation_id)
    await record(subscriber, *"abcdefgh")
    await record(subscriber, "mine", user_id=administrator.id)
    await record(subscriber, *"ij")

    async with aclosing(follow(subscriber, criteria, position)) as events:
        assert names(await receive(events, 1)) == ["mine"]
        pending = asyncio.ensure_future(receive(events, 1))
        await record(subscriber, "not mine")
        await record(subscriber, "mine too", user_id=administrator.id)
        assert names(await pending) == ["mine too"]


async def test_events_of_another_installation_are_not_delivered(
    subscriber: Context, other_installation: Callable[..., Any]
) -> None:
    other = system_context(await other_installation(), actor=SYSTEM, request_id="other")

    async with aclosing(follow(subscriber, ALL_EVENTS, await latest_position(subscriber.installation_id))) as events:
        pending = asyncio.ensure_future(receive(events, 1))
        await record(other, "theirs")
        await record(subscriber, "ours")
        assert names(await pending) == ["ours"]


async def test_vendor_token_receives_no_events_of_other_vendors(
    subscriber: Context, make_vendor: Callable[..., Any]
) -> None:
    vendor = await make_vendor("nordsync", name="NordSync AS")
    main = await Vendor.get(installation_id=subscriber.installation_id, key="superoffice")
    bound = Context(replace(subscriber.caller, vendor_id=vendor.id), request_id="bound", feed=subscriber.feed)

    async with aclosing(follow(bound, ALL_EVENTS, await latest_position(subscriber.installation_id))) as events:
        pending = asyncio.ensure_future(receive(events, 1))
        await record(subscriber, "nobody's")
        await record(subscriber, "the main vendor's", vendor_id=main.id)
        await record(subscriber, "theirs", vendor_id=vendor.id)
        assert names(await pending) == ["theirs"]


async def test_revoking_the_token_ends_its_streams(subscriber: Context) -> None:
    token_id, secret = await create_api_token(
        subscriber, name="Watcher", scopes=[ApiScope.AUDIT_READ], vendor_id=None, expires_at=None
    )
    principal = await authenticate_token(secret, utc_now())
    by_token = Context(principal, request_id="token", feed=subscriber.feed)

    async with aclosing(follow(by_token, ALL_EVENTS, await latest_position(subscriber.installation_id))) as events:
        pending = asyncio.ensure_future(receive(events, 1))
        await record(subscriber, "seen")
        assert names(await pending) == ["seen"]
        pending = asyncio.ensure_future(receive(events, 1))
        await revoke_api_token(subscriber, token_id)
        with pytest.raises(Unauthenticated):
            await pending


@pytest.mark.parametrize("reason", ["signed out", "password changed", "timed out"])
async def test_subscription_ends_with_the_session(subscriber: Context, administrator: User, reason: str) -> None:
    session = await create_session(administrator)
    subscriber.principal = replace(subscriber.caller, user_id=administrator.id, session_id=session.id)
    other = Context(subscriber.principal, request_id="other")
    position = await latest_position(subscriber.installation_id)

    async with aclosing(follow(subscriber, ALL_EVENTS, position)) as events:
        pending = asyncio.ensure_future(receive(events, 1))
        await record(other, "seen")
        assert names(await pending) == ["seen"]
        pending = asyncio.ensure_future(receive(events, 1))
        if reason == "signed out":
            await sign_out(other)
        elif reason == "password changed":
            async with unit_of_work(other) as unit:
                await end_sessions(administrator.id)
                unit.record(AuditAction.USER_CHANGED, user="Inga", what="their password was changed")
        else:
            await Session.filter(id=session.id).update(last_seen_at=utc_now() - IDLE_TIMEOUT - timedelta(seconds=1))
            await record(by_system(other), "not seen")
        with pytest.raises(Unauthenticated):
            await pending


@pytest.mark.parametrize("reason", ["token expired", "user retired", "user disabled"])
async def test_subscription_ends_with_the_identity_token(subscriber: Context, administrator: User, reason: str) -> None:
    identity = Identity("inga", ActorKind.AUDITOR, utc_now() + timedelta(minutes=5))
    if reason == "token expired":
        identity = replace(identity, expires_at=utc_now() + timedelta(milliseconds=300))
    principal = await authenticate_identity(identity, None)
    by_identity = Context(principal, request_id="identity", feed=subscriber.feed)

    async with aclosing(follow(by_identity, ALL_EVENTS, await latest_position(subscriber.installation_id))) as events:
        pending = asyncio.ensure_future(receive(events, 1))
        await record(subscriber, "seen")
        assert names(await pending) == ["seen"]
        pending = asyncio.ensure_future(receive(events, 1))
        if reason == "token expired":
            await asyncio.sleep((identity.expires_at - utc_now()).total_seconds())
        else:
            columns = {"status": "RETIRED", "is_administrator": False} if "retired" in reason else {"can_log_in": False}
            await User.filter(id=administrator.id).update(**columns)
        await record(by_system(subscriber), "not seen")
        with pytest.raises(Unauthenticated):
            await pending


async def test_subscription_ends_within_a_batch(subscriber: Context) -> None:
    token_id, secret = await create_api_token(
        subscriber, name="Watcher", scopes=[ApiScope.AUDIT_READ], vendor_id=None, expires_at=None
    )
    by_token = Context(await authenticate_token(secret, utc_now()), request_id="token", feed=subscriber.feed)
    position = await latest_position(subscriber.installation_id)
    await record(subscriber, *"abc")

    async with aclosing(follow(by_token, ALL_EVENTS, position)) as events:
        assert names(await receive(events, 1)) == ["a"]
        await revoke_api_token(subscriber, token_id)
        await subscriber.feed.poll()
        with pytest.raises(Unauthenticated):
            await receive(events, 1)


async def test_expired_credentials_cannot_subscribe(subscriber: Context, administrator: User) -> None:
    session = await create_session(administrator)
    subscriber.principal = replace(subscriber.caller, user_id=administrator.id, session_id=session.id)
    await end_sessions(administrator.id)

    async with aclosing(follow(subscriber, ALL_EVENTS, 0)) as events:
        with pytest.raises(Unauthenticated):
            await receive(events, 1)


async def test_credentials_are_checked_without_events(
    database: str, context: Context, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.background.event_feed.CREDENTIAL_CHECK_INTERVAL", 0.1)
    session = await create_session(administrator)
    feed = context.feed = event_feed(database)
    context.principal = replace(context.caller, user_id=administrator.id, session_id=session.id)
    async with feed.running(), aclosing(follow(context, ALL_EVENTS, 0)) as events:
        pending = asyncio.ensure_future(receive(events, 1))
        await Session.filter(id=session.id).update(last_seen_at=utc_now() - IDLE_TIMEOUT - timedelta(seconds=1))
        with pytest.raises(Unauthenticated):
            await pending


async def test_busy_installation_does_not_delay_credential_checks(
    database: str, context: Context, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.background.event_feed.CREDENTIAL_CHECK_INTERVAL", 0.3)
    session = await create_session(administrator)
    feed = context.feed = event_feed(database)
    context.principal = replace(context.caller, user_id=administrator.id, session_id=session.id)

    async def notify_of_another_installation() -> None:
        while True:
            await notify(context.installation_id + 1, position=1)
            await asyncio.sleep(0.05)

    position = await latest_position(context.installation_id)
    async with feed.running(), aclosing(follow(context, ALL_EVENTS, position)) as events:
        await record(context, "seen")
        assert names(await receive(events, 1)) == ["seen"]
        busy = asyncio.create_task(notify_of_another_installation())
        pending = asyncio.ensure_future(receive(events, 1))
        await asyncio.sleep(0.1)  # the subscriber waits for news, and notifications have begun
        await Session.filter(id=session.id).update(last_seen_at=utc_now() - IDLE_TIMEOUT - timedelta(seconds=1))
        try:
            async with asyncio.timeout(3):
                with pytest.raises(Unauthenticated):
                    await pending
        finally:
            busy.cancel()


async def test_subscription_ends_on_shutdown(subscriber: Context, feed: DatabaseEventFeed) -> None:
    async with aclosing(follow(subscriber, ALL_EVENTS, await latest_position(subscriber.installation_id))) as events:
        pending = asyncio.ensure_future(receive(events, 1))
        await record(subscriber, "seen")
        await pending
        pending = asyncio.ensure_future(receive(events, 1))
        feed.close()
        with pytest.raises(StopAsyncIteration):
            await pending


async def test_only_listeners_of_the_installation_are_notified(
    subscriber: Context, feed: DatabaseEventFeed, other_installation: Callable[..., Any]
) -> None:
    other = replace(subscriber.caller, installation_id=await other_installation())
    position = await latest_position(subscriber.installation_id)
    with feed.listen(subscriber.caller) as ours, feed.listen(other) as theirs:
        await feed.publish({subscriber.installation_id: position + 1})
        assert ours.news.is_set() and ours.latest == position + 1
        assert not theirs.news.is_set()


async def test_publishing_executes_one_statement(
    database: str, context: Context, administrator: User, statements: list[str]
) -> None:
    session = await create_session(administrator)
    feed = event_feed(database)  # not running, so it executes no statements of its own
    caller = replace(context.caller, user_id=administrator.id, session_id=session.id)
    with ExitStack() as listening:
        for _ in range(50):
            listening.enter_context(feed.listen(caller))
        statements.clear()
        await feed.publish({caller.installation_id: 1})
    assert len(statements) == 1


async def test_listeners_are_unregistered(subscriber: Context, feed: DatabaseEventFeed) -> None:
    with feed.listen(subscriber.caller), feed.listen(subscriber.caller):
        assert len(feed._listeners[subscriber.installation_id]) == 2

    assert feed._listeners == {}


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_lost_connection_is_restored_without_missing_events(subscriber: Context) -> None:
    async with aclosing(follow(subscriber, ALL_EVENTS, await latest_position(subscriber.installation_id))) as events:
        pending = asyncio.ensure_future(receive(events, 1))
        await record(subscriber, "before")
        assert names(await pending) == ["before"]
        pending = asyncio.ensure_future(receive(events, 2))
        await get_connection("default").execute_query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
        )
        await record(subscriber, "meanwhile", "after")
        assert names(await pending) == ["meanwhile", "after"]


async def test_rolled_back_event_is_not_delivered(subscriber: Context) -> None:
    position = await latest_position(subscriber.installation_id)
    with pytest.raises(ZeroDivisionError):
        async with unit_of_work(subscriber) as unit:
            unit.record(AuditAction.USER_CHANGED, user="nobody", what="nothing")
            raise ZeroDivisionError

    await record(subscriber, "somebody")

    async with aclosing(follow(subscriber, ALL_EVENTS, position)) as events:
        assert names(await receive(events, 1)) == ["somebody"]
