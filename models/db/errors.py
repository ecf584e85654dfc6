"""How it shows that the database is away, full or busy, whichever engine it is."""

import sqlite3

import asyncpg
from tortoise.exceptions import DBConnectionError


class NoConnection(DBConnectionError):
    """The database gave no connection in time, or all of the pool are in use."""


UNREACHABLE: tuple[type[Exception], ...] = (
    ConnectionError,
    DBConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DiskFullError,
    asyncpg.InterfaceError,  # "connection is closed", by which a pool notices what happened meanwhile
    asyncpg.InternalClientError,  # a statement was under way when the connection was cut
)
"""Exceptions after which the same statement may succeed in a moment, on another connection."""

CONFLICTS: tuple[type[Exception], ...] = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""Exceptions after which a transaction was undone because another stood in its way: done again, it may succeed."""

_TOO_SLOW = (TimeoutError, asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError)
_SQLITE_UNREACHABLE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
_SQLITE_TOO_SLOW = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def is_unreachable(failure: BaseException) -> bool:
    """Whether the database is away, or has no room; of a group of failures, whether all say so."""
    if isinstance(failure, BaseExceptionGroup):
        return all(is_unreachable(one) for one in failure.exceptions)
    return isinstance(failure, UNREACHABLE) or _sqlite_code(failure) in _SQLITE_UNREACHABLE


def is_too_slow(failure: BaseException) -> bool:
    """Whether the database was waited for in vain, as for a lock."""
    return isinstance(failure, _TOO_SLOW) or _sqlite_code(failure) in _SQLITE_TOO_SLOW


def _sqlite_code(failure: BaseException) -> int | None:
    """SQLite's own reason, which Tortoise wraps."""
    for cause in (failure, *failure.args, failure.__cause__):
        if isinstance(cause, sqlite3.Error):
            code = getattr(cause, "sqlite_errorcode", None)
            return None if code is None else code & 0xFF
    return None
