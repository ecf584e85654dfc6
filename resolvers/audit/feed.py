"""Events as they are recorded, to whoever follows them: none left out, none twice, in order."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from licensing.messages import Message
from models.db.errors import UNREACHABLE
from models.installation import Installation
from resolvers.audit.log import NEWEST_FIRST, AuditFilter, EventRow, events_between
from resolvers.auth.api_tokens import tokens_that_hold
from resolvers.auth.identities import users_that_may_log_in
from resolvers.auth.sessions import sessions_that_hold
from resolvers.context import Context, Principal
from resolvers.errors import Unauthenticated

BATCH_SIZE = 100
"""Events read at once; the next ones are read when the client has taken these."""
SPAN = 10_000
"""Positions looked through at once, so that a filter that finds little never makes a read long."""
RETRY_AFTER = 1.0
"""Seconds until events are read again where the database could not be reached."""

_PLACE = EventRow._fields.index("position")


class Listener:
    """Somebody who follows an installation's events: how far these go, and whether the caller may still see them."""

    def __init__(self, caller: Principal) -> None:
        """Has heard nothing yet."""
        self.caller = caller
        self.latest = 0
        self.news = asyncio.Event()
        self._is_revoked = False

    def reach(self, position: int) -> None:
        """There are events up to a position: they may be read."""
        self.latest = max(self.latest, position)
        self.news.set()

    def revoke(self) -> None:
        """The caller's credentials have ended: nothing more may be read."""
        self._is_revoked = True
        self.news.set()

    def check(self) -> None:
        """Refuses to go on with credentials that have ended.

        Raises:
            Unauthenticated: They have.
        """
        if self._is_revoked:
            raise Unauthenticated(
                Message("The session or API token has ended. Sign in again, or send a token that is valid.")
            )


class EventFeed(Protocol):
    """How a subscriber learns that an installation has events after a position."""

    @property
    def is_closed(self) -> bool:
        """Whether the server is stopping: who follows stops, too."""

    def listen(self, caller: Principal) -> AbstractContextManager[Listener]:
        """Gives what is told of new events, of credentials that ended, and of the feed's closing."""


async def position_of(context: Context, after: str | None) -> int:
    """Where to begin: after an event's cursor, or with what happens from now on.

    Raises:
        BadUserInput: It is no cursor of the audit log.
    """
    if after is not None:
        return int(NEWEST_FIRST.values(after)[0])
    return await latest_position(context.installation_id)


async def latest_position(installation_id: int) -> int:
    """The position of the latest event; 0 if there is none."""
    return (await latest_positions([installation_id])).get(installation_id, 0)


async def latest_positions(installation_ids: Iterable[int]) -> dict[int, int]:
    """The position of each installation's latest event."""
    found = Installation.filter(id__in=list(installation_ids))
    return dict(await found.values_list("id", "event_position"))


async def expired_principals(callers: Iterable[Principal], now: datetime) -> set[Principal]:
    """Those whose session or token has ended since they were let in."""
    callers = set(callers)
    sessions = await sessions_that_hold({one.session_id for one in callers if one.session_id is not None}, now)
    tokens = await tokens_that_hold({one.token_id for one in callers if one.token_id is not None}, now)
    users = await users_that_may_log_in({one.user_id for one in callers if one.expires_at and one.user_id})
    return {
        one
        for one in callers
        if (one.expires_at is not None and (now >= one.expires_at or one.user_id not in users))
        or (one.session_id is not None and one.session_id not in sessions)
        or (one.token_id is not None and one.token_id not in tokens)
    }


async def follow(context: Context, filter: AuditFilter, position: int) -> AsyncGenerator[Sequence[Any], None]:
    """Events after a position as rows of `EventRow`, those that are there and then each as it comes.

    Ends when the feed is closed. Asks the database for nothing while nothing happens.

    Raises:
        Unauthenticated: The caller's session or API token has ended.
    """
    feed = context.feed
    assert feed is not None, "nothing to follow: the context was made without a feed"
    with feed.listen(context.caller) as listener:
        # A listener first, and then what it may have missed: the other way round, something could come in between.
        if await expired_principals([context.caller], context.now()):
            listener.revoke()
        listener.reach(await latest_position(context.installation_id))
        while not feed.is_closed:
            listener.news.clear()
            latest = listener.latest
            while position < latest and not feed.is_closed:
                until = min(latest, position + SPAN)
                try:
                    rows = await events_between(context, filter, position, until, BATCH_SIZE)
                except UNREACHABLE:
                    await asyncio.sleep(RETRY_AFTER)
                    continue
                for row in rows:
                    listener.check()
                    if feed.is_closed:
                        return
                    yield row
                position = rows[-1][_PLACE] if len(rows) == BATCH_SIZE else until
            listener.check()
            await listener.news.wait()
