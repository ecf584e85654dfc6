"""The PostgreSQL engine that `models.db.config` names."""

import asyncpg
from tortoise.connection import get_connection
from tortoise.exceptions import ConfigurationError

from models.db.replica import PRIMARY
from models.db.tortoise_internals import PooledPostgresClient


class PooledConnection(asyncpg.Connection):
    """A connection that is released without a reset, since no setting outlives a transaction."""

    async def reset(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncpg's
        """Roll back a transaction that was left open."""
        if self.is_in_transaction():
            await super().reset(timeout=timeout)


class PostgresClient(PooledPostgresClient):
    """A client whose pool holds connections of `PooledConnection`."""

    connection_class = PooledConnection  # type: ignore[assignment] # the stubs make the class generic


def pool_usage() -> tuple[int, int] | None:
    """Return how many connections of this process's pool are in use and how many are idle; None without a pool."""
    try:
        client = get_connection(PRIMARY)
    except (ConfigurationError, RuntimeError):  # not connected yet, or no longer
        return None
    pool = client.pool if isinstance(client, PostgresClient) else None
    return (pool.get_size() - pool.get_idle_size(), pool.get_idle_size()) if pool else None


client_class = PostgresClient
"""The client that Tortoise creates for this engine."""
