"""Everything that depends on private or undocumented parts of Tortoise ORM.

`tests/models/db/test_tortoise_internals.py` lists each part and fails, with its name, when an upgrade moves one.
"""

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from asyncpg import InterfaceError, Pool
from tortoise import Model, fields
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import PoolConnectionWrapper, TransactionalDBClient, TransactionContextPooled
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connection, get_connections
from tortoise.exceptions import OperationalError

from models.db.errors import NoConnection
from models.db.query_count import increment_query_count

ACQUIRE_TIMEOUT = 1.5
"""Seconds to wait for a connection, or for its release; below 2, after which a request fails."""


def table_name(model: type[Model]) -> str:
    """Return the name of a model's table, unquoted."""
    return model._meta.db_table


def model_fields(model: type[Model]) -> Mapping[str, fields.Field[Any]]:
    """Return a model's fields by name."""
    return model._meta.fields_map


async def applied_migrations(connection_name: str) -> set[str]:
    """Return the names of the migrations that Tortoise has recorded in a database; empty if it has no record."""
    connection = get_connection(connection_name)
    await connection.execute_query("SELECT 1")  # an unreadable database must not be mistaken for an empty one
    try:
        _, rows = await connection.execute_query("SELECT name FROM tortoise_migrations WHERE app = 'models'")
    except OperationalError:
        return set()
    return {row["name"] for row in rows}


async def run_migrations(config: dict[str, Any]) -> None:
    """Run the pending migrations of a Tortoise configuration, and leave Tortoise initialized."""
    # Imported here because a server only looks for pending migrations.
    from tortoise.migrations.api.migrate import migrate

    await migrate(config=config)


class CountingClient:
    """A mixin for database clients that counts statements: Tortoise acquires a connection once per statement."""

    def acquire_connection(self) -> Any:
        """Return the connection's context manager, and count a statement."""
        increment_query_count()
        return super().acquire_connection()  # type: ignore[misc]


class PooledConnectionContext(PoolConnectionWrapper[Any]):
    """A pooled connection for one statement, acquired within `ACQUIRE_TIMEOUT`."""

    async def __aenter__(self) -> Any:
        self.connection = await _acquire(self, self.client)
        return self.connection

    async def __aexit__(self, *failure: Any) -> None:
        await self.client._pool.release(self.connection, timeout=ACQUIRE_TIMEOUT)


class PostgresTransaction(CountingClient, TransactionWrapper):
    """A PostgreSQL transaction whose statements are counted."""


class PostgresTransactionContext(TransactionContextPooled):
    """A transaction that releases its connection even if it cannot begin or be rolled back."""

    async def __aenter__(self) -> TransactionalDBClient:
        self.client._connection = await _acquire(self, self.client._parent)
        self.token = get_connections().set(self.connection_name, self.client)
        try:
            await self.client.begin()
        except BaseException:
            await self._release(broken=True)
            raise
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        broken = True  # PostgreSQL rolls back a transaction whose connection is closed
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
            await self._release(broken)

    async def _release(self, broken: bool) -> None:
        get_connections().reset(self.token)
        if broken:
            with suppress(InterfaceError):  # the connection may be closed already
                self.client._connection.terminate()
        await self.client._parent._pool.release(self.client._connection, timeout=ACQUIRE_TIMEOUT)


class PooledPostgresClient(AsyncpgDBClient):
    """A PostgreSQL client that counts statements and limits the wait for a connection."""

    @property
    def pool(self) -> Pool | None:
        """The connection pool; None before the first statement and after closing."""
        return self._pool

    def acquire_connection(self) -> Any:
        """Return a connection's context manager, for a statement outside of transactions."""
        increment_query_count()
        return PooledConnectionContext(self, self._pool_init_lock)

    def _in_transaction(self) -> PostgresTransactionContext:
        return PostgresTransactionContext(PostgresTransaction(self), self._pool_init_lock)


async def _acquire(context: PooledConnectionContext | PostgresTransactionContext, client: Any) -> Any:
    try:
        async with asyncio.timeout(ACQUIRE_TIMEOUT):
            await context.ensure_connection()
            pool: Pool = client._pool
            return await pool.acquire()
    except OSError as error:  # TimeoutError is a subclass
        raise NoConnection("There is no connection to the database.") from error


class ImmediateTransaction(CountingClient, SqliteTransactionWrapper):
    """A SQLite transaction that begins with BEGIN IMMEDIATE."""

    async def begin(self) -> None:
        """Acquire the write lock, waiting for up to the `busy_timeout` pragma."""
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error


class ImmediateTransactionContext(SqliteTransactionContext):
    """A SQLite transaction that releases Tortoise's lock if it cannot begin."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        token: Any = None
        try:
            await self.ensure_connection()
            token = get_connections().set(self.connection_name, self.connection)
            await self.connection.begin()
        except BaseException:
            if self.connection._connection:  # BEGIN may still take effect after a cancellation
                await self.connection._connection.rollback()
            if token is not None:
                get_connections().reset(token)
            self._trxlock.release()
            raise
        self.token = token
        transaction: TransactionalDBClient = self.connection
        return transaction


class ImmediateSqliteClient(CountingClient, SqliteClient):
    """A SQLite client that counts statements and begins transactions with BEGIN IMMEDIATE."""

    def _in_transaction(self) -> ImmediateTransactionContext:
        return ImmediateTransactionContext(ImmediateTransaction(self), self._lock)
