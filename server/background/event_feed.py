"""Word of new events to the subscribers of this process, whichever process wrote them.

PostgreSQL tells one connection of each process, by LISTEN. SQLite tells nobody: there a connection looks twice a
second whether somebody committed anything. Either way the database is asked once for all subscribers of a process,
and a subscriber that hears nothing costs nothing.
"""

import asyncio
import random
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import aiosqlite
import asyncpg
import structlog

from models.db.config import connection_config, is_sqlite, sqlite_path
from models.db.errors import UNREACHABLE, is_too_slow
from models.db.notifications import CHANNEL
from resolvers.audit.feed import Listener, expired_principals, latest_positions
from resolvers.context import Principal, utc_now
from server.background.shutdown import on_shutdown

POLL_INTERVAL = 0.5
"""Seconds between two looks at a SQLite file."""
CREDENTIAL_CHECK_INTERVAL = 30.0
"""Seconds after which credentials that may have run out are checked, and a silent connection is asked if it lives."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds until a lost connection is made again."""

_LOST: tuple[type[Exception], ...] = (*UNREACHABLE, OSError, sqlite3.Error)
_log = structlog.get_logger("seatkeeper.feed")


class Feed(ABC):
    """Those who listen, by installation; how the feed hears of events differs by the engine."""

    def __init__(self) -> None:
        """Nobody listens."""
        self.is_closed = False
        self._listeners: dict[int, set[Listener]] = {}

    @contextmanager
    def listen(self, caller: Principal) -> Iterator[Listener]:
        """Gives what is told of new events, of credentials that ended, and of the feed's closing."""
        listener = Listener(caller)
        listeners = self._listeners.setdefault(caller.installation_id, set())
        listeners.add(listener)
        try:
            yield listener
        finally:
            listeners.discard(listener)
            if not listeners and self._listeners.get(caller.installation_id) is listeners:
                del self._listeners[caller.installation_id]

    async def publish(self, positions: Mapping[int, int]) -> None:
        """Has the listeners of these installations read up to a position, those excepted who may not any more."""
        concerned = [one for installation_id in positions for one in self._listeners.get(installation_id, ())]
        if not concerned:
            return
        expired = await expired_principals((one.caller for one in concerned), utc_now())
        for listener in concerned:
            if listener.caller in expired:
                listener.revoke()
            else:
                listener.reach(positions[listener.caller.installation_id])

    async def poll(self) -> None:
        """Tells all listeners what there is."""
        if self._listeners:
            await self.publish(await latest_positions(self._listeners))

    def close(self) -> None:
        """Ends all streams."""
        self.is_closed = True
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.news.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hears of events for as long as the block lasts, or until the process is told to stop."""
        self.is_closed = False
        task = asyncio.create_task(self._run())
        try:
            with on_shutdown(self.close):
                yield
        finally:
            self.close()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        """Hears until it is cancelled, whatever happens to the database meanwhile."""
        pause = FIRST_PAUSE
        while True:
            try:
                async with self._connected() as connection:
                    await self.poll()  # whoever missed something meanwhile reads it now
                    pause = FIRST_PAUSE
                    await self._listen(connection)
            except Exception as error:
                if isinstance(error, _LOST) or is_too_slow(error):
                    _log.warning("cannot hear of events", error=type(error).__name__, again_in=pause)
                else:
                    _log.error("the feed failed and goes on", exc_info=error)
            await asyncio.sleep(pause * random.uniform(0.5, 1))
            pause = min(2 * pause, LONGEST_PAUSE)

    @abstractmethod
    def _connected(self) -> Any:
        """A connection of the feed's own, as an asynchronous context manager."""

    @abstractmethod
    async def _listen(self, connection: Any) -> None:
        """Tells listeners what it hears until the connection is lost."""


class PostgresFeed(Feed):
    """Hears what `models.notify` announces."""

    def __init__(self, database_url: str) -> None:
        """Not connected yet."""
        super().__init__()
        credentials = connection_config(database_url)["credentials"]
        self._credentials = {name: credentials[name] for name in credentials if name not in ("minsize", "maxsize")}
        self._heard: dict[int, int] = {}
        self._news = asyncio.Event()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator["asyncpg.Connection[Any]"]:
        connection: asyncpg.Connection[Any] = await asyncpg.connect(**self._credentials, timeout=10)
        try:
            connection.add_termination_listener(lambda *_: self._news.set())
            await connection.add_listener(CHANNEL, self._note)
            yield connection
        finally:
            connection.terminate()

    async def _listen(self, connection: "asyncpg.Connection[Any]") -> None:
        while not connection.is_closed():
            try:
                async with asyncio.timeout(CREDENTIAL_CHECK_INTERVAL):
                    await self._news.wait()
            except TimeoutError:
                await connection.execute("SELECT 1", timeout=5)
                await self.poll()
                continue
            self._news.clear()
            heard, self._heard = self._heard, {}
            await self.publish(heard)

    def _note(self, connection: object, pid: int, channel: str, payload: object) -> None:
        installation_id, _, position = str(payload).partition(":")
        if installation_id.isdecimal() and position.isdecimal():
            self._heard[int(installation_id)] = max(int(position), self._heard.get(int(installation_id), 0))
            self._news.set()


class SqliteFeed(Feed):
    """Looks at the file's version, and at the events where that moved."""

    def __init__(self, database_url: str) -> None:
        """Not opened yet."""
        super().__init__()
        self._path = sqlite_path(database_url)

    def _connected(self) -> Any:
        return aiosqlite.connect(self._path, isolation_level=None)

    async def _listen(self, connection: aiosqlite.Connection) -> None:
        clock = asyncio.get_running_loop().time
        seen, checked = None, clock()
        while True:
            [(version,)] = await connection.execute_fetchall("PRAGMA data_version")
            if version != seen or clock() > checked + CREDENTIAL_CHECK_INTERVAL:
                seen, checked = version, clock()
                await self.poll()
            await asyncio.sleep(POLL_INTERVAL)


def event_feed(database_url: str) -> Feed:
    """The feed of a database, not running yet."""
    return SqliteFeed(database_url) if is_sqlite(database_url) else PostgresFeed(database_url)
