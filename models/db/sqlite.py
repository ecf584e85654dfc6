"""SQLite under Tortoise: transactions that take the write lock at once, instead of failing half way for want of it."""

import sqlite3
from typing import Any

from tortoise.backends.base.client import TransactionalDBClient
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError

from models.db.query_count import CountingClient


class ImmediateTransaction(CountingClient, SqliteTransactionWrapper):
    """A transaction that begins with BEGIN IMMEDIATE."""

    async def begin(self) -> None:
        """Waits for the write lock as long as `busy_timeout` says."""
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error


class ImmediateTransactionContext(SqliteTransactionContext):
    """Tortoise's context, which gives its lock back when a transaction cannot begin."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        token: Any = None
        try:
            await self.ensure_connection()
            token = get_connections().set(self.connection_name, self.connection)
            await self.connection.begin()
        except BaseException:
            if self.connection._connection:  # cancelled, it may begin all the same, with nobody there to end it
                await self.connection._connection.rollback()
            if token is not None:
                get_connections().reset(token)
            self._trxlock.release()
            raise
        self.token = token
        transaction: TransactionalDBClient = self.connection
        return transaction


class ImmediateSqliteClient(CountingClient, SqliteClient):
    """The client that `models.config` names as the engine."""

    def _in_transaction(self) -> ImmediateTransactionContext:
        return ImmediateTransactionContext(ImmediateTransaction(self), self._lock)


client_class = ImmediateSqliteClient
