"""PostgreSQL under Tortoise: nobody waits long for a connection, and none is lost."""

import asyncio
from contextlib import suppress
from typing import Any

import asyncpg
from asyncpg import InterfaceError, Pool
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import PoolConnectionWrapper, TransactionalDBClient, TransactionContextPooled
from tortoise.connection import get_connection, get_connections
from tortoise.exceptions import ConfigurationError

from models.db.errors import NoConnection
from models.db.query_count import CountingClient, increment_query_count
from models.db.replica import PRIMARY

ACQUIRE_TIMEOUT = 1.5
"""Seconds until a connection must be there, or given back: callers are told before 2 are over."""


class PooledConnection(asyncpg.Connection):
    """asyncpg's, given back as it is: nobody sets anything beyond a transaction's end."""

    async def reset(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncpg's
        """Undoes a transaction that was left open."""
        if self.is_in_transaction():
            await super().reset(timeout=timeout)


class Connection(PoolConnectionWrapper[Any]):
    """Tortoise's, which waits no longer than it may."""

    async def __aenter__(self) -> Any:
        self.connection = await _acquire(self)
        return self.connection

    async def __aexit__(self, *failure: Any) -> None:
        await self.client._pool.release(self.connection, timeout=ACQUIRE_TIMEOUT)


class Transaction(CountingClient, TransactionWrapper):
    """Tortoise's, whose statements are counted."""


class TransactionContext(TransactionContextPooled):
    """Tortoise's, which gives the connection back even where a transaction cannot begin or cannot be undone."""

    async def __aenter__(self) -> TransactionalDBClient:
        self.client._connection = await _acquire(self)
        self.token = get_connections().set(self.connection_name, self.client)
        try:
            await self.client.begin()
        except BaseException:
            await self._give_back(broken=True)
            raise
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        broken = True  # what is left open when its connection ends is undone by PostgreSQL
        try:
            if exc_type is None:
                await self.client.commit()
            else:
                async with asyncio.timeout(ACQUIRE_TIMEOUT):
                    await self.client.rollback()
            broken = False
        except Exception:
            if exc_type is None:
                raise
        finally:
            await self._give_back(broken)

    async def _give_back(self, broken: bool) -> None:
        get_connections().reset(self.token)
        if broken:
            with suppress(InterfaceError):  # it may have ended by itself
                self.client._connection.terminate()
        await self.client._parent._pool.release(self.client._connection, timeout=ACQUIRE_TIMEOUT)


class PostgresClient(AsyncpgDBClient):
    """The client that `models.config` names as the engine."""

    def acquire_connection(self) -> Any:
        """A connection, for a statement outside of transactions."""
        increment_query_count()
        return Connection(self, self._pool_init_lock)

    async def create_pool(self, **settings: Any) -> Pool:
        """Opens the connections."""
        return await asyncpg.create_pool(None, **{**settings, "connection_class": PooledConnection})

    def _in_transaction(self) -> TransactionContext:
        return TransactionContext(Transaction(self), self._pool_init_lock)


def pool_use() -> tuple[int, int] | None:
    """How many connections of this process's pool are in use, and how many idle; None where there is no pool."""
    try:
        client = get_connection(PRIMARY)
    except (ConfigurationError, RuntimeError):  # not connected yet, or no more
        return None
    pool = client._pool if isinstance(client, PostgresClient) else None
    return (pool.get_size() - pool.get_idle_size(), pool.get_idle_size()) if pool else None


async def _acquire(wrapper: Connection | TransactionContext) -> Any:
    parent = wrapper.client if isinstance(wrapper, Connection) else wrapper.client._parent
    try:
        async with asyncio.timeout(ACQUIRE_TIMEOUT):
            await wrapper.ensure_connection()
            pool: Pool = parent._pool
            return await pool.acquire()
    except OSError as error:  # a TimeoutError is one
        raise NoConnection("There is no connection to the database.") from error


client_class = PostgresClient
