"""Classification of database errors on both engines: unreachable, too slow, or in conflict."""

import sqlite3

import asyncpg
from tortoise.exceptions import DBConnectionError


class NoConnection(DBConnectionError):
    """No connection was available in time, because the database is unreachable or the pool is exhausted."""


UNREACHABLE: tuple[type[Exception], ...] = (
    ConnectionError,
    DBConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DiskFullError,
    asyncpg.InterfaceError,  # "connection is closed": the pool's connection was closed while idle
    asyncpg.InternalClientError,  # the connection was closed during a statement
)
"""Errors after which the same statement may soon succeed on another connection."""

CONFLICTS: tuple[type[Exception], ...] = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""Errors after which a transaction was rolled back because of a concurrent one, and may succeed if repeated."""

_TOO_SLOW = (TimeoutError, asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError)
_SQLITE_UNREACHABLE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
_SQLITE_TOO_SLOW = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def is_unreachable(failure: BaseException) -> bool:
    """Return whether the database is unreachable or full; for an exception group, whether all its exceptions say so."""
    if isinstance(failure, BaseExceptionGroup):
        return all(is_unreachable(exception) for exception in failure.exceptions)
    return isinstance(failure, UNREACHABLE) or _sqlite_code(failure) in _SQLITE_UNREACHABLE


def is_too_slow(failure: BaseException) -> bool:
    """Return whether a statement or the wait for a lock timed out."""
    return isinstance(failure, _TOO_SLOW) or _sqlite_code(failure) in _SQLITE_TOO_SLOW


def _sqlite_code(failure: BaseException) -> int | None:
    """Return the primary result code of the SQLite error that Tortoise wraps; None if there is none."""
    for cause in (failure, *failure.args, failure.__cause__):
        if isinstance(cause, sqlite3.Error):
            code = getattr(cause, "sqlite_errorcode", None)
            return None if code is None else code & 0xFF
    return None
