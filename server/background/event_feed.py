"""Notify the subscribers of this process of new events, whichever process wrote them.

On PostgreSQL one connection per process receives notifications by LISTEN. SQLite has no notifications, so one
connection polls the version of the file twice a second. Either way one database query serves all subscribers of a
process, and a subscriber without new events causes no load.
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
from resolvers.context import utc_now
from resolvers.principals import Principal
from server.background.shutdown import on_shutdown

POLL_INTERVAL = 0.5
"""Seconds between two checks of a SQLite file."""
CREDENTIAL_CHECK_INTERVAL = 30.0
"""Seconds without a notification after which credentials are checked for expiry and the connection is tested."""
MIN_RECONNECT_DELAY, MAX_RECONNECT_DELAY = 0.1, 5.0
"""Bounds of the exponential delay before reconnecting, in seconds."""

_CONNECTION_ERRORS: tuple[type[Exception], ...] = (*UNREACHABLE, OSError, sqlite3.Error)
_log = structlog.get_logger("seatkeeper.feed")


class DatabaseEventFeed(ABC):
    """A feed that keeps the listeners of each installation; subclasses watch one kind of database."""

    def __init__(self) -> None:
        self.is_closed = False
        self._listeners: dict[int, set[Listener]] = {}

    @contextmanager
    def listen(self, caller: Principal) -> Iterator[Listener]:
        """Yield a listener that is notified of new events, of expired credentials and of the feed's closing."""
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
        """Notify listeners of the latest positions by installation, and revoke listeners with expired credentials."""
        listeners = [one for installation_id in positions for one in self._listeners.get(installation_id, ())]
        if not listeners:
            return
        expired = await expired_principals((one.caller for one in listeners), utc_now())
        for listener in listeners:
            if listener.caller in expired:
                listener.revoke()
            else:
                listener.advance(positions[listener.caller.installation_id])

    async def poll(self) -> None:
        """Read the latest positions and notify all listeners."""
        if self._listeners:
            await self.publish(await latest_positions(self._listeners))

    def close(self) -> None:
        """End all streams."""
        self.is_closed = True
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.news.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the feed until the end of the block or the shutdown of the process."""
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
        """Watch the database until cancelled, and reconnect with exponential backoff after errors."""
        delay = MIN_RECONNECT_DELAY
        while True:
            try:
                async with self._connected() as connection:
                    await self.poll()  # catch up on events written while disconnected
                    delay = MIN_RECONNECT_DELAY
                    await self._listen(connection)
            except Exception as error:
                if isinstance(error, _CONNECTION_ERRORS) or is_too_slow(error):
                    _log.warning("event feed disconnected", error=type(error).__name__, retry_in=delay)
                else:
                    _log.error("event feed failed, reconnecting", exc_info=error)
            await asyncio.sleep(delay * random.uniform(0.5, 1))
            delay = min(2 * delay, MAX_RECONNECT_DELAY)

    @abstractmethod
    def _connected(self) -> Any:
        """Return an asynchronous context manager that yields a dedicated connection."""

    @abstractmethod
    async def _listen(self, connection: Any) -> None:
        """Notify listeners of new events until the connection is lost."""


class PostgresEventFeed(DatabaseEventFeed):
    """A feed that receives the notifications of `models.db.notifications`."""

    def __init__(self, database_url: str) -> None:
        super().__init__()
        credentials = connection_config(database_url)["credentials"]
        self._credentials = {name: credentials[name] for name in credentials if name not in ("minsize", "maxsize")}
        self._latest_positions: dict[int, int] = {}
        self._notified = asyncio.Event()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator["asyncpg.Connection[Any]"]:
        connection: asyncpg.Connection[Any] = await asyncpg.connect(**self._credentials, timeout=10)
        try:
            connection.add_termination_listener(lambda *_: self._notified.set())
            await connection.add_listener(CHANNEL, self._on_notification)
            yield connection
        finally:
            connection.terminate()

    async def _listen(self, connection: "asyncpg.Connection[Any]") -> None:
        loop = asyncio.get_running_loop()
        next_check = loop.time() + CREDENTIAL_CHECK_INTERVAL
        while not connection.is_closed():
            with suppress(TimeoutError):
                async with asyncio.timeout_at(next_check):
                    await self._notified.wait()
            # The check is due by time: notifications of one installation must not postpone it for the others.
            if loop.time() >= next_check:
                await connection.execute("SELECT 1", timeout=5)
                await self.poll()
                next_check = loop.time() + CREDENTIAL_CHECK_INTERVAL
            self._notified.clear()
            positions, self._latest_positions = self._latest_positions, {}
            await self.publish(positions)

    def _on_notification(self, connection: object, pid: int, channel: str, payload: object) -> None:
        installation_id, _, position = str(payload).partition(":")
        if installation_id.isdecimal() and position.isdecimal():
            self._latest_positions[int(installation_id)] = max(
                int(position), self._latest_positions.get(int(installation_id), 0)
            )
            self._notified.set()


class SqliteEventFeed(DatabaseEventFeed):
    """A feed that polls SQLite's data version, and reads the latest positions when it has changed."""

    def __init__(self, database_url: str) -> None:
        super().__init__()
        self._path = sqlite_path(database_url)

    def _connected(self) -> Any:
        return aiosqlite.connect(self._path, isolation_level=None)

    async def _listen(self, connection: aiosqlite.Connection) -> None:
        clock = asyncio.get_running_loop().time
        seen_version, checked_at = None, clock()
        while True:
            [(version,)] = await connection.execute_fetchall("PRAGMA data_version")
            if version != seen_version or clock() > checked_at + CREDENTIAL_CHECK_INTERVAL:
                seen_version, checked_at = version, clock()
                await self.poll()
            await asyncio.sleep(POLL_INTERVAL)


def event_feed(database_url: str) -> DatabaseEventFeed:
    """Return the feed for a database; it is not running yet."""
    return SqliteEventFeed(database_url) if is_sqlite(database_url) else PostgresEventFeed(database_url)
