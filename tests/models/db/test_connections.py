"""Waits for connections are limited, and cancelled work releases its connection."""

import asyncio
import sqlite3
import time

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from models.db.config import tortoise_config
from models.db.errors import UNREACHABLE, NoConnection
from models.db.query_count import count_queries
from models.installation import Installation
from tests.support.factories import make_installation


@pytest.fixture
async def one_connection(postgres_url):
    """Connect to PostgreSQL with a pool of one connection."""
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=tortoise_config(postgres_url, pool_size=1), _enable_global_fallback=True)
    yield
    await Tortoise.close_connections()


async def show(setting):
    _, [row] = await get_connection("default").execute_query(f"SHOW {setting}")
    return row[0]


async def cancel_after(coroutine, seconds=0.1):
    """Run a coroutine that must not end by itself, and cancel it."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await coroutine


async def test_statements_and_locks_time_out(one_connection):
    assert (await show("statement_timeout"), await show("lock_timeout")) == ("5s", "2s")


async def test_commands_override_timeouts_of_the_database(postgres_url):
    connection = await asyncpg.connect(postgres_url)
    name = postgres_url.rpartition("/")[2]
    await connection.execute(f"ALTER DATABASE \"{name}\" SET statement_timeout = '5s'")
    await connection.execute(f"ALTER DATABASE \"{name}\" SET lock_timeout = '2s'")
    await connection.close()
    await Tortoise.init(config=tortoise_config(postgres_url, without_timeouts=True), _enable_global_fallback=True)
    try:
        assert (await show("statement_timeout"), await show("lock_timeout")) == ("0", "0")
    finally:
        await Tortoise.close_connections()


@pytest.mark.parametrize("work", ["statement", "transaction"])
async def test_exhausted_pool_fails_within_two_seconds(one_connection, work):
    async def run():
        if work == "statement":
            await Installation.all().count()
        else:
            async with in_transaction():
                pass

    release = asyncio.Event()

    async def hold():
        async with in_transaction():
            await release.wait()

    holder = asyncio.create_task(hold())
    await asyncio.sleep(0)
    started = time.monotonic()
    with pytest.raises(NoConnection):
        await run()
    assert time.monotonic() - started < 2
    release.set()
    await holder
    await run()


def test_no_connection_counts_as_unreachable():
    assert issubclass(NoConnection, UNREACHABLE)


async def sleep_in_the_database():
    await get_connection("default").execute_query("SELECT pg_sleep(4)")


async def sleep_in_a_transaction():
    async with in_transaction():
        await make_installation("2000000006")
        await sleep_in_the_database()


async def sleep_in_a_broken_transaction():
    async with in_transaction() as transaction:
        transaction._connection.terminate()
        await asyncio.sleep(4)


@pytest.mark.parametrize("work", [sleep_in_the_database, sleep_in_a_transaction, sleep_in_a_broken_transaction])
async def test_cancelled_work_releases_its_connection(one_connection, work):
    for _ in range(3):
        await cancel_after(work())

    assert await Installation.all().count() == 0


async def test_transaction_cancelled_while_beginning_releases_its_connection(one_connection):
    async def begin():
        async with in_transaction():
            await asyncio.sleep(4)

    for tenths_of_milliseconds in range(40):
        assert await Installation.all().count() == 0  # the connection is free again
        beginning = asyncio.create_task(begin())
        await asyncio.sleep(tenths_of_milliseconds / 10_000)
        beginning.cancel()
        with pytest.raises(asyncio.CancelledError):
            await beginning


async def test_sqlite_transaction_cancelled_while_beginning_is_rolled_back(sqlite_url):
    await Tortoise.init(config=tortoise_config(sqlite_url), _enable_global_fallback=True)
    try:
        await Installation.all().count()
        with sqlite3.connect(sqlite_url.removeprefix("sqlite://"), isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            beginning = asyncio.create_task(in_transaction().__aenter__())
            await asyncio.sleep(0.1)  # long enough to wait for the other connection's lock
            beginning.cancel()
            other.execute("COMMIT")
        other.close()
        with pytest.raises(asyncio.CancelledError):
            await beginning
        async with in_transaction():
            await make_installation()
        assert await Installation.all().count() == 1
    finally:
        await Tortoise.close_connections()


async def test_queries_are_counted_in_transactions_and_tasks(database):
    with count_queries() as statements:
        await Installation.all().count()
        async with in_transaction():
            await make_installation()
            await Installation.all().count()
        await asyncio.gather(Installation.all().count(), Installation.all().count())

    assert statements.number == 5
    await Installation.all().count()
    assert statements.number == 5
