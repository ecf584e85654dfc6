"""The feed goes on hearing of events, whatever happened to it before."""

import asyncio

import pytest
import structlog
from asyncpg import QueryCanceledError

from resolvers.context import Context
from server.background.event_feed import event_feed


@pytest.mark.parametrize(
    ("failure", "level"), [(QueryCanceledError("statement timeout"), "warning"), (ZeroDivisionError(), "error")]
)
async def test_a_failure_does_not_silence_it(
    database: str, context: Context, monkeypatch: pytest.MonkeyPatch, failure: Exception, level: str
) -> None:
    feed = event_feed(database)
    looked = asyncio.Event()
    failures = [failure]

    async def look() -> None:
        if failures:
            raise failures.pop()
        looked.set()

    monkeypatch.setattr(feed, "poll", look)
    with structlog.testing.capture_logs() as logged:
        async with feed.running(), asyncio.timeout(10):
            await looked.wait()

    assert [one["log_level"] for one in logged] == [level]
