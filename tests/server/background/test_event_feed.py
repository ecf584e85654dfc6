"""Tests of the event feed's error handling."""

import asyncio

import pytest
import structlog
from asyncpg import QueryCanceledError

from resolvers.context import Context
from server.background.event_feed import event_feed


@pytest.mark.parametrize(
    ("failure", "level"), [(QueryCanceledError("statement timeout"), "warning"), (ZeroDivisionError(), "error")]
)
async def test_event_feed_continues_after_a_failure(
    database: str, context: Context, monkeypatch: pytest.MonkeyPatch, failure: Exception, level: str
) -> None:
    feed = event_feed(database)
    polled = asyncio.Event()
    failures = [failure]

    async def poll() -> None:
        if failures:
            raise failures.pop()
        polled.set()

    monkeypatch.setattr(feed, "poll", poll)
    with structlog.testing.capture_logs() as logged:
        async with feed.running(), asyncio.timeout(10):
            await polled.wait()

    assert [one["log_level"] for one in logged] == [level]
