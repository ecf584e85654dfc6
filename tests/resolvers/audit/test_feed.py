"""Following the audit log: everything once and in order, and only as long as the credentials hold."""

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
from models.session import Session
from models.user import User
from models.vendor import Vendor
from resolvers.audit.feed import BATCH_SIZE, follow, latest_position, position_of
from resolvers.audit.log import NEWEST_FIRST, AuditFilter, EventRow
from resolvers.auth.api_tokens import authenticate_token, create_api_token, revoke_api_token
from resolvers.auth.identities import Identity, authenticate_identity
from resolvers.auth.sessions import IDLE_LIMIT, end_sessions, sign_out
from resolvers.context import Context, utc_now
from resolvers.errors import BadUserInput, Unauthenticated
from resolvers.unit_of_work import unit_of_work
from server.background.event_feed import Feed, event_feed
from tests.schema.conftest import statements

__all__ = ["statements"]

EVERYTHING = AuditFilter()
SOON = 2.0
"""Seconds in which an event arrives."""


@pytest.fixture
async def feed(database: str) -> AsyncIterator[Feed]:
    feed = event_feed(database)
    async with feed.running():
        yield feed


@pytest.fixture
def watcher(context: Context, feed: Feed) -> Context:
    """The administrator, who follows."""
    context.feed = feed
    return context


async def record(context: Context, *names: str, **event: Any) -> None:
    """Writes an event for each name, in one transaction."""
    async with unit_of_work(context) as change:
        for name in names:
            change.record(AuditAction.USER_CHANGED, user=name, what="for the test", **event)


async def take(events: AsyncIterator[Sequence[Any]], number: int) -> list[EventRow]:
    """The next events, each of which comes soon."""
    found = []
    for _ in range(number):
        async with asyncio.timeout(SOON):
            found.append(EventRow._make(await anext(events)))
    return found


def names(rows: list[EventRow]) -> list[str]:
    return [row.facts["user"] for row in rows]


async def has_session(user: User) -> Session:
    now = utc_now()
    return await Session.create(
        installation_id=user.installation_id, user_id=user.id, secret_sha256="0" * 64, created_at=now, last_seen_at=now
    )


async def test_what_happens_after_the_position_comes_once_and_in_order(watcher: Context) -> None:
    await record(watcher, "before")
    position = await position_of(watcher, None)
    await record(watcher, "first", "second")

    async with aclosing(follow(watcher, EVERYTHING, position)) as events:
        assert names(await take(events, 2)) == ["first", "second"]
        waiting = asyncio.ensure_future(take(events, 1))
        await record(watcher, "third")
        assert names(await waiting) == ["third"]


async def test_it_goes_on_after_a_cursor(watcher: Context) -> None:
    await record(watcher, *"abc")
    [first] = await AuditEvent.filter(facts__isnull=False).order_by("position").limit(1)

    position = await position_of(watcher, NEWEST_FIRST.cursor([first.position]))

    async with aclosing(follow(watcher, EVERYTHING, position)) as events:
        assert names(await take(events, 2)) == ["b", "c"]


@pytest.mark.parametrize("cursor", ["", "nonsense", "WzEsInVzZXJzOm5hbWUiLDFd"])
async def test_what_is_no_cursor_of_the_audit_log_is_refused(watcher: Context, cursor: str) -> None:
    with pytest.raises(BadUserInput):
        await position_of(watcher, cursor)


async def test_more_than_a_batch_comes_whole(watcher: Context) -> None:
    position = await latest_position(watcher.installation_id)
    expected = [f"{number:03}" for number in range(2 * BATCH_SIZE + 50)]
    await record(watcher, *expected)

    async with aclosing(follow(watcher, EVERYTHING, position)) as events:
        assert names(await take(events, len(expected))) == expected


async def test_what_the_filter_leaves_out_is_passed_over(
    watcher: Context, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolvers.audit.feed.SPAN", 3)
    wanted = AuditFilter(user_id=administrator.id)
    position = await latest_position(watcher.installation_id)
    await record(watcher, *"abcdefgh")
    await record(watcher, "mine", user_id=administrator.id)
    await record(watcher, *"ij")

    async with aclosing(follow(watcher, wanted, position)) as events:
        assert names(await take(events, 1)) == ["mine"]
        waiting = asyncio.ensure_future(take(events, 1))
        await record(watcher, "not mine")
        await record(watcher, "mine too", user_id=administrator.id)
        assert names(await waiting) == ["mine too"]


async def test_another_installations_events_never_come(
    watcher: Context, other_installation: Callable[..., Any]
) -> None:
    principal = replace(watcher.caller, installation_id=await other_installation())
    other = Context(principal, request_id="other")

    async with aclosing(follow(watcher, EVERYTHING, await latest_position(watcher.installation_id))) as events:
        waiting = asyncio.ensure_future(take(events, 1))
        await record(other, "theirs")
        await record(watcher, "ours")
        assert names(await waiting) == ["ours"]


async def test_another_vendors_events_never_come_to_a_token_for_one_vendor(
    watcher: Context, make_vendor: Callable[..., Any]
) -> None:
    vendor = await make_vendor("nordsync", name="NordSync AS")
    main = await Vendor.get(installation_id=watcher.installation_id, key="superoffice")
    bound = Context(replace(watcher.caller, vendor_id=vendor.id), request_id="bound", feed=watcher.feed)

    async with aclosing(follow(bound, EVERYTHING, await latest_position(watcher.installation_id))) as events:
        waiting = asyncio.ensure_future(take(events, 1))
        await record(watcher, "nobody's")
        await record(watcher, "the main vendor's", vendor_id=main.id)
        await record(watcher, "theirs", vendor_id=vendor.id)
        assert names(await waiting) == ["theirs"]


async def test_it_ends_when_the_token_is_revoked(watcher: Context) -> None:
    token_id, secret = await create_api_token(
        watcher, name="Watcher", scopes=[ApiScope.AUDIT_READ], vendor_id=None, expires_at=None
    )
    principal = await authenticate_token(secret, utc_now())
    by_token = Context(principal, request_id="token", feed=watcher.feed)

    async with aclosing(follow(by_token, EVERYTHING, await latest_position(watcher.installation_id))) as events:
        waiting = asyncio.ensure_future(take(events, 1))
        await record(watcher, "seen")
        assert names(await waiting) == ["seen"]
        waiting = asyncio.ensure_future(take(events, 1))
        await revoke_api_token(watcher, token_id)
        with pytest.raises(Unauthenticated):
            await waiting


@pytest.mark.parametrize("ending", ["signed out", "password changed", "timed out"])
async def test_it_ends_with_the_session(watcher: Context, administrator: User, ending: str) -> None:
    session = await has_session(administrator)
    watcher.principal = replace(watcher.caller, user_id=administrator.id, session_id=session.id)
    other = Context(watcher.principal, request_id="other")
    position = await latest_position(watcher.installation_id)

    async with aclosing(follow(watcher, EVERYTHING, position)) as events:
        waiting = asyncio.ensure_future(take(events, 1))
        await record(other, "seen")
        assert names(await waiting) == ["seen"]
        waiting = asyncio.ensure_future(take(events, 1))
        if ending == "signed out":
            await sign_out(other)
        elif ending == "password changed":
            async with unit_of_work(other) as change:
                await end_sessions(administrator.id)
                change.record(AuditAction.USER_CHANGED, user="Inga", what="their password was changed")
        else:
            await Session.filter(id=session.id).update(last_seen_at=utc_now() - IDLE_LIMIT - timedelta(seconds=1))
            await record(other, "not seen")
        with pytest.raises(Unauthenticated):
            await waiting


@pytest.mark.parametrize("ending", ["token ran out", "user retired", "user may not log in"])
async def test_it_ends_with_the_identity_providers_token(watcher: Context, administrator: User, ending: str) -> None:
    identity = Identity("inga", ActorKind.AUDITOR, utc_now() + timedelta(minutes=5))
    if ending == "token ran out":
        identity = replace(identity, expires_at=utc_now() + timedelta(milliseconds=300))
    principal = await authenticate_identity(identity, None)
    vouched = Context(principal, request_id="vouched", feed=watcher.feed)

    async with aclosing(follow(vouched, EVERYTHING, await latest_position(watcher.installation_id))) as events:
        waiting = asyncio.ensure_future(take(events, 1))
        await record(watcher, "seen")
        assert names(await waiting) == ["seen"]
        waiting = asyncio.ensure_future(take(events, 1))
        if ending == "token ran out":
            await asyncio.sleep((identity.expires_at - utc_now()).total_seconds())
        else:
            facts = {"status": "RETIRED", "is_administrator": False} if "retired" in ending else {"can_log_in": False}
            await User.filter(id=administrator.id).update(**facts)
        await record(watcher, "not seen")
        with pytest.raises(Unauthenticated):
            await waiting


async def test_it_ends_in_the_midst_of_what_is_to_be_read(watcher: Context) -> None:
    token_id, secret = await create_api_token(
        watcher, name="Watcher", scopes=[ApiScope.AUDIT_READ], vendor_id=None, expires_at=None
    )
    by_token = Context(await authenticate_token(secret, utc_now()), request_id="token", feed=watcher.feed)
    position = await latest_position(watcher.installation_id)
    await record(watcher, *"abc")

    async with aclosing(follow(by_token, EVERYTHING, position)) as events:
        assert names(await take(events, 1)) == ["a"]
        await revoke_api_token(watcher, token_id)
        await watcher.feed.poll()
        with pytest.raises(Unauthenticated):
            await take(events, 1)


async def test_it_does_not_begin_with_credentials_that_have_ended(watcher: Context, administrator: User) -> None:
    session = await has_session(administrator)
    watcher.principal = replace(watcher.caller, user_id=administrator.id, session_id=session.id)
    await end_sessions(administrator.id)

    async with aclosing(follow(watcher, EVERYTHING, 0)) as events:
        with pytest.raises(Unauthenticated):
            await take(events, 1)


async def test_credentials_that_run_out_while_nothing_happens_are_found_out(
    database: str, context: Context, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.background.event_feed.CREDENTIAL_CHECK_INTERVAL", 0.1)
    session = await has_session(administrator)
    feed = context.feed = event_feed(database)
    context.principal = replace(context.caller, user_id=administrator.id, session_id=session.id)
    async with feed.running(), aclosing(follow(context, EVERYTHING, 0)) as events:
        waiting = asyncio.ensure_future(take(events, 1))
        await Session.filter(id=session.id).update(last_seen_at=utc_now() - IDLE_LIMIT - timedelta(seconds=1))
        with pytest.raises(Unauthenticated):
            await waiting


async def test_it_ends_when_the_server_stops(watcher: Context, feed: Feed) -> None:
    async with aclosing(follow(watcher, EVERYTHING, await latest_position(watcher.installation_id))) as events:
        waiting = asyncio.ensure_future(take(events, 1))
        await record(watcher, "seen")
        await waiting
        waiting = asyncio.ensure_future(take(events, 1))
        feed.close()
        with pytest.raises(StopAsyncIteration):
            await waiting


async def test_only_those_whose_installation_has_news_are_told(
    watcher: Context, feed: Feed, other_installation: Callable[..., Any]
) -> None:
    other = replace(watcher.caller, installation_id=await other_installation())
    position = await latest_position(watcher.installation_id)
    with feed.listen(watcher.caller) as ours, feed.listen(other) as theirs:
        await feed.publish({watcher.installation_id: position + 1})
        assert ours.news.is_set() and ours.latest == position + 1
        assert not theirs.news.is_set()


async def test_however_many_follow_the_database_is_asked_once(
    database: str, context: Context, administrator: User, statements: list[str]
) -> None:
    session = await has_session(administrator)
    feed = event_feed(database)  # which does not run, and so asks nothing by itself
    caller = replace(context.caller, user_id=administrator.id, session_id=session.id)
    with ExitStack() as listening:
        for _ in range(50):
            listening.enter_context(feed.listen(caller))
        statements.clear()
        await feed.publish({caller.installation_id: 1})
    assert len(statements) == 1


async def test_nobody_is_left_behind_in_the_feed(watcher: Context, feed: Feed) -> None:
    with feed.listen(watcher.caller), feed.listen(watcher.caller):
        assert len(feed._listeners[watcher.installation_id]) == 2

    assert feed._listeners == {}


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_lost_connection_is_made_again_and_nothing_is_missed(watcher: Context) -> None:
    async with aclosing(follow(watcher, EVERYTHING, await latest_position(watcher.installation_id))) as events:
        waiting = asyncio.ensure_future(take(events, 1))
        await record(watcher, "before")
        assert names(await waiting) == ["before"]
        waiting = asyncio.ensure_future(take(events, 2))
        await get_connection("default").execute_query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
        )
        await record(watcher, "meanwhile", "after")
        assert names(await waiting) == ["meanwhile", "after"]


async def test_a_refused_change_tells_nobody(watcher: Context) -> None:
    position = await latest_position(watcher.installation_id)
    with pytest.raises(ZeroDivisionError):
        async with unit_of_work(watcher) as change:
            change.record(AuditAction.USER_CHANGED, user="nobody", what="nothing")
            raise ZeroDivisionError

    await record(watcher, "somebody")

    async with aclosing(follow(watcher, EVERYTHING, position)) as events:
        assert names(await take(events, 1)) == ["somebody"]
