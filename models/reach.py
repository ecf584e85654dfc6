"""How it shows that the database is not there: while it restarts, or when the connection is cut."""

import asyncpg
from tortoise.exceptions import DBConnectionError, OperationalError


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
    asyncpg.InterfaceError,  # "connection is closed", by which a pool notices what happened meanwhile
)
"""Exceptions after which the same statement may succeed in a moment, on another connection."""

CONFLICTS: tuple[type[Exception], ...] = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""Exceptions after which a transaction was undone because another stood in its way: done again, it may succeed."""

_TOO_SLOW = (TimeoutError, asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError)


def is_too_slow(failure: Exception) -> bool:
    """Whether a statement was ended because it, or the wait for another's lock, took too long."""
    locked = isinstance(failure, OperationalError) and "database is locked" in str(failure)  # SQLite's words
    return locked or isinstance(failure, _TOO_SLOW)
