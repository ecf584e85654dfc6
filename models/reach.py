"""How it shows that the database is not there: while it restarts, or when the connection is cut."""

import asyncpg
from tortoise.exceptions import DBConnectionError

UNREACHABLE: tuple[type[Exception], ...] = (
    ConnectionError,
    DBConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InternalClientError,  # a pooled connection has just been told to end, and is not closed yet
    asyncpg.InterfaceError,  # "connection is closed", by which a pool notices what happened meanwhile
)
"""Exceptions after which the same statement may succeed in a moment, on another connection."""
