"""Subscriptions to the audit log: each event is delivered once, in order."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from datetime import datetime
from typing import Any

from licensing.messages import Message
from models.db.errors import UNREACHABLE
from models.installation import Installation
from resolvers.audit.log import NEWEST_FIRST, AuditCriteria, EventRow, events_between
from resolvers.auth.api_tokens import valid_tokens
from resolvers.auth.identities import users_allowed_to_log_in
from resolvers.auth.sessions import valid_sessions
from resolvers.context import Context
from resolvers.errors import Unauthenticated
from resolvers.principals import Principal

BATCH_SIZE = 100
"""Events per read; the next batch is read once the client has received this one."""
MAX_SCANNED_POSITIONS = 10_000
"""Positions scanned per read, which bounds the duration of a read with a selective filter."""
RETRY_DELAY = 1.0
"""Seconds before a read is repeated after the database was unreachable."""

_POSITION_INDEX = EventRow._fields.index("position")


class Listener:
    """A subscription to the events of the caller's installation."""

    def __init__(self, caller: Principal) -> None:
        """Start without any position."""
        self.caller = caller
        self.latest = 0
        self.news = asyncio.Event()
        self._is_revoked = False

    def advance(self, position: int) -> None:
        """Raise `latest` to a position and wake the subscriber."""
        self.latest = max(self.latest, position)
        self.news.set()

    def revoke(self) -> None:
        """Mark the caller's credentials as expired and wake the subscriber."""
        self._is_revoked = True
        self.news.set()

    def check(self) -> None:
        """Check that the caller's credentials are still valid.

        Raises:
            Unauthenticated: They have expired.
        """
        if self._is_revoked:
            raise Unauthenticated(
                Message("The session or API token has ended. Sign in again, or send a token that is valid.")
            )


async def position_of(context: Context, after: str | None) -> int:
    """Return the position of a cursor, or the latest position if there is none.

    Raises:
        BadUserInput: The cursor is not one of the audit log.
    """
    if after is not None:
        return int(NEWEST_FIRST.values(after)[0])
    return await latest_position(context.installation_id)


async def latest_position(installation_id: int) -> int:
    """Return the position of the latest event; 0 if there is none."""
    return (await latest_positions([installation_id])).get(installation_id, 0)


async def latest_positions(installation_ids: Iterable[int]) -> dict[int, int]:
    """Return the position of the latest event by installation ID."""
    installations = Installation.filter(id__in=list(installation_ids))
    return dict(await installations.values_list("id", "event_position"))


async def expired_principals(callers: Iterable[Principal], now: datetime) -> set[Principal]:
    """Return the callers whose session, API token or identity has expired or been revoked since authentication."""
    callers = set(callers)
    sessions = await valid_sessions({one.session_id for one in callers if one.session_id is not None}, now)
    tokens = await valid_tokens({one.token_id for one in callers if one.token_id is not None}, now)
    users = await users_allowed_to_log_in({one.user_id for one in callers if one.expires_at and one.user_id})
    return {
        one
        for one in callers
        if (one.expires_at is not None and (now >= one.expires_at or one.user_id not in users))
        or (one.session_id is not None and one.session_id not in sessions)
        or (one.token_id is not None and one.token_id not in tokens)
    }


async def follow(context: Context, criteria: AuditCriteria, position: int) -> AsyncGenerator[Sequence[Any], None]:
    """Yield the events after a position as rows of `EventRow`: existing ones first, then new ones as they are recorded.

    The iterator ends when the feed is closed. Without new events no statement is executed.

    Raises:
        Unauthenticated: The caller's session or API token has expired.
    """
    feed = context.feed
    assert feed is not None, "the context has no event feed"
    with feed.listen(context.caller) as listener:
        # The position is read after registering the listener, so that no event is missed in between.
        if await expired_principals([context.caller], context.now()):
            listener.revoke()
        listener.advance(await latest_position(context.installation_id))
        while not feed.is_closed:
            listener.news.clear()
            latest = listener.latest
            while position < latest and not feed.is_closed:
                until = min(latest, position + MAX_SCANNED_POSITIONS)
                try:
                    rows = await events_between(context, criteria, position, until, BATCH_SIZE)
                except UNREACHABLE:
                    await asyncio.sleep(RETRY_DELAY)
                    continue
                for row in rows:
                    listener.check()
                    if feed.is_closed:
                        return
                    yield row
                position = rows[-1][_POSITION_INDEX] if len(rows) == BATCH_SIZE else until
            listener.check()
            await listener.news.wait()
