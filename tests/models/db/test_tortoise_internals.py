"""The private and undocumented parts of Tortoise that `models.db.tortoise_internals` depends on still exist.

After an upgrade, a failing test names the part that moved.
"""

import asyncio
import inspect

import pytest
from tortoise import Model, Tortoise
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import PoolConnectionWrapper, TransactionContextPooled
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import ConnectionHandler, get_connection
from tortoise.fields.base import Field
from tortoise.migrations.api.migrate import migrate
from tortoise.migrations.executor import MigrationExecutor
from tortoise.transactions import in_transaction

from models.db.config import tortoise_config
from models.db.tortoise_internals import applied_migrations

EXIT = ["self", "exc_type", "exc_val", "exc_tb"]

METHODS = [
    (AsyncpgDBClient, "_in_transaction", ["self"]),
    (AsyncpgDBClient, "acquire_connection", ["self"]),
    (TransactionWrapper, "acquire_connection", ["self"]),
    (TransactionWrapper, "begin", ["self"]),
    (TransactionWrapper, "commit", ["self"]),
    (TransactionWrapper, "rollback", ["self"]),
    (PoolConnectionWrapper, "ensure_connection", ["self"]),
    (PoolConnectionWrapper, "__aenter__", ["self"]),
    (PoolConnectionWrapper, "__aexit__", EXIT),
    (TransactionContextPooled, "ensure_connection", ["self"]),
    (TransactionContextPooled, "__aenter__", ["self"]),
    (TransactionContextPooled, "__aexit__", EXIT),
    (SqliteClient, "_in_transaction", ["self"]),
    (SqliteClient, "acquire_connection", ["self"]),
    (SqliteTransactionWrapper, "acquire_connection", ["self"]),
    (SqliteTransactionWrapper, "begin", ["self"]),
    (SqliteTransactionContext, "ensure_connection", ["self"]),
    (SqliteTransactionContext, "__aenter__", ["self"]),
    (SqliteTransactionContext, "__aexit__", EXIT),
    (ConnectionHandler, "set", ["self", "conn_alias", "conn_obj"]),
    (ConnectionHandler, "reset", ["self", "token"]),
    (Field, "get_for_dialect", ["self", "dialect", "key"]),
    (Field, "to_db_value", ["self", "value", "instance"]),
]
"""Methods that are overridden or called, with their parameters."""

POSTGRES = AsyncpgDBClient(user="postgres", connection_name="default")
POSTGRES_TRANSACTION = TransactionWrapper(POSTGRES)
SQLITE = SqliteClient(":memory:", connection_name="default")
SQLITE_TRANSACTION = SqliteTransactionWrapper(SQLITE)

ATTRIBUTES = [
    (POSTGRES, ["_pool", "_pool_init_lock", "capabilities", "connection_class", "connection_name"]),
    (POSTGRES_TRANSACTION, ["_connection", "_parent", "connection_name"]),
    (PoolConnectionWrapper(POSTGRES, asyncio.Lock()), ["client", "connection"]),
    (TransactionContextPooled(POSTGRES_TRANSACTION, asyncio.Lock()), ["client", "connection_name"]),
    (SQLITE, ["_connection", "_lock", "capabilities", "connection_name"]),
    (SQLITE_TRANSACTION, ["_connection", "_parent", "connection_name"]),
    (SqliteTransactionContext(SQLITE_TRANSACTION, asyncio.Lock()), ["_trxlock", "connection", "connection_name"]),
    (Model._meta, ["db_table", "fields_map"]),
]
"""Objects, created as the adapter creates them, with the attributes that it reads."""


@pytest.mark.parametrize(
    ("owner", "name", "parameters"),
    [pytest.param(owner, name, parameters, id=f"{owner.__name__}.{name}") for owner, name, parameters in METHODS],
)
def test_method_has_the_expected_parameters(owner, name, parameters):
    assert list(inspect.signature(getattr(owner, name)).parameters) == parameters


@pytest.mark.parametrize(
    ("owner", "name"),
    [pytest.param(owner, name, id=f"{type(owner).__name__}.{name}") for owner, names in ATTRIBUTES for name in names],
)
def test_object_has_the_attribute(owner, name):
    assert hasattr(owner, name)


@pytest.mark.parametrize("context", [TransactionContextPooled, SqliteTransactionContext])
def test_transaction_context_stores_its_token(context):
    assert "token" in context.__slots__


@pytest.mark.parametrize(
    "method",
    [
        AsyncpgDBClient.execute_query,
        AsyncpgDBClient.execute_insert,
        SqliteClient.execute_query,
        SqliteClient.execute_insert,
    ],
    ids=lambda method: method.__qualname__,
)
def test_statement_acquires_one_connection(method):
    assert inspect.getsource(method).count("self.acquire_connection()") == 1


def test_migrate_accepts_a_configuration():
    assert inspect.signature(migrate).parameters["config"].kind is inspect.Parameter.KEYWORD_ONLY


async def test_applied_migrations_are_recorded_in_a_table(database):
    assert "0001_initial" in await applied_migrations("default")


@pytest.mark.parametrize(
    ("url", "editor"),
    [("sqlite://:memory:", "SqliteSchemaEditor"), ("postgres://127.0.0.1/none", "BasePostgresSchemaEditor")],
    ids=["sqlite", "postgres"],
)
async def test_migrations_recognize_the_engine(url, editor):
    config = tortoise_config(url)
    await Tortoise.init(config=config)
    try:
        executor = MigrationExecutor(get_connection("default"), config["apps"])
        assert type(executor._schema_editor()).__name__ == editor
    finally:
        await Tortoise.close_connections()


async def test_transaction_replaces_the_current_connection(database):
    outside = get_connection("default")

    async with in_transaction() as transaction:
        assert get_connection("default") is transaction

    assert get_connection("default") is outside
