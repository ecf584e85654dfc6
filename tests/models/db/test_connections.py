"""Nobody waits long for a connection, and none is lost, whatever ends."""

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
    """A PostgreSQL, and a pool of a single connection to it."""
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=tortoise_config(postgres_url, pool_size=1), _enable_global_fallback=True)
    yield
    await Tortoise.close_connections()


async def shown(setting):
    _, [row] = await get_connection("default").execute_query(f"SHOW {setting}")
    return row[0]


async def in_a_moment(coroutine, seconds=0.1):
    """Ends a coroutine that takes too long."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await coroutine


async def test_statements_and_locks_are_waited_for_no_longer_than_a_request_may(one_connection):
    assert (await shown("statement_timeout"), await shown("lock_timeout")) == ("5s", "2s")


async def test_commands_may_take_as_long_as_they_take_whatever_the_database_is_set_to(postgres_url):
    connection = await asyncpg.connect(postgres_url)
    name = postgres_url.rpartition("/")[2]
    await connection.execute(f"ALTER DATABASE \"{name}\" SET statement_timeout = '5s'")
    await connection.execute(f"ALTER DATABASE \"{name}\" SET lock_timeout = '2s'")
    await connection.close()
    await Tortoise.init(config=tortoise_config(postgres_url, without_timeouts=True), _enable_global_fallback=True)
    try:
        assert (await shown("statement_timeout"), await shown("lock_timeout")) == ("0", "0")
    finally:
        await Tortoise.close_connections()


@pytest.mark.parametrize("wanted", ["a statement", "a transaction"])
async def test_with_all_connections_in_use_the_next_is_refused_within_two_seconds(one_connection, wanted):
    async def ask():
        if wanted == "a statement":
            await Installation.all().count()
        else:
            async with in_transaction():
                pass

    release = asyncio.Event()

    async def hold():
        async with in_transaction():
            await release.wait()

    holding = asyncio.create_task(hold())
    await asyncio.sleep(0)
    started = time.monotonic()
    with pytest.raises(NoConnection):
        await ask()
    assert time.monotonic() - started < 2
    release.set()
    await holding
    await ask()


def test_no_connection_counts_as_a_database_out_of_reach():
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
async def test_what_is_ended_gives_its_connection_back_and_leaves_nothing(one_connection, work):
    for _ in range(3):
        await in_a_moment(work())

    assert await Installation.all().count() == 0


async def test_a_transaction_that_is_ended_while_it_begins_gives_its_connection_back(one_connection):
    async def begin():
        async with in_transaction():
            await asyncio.sleep(4)

    for tenths_of_milliseconds in range(40):
        assert await Installation.all().count() == 0  # there is a connection, and it is free
        beginning = asyncio.create_task(begin())
        await asyncio.sleep(tenths_of_milliseconds / 10_000)
        beginning.cancel()
        with pytest.raises(asyncio.CancelledError):
            await beginning


async def test_on_sqlite_a_transaction_that_is_ended_while_it_begins_leaves_none_open(sqlite_url):
    await Tortoise.init(config=tortoise_config(sqlite_url), _enable_global_fallback=True)
    try:
        await Installation.all().count()
        with sqlite3.connect(sqlite_url.removeprefix("sqlite://"), isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            beginning = asyncio.create_task(in_transaction().__aenter__())
            await asyncio.sleep(0.1)  # it waits for the other's lock by now
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


async def test_statements_are_counted_in_and_out_of_transactions_and_in_tasks(database):
    with count_queries() as statements:
        await Installation.all().count()
        async with in_transaction():
            await make_installation()
            await Installation.all().count()
        await asyncio.gather(Installation.all().count(), Installation.all().count())

    assert statements.number == 5
    await Installation.all().count()
    assert statements.number == 5
