"""How it shows that the database is not there, while it restarts or when the connection is cut, or is too busy."""

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.connection import get_connection
from tortoise.exceptions import ConfigurationError, DBConnectionError

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


def pool_use() -> tuple[int, int] | None:
    """How many connections of this process's pool are in use, and how many idle; None where there is no pool."""
    try:
        client = get_connection("default")
    except (ConfigurationError, RuntimeError):  # not connected yet, or no more
        return None
    pool = client._pool if isinstance(client, AsyncpgDBClient) else None
    return (pool.get_size() - pool.get_idle_size(), pool.get_idle_size()) if pool else None
