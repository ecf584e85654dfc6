"""Queries are served by a replica unless it lags behind the caller's own changes."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.backends.base.executor import EXECUTOR_CACHE

from models.db.config import tortoise_config
from models.db.migrate import migrate
from server.demo.installation import fill
from tests.chaos.servers import Postgres, running_postgres
from tests.support.api_client import PASSWORD, Client, codes
from tests.support.operations import REVOKE
from tests.support.postgres import create_database
from tests.support.processes import process

SURPLUS = """{
  surplusRequirements { license { id } suggestions { assignment { user { id } } } }
}"""
COUNT = """{ license(key: "superoffice.ten-sales") { name seats { inUse } } }"""


@dataclass
class Pair:
    """A primary, its replica, and the URLs of one database on both."""

    primary: Postgres
    replica: Postgres
    primary_url: str
    replica_url: str

    async def on_replica(self, statement: str) -> object:
        """Return the first value of a statement run on the replica."""
        connection = await asyncpg.connect(f"{self.replica.url}/postgres")  # exists before the replica has caught up
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Postgres, Postgres]]:
    with running_postgres() as primary, running_postgres(primary=primary) as replica:
        yield primary, replica


@pytest.fixture
async def pair(servers: tuple[Postgres, Postgres]) -> AsyncIterator[Pair]:
    primary, replica = servers
    name = await asyncio.to_thread(create_database, primary.url)
    url = f"{primary.url}/{name}"
    await migrate(url)
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=tortoise_config(url))
    await fill(PASSWORD)
    await Tortoise.close_connections()
    pair = Pair(primary, replica, url, f"{replica.url}/{name}")
    connection = await asyncpg.connect(url)
    position = await connection.fetchval("SELECT pg_current_wal_lsn()::text")
    await connection.close()
    async with asyncio.timeout(20):
        while True:
            if await pair.on_replica(f"SELECT pg_last_wal_replay_lsn() >= '{position}'"):
                break
            await asyncio.sleep(0.05)
    yield pair


async def test_replica_never_hides_own_changes(pair: Pair, tmp_path: Path) -> None:
    async with process(pair.primary_url, tmp_path, replica_url=pair.replica_url) as (url, _):
        client = Client(url)
        await client.sign_in()
        [surplus] = await client.run(SURPLUS)
        before = await client.run(COUNT)
        await pair.on_replica("SELECT pg_wal_replay_pause()")  # the replica lags from here on
        connection = await asyncpg.connect(pair.primary_url)
        await connection.execute("UPDATE license SET name = 'New' WHERE key = 'superoffice.ten-sales'")
        await connection.close()
        assert await client.run(COUNT) == before  # still served by the replica

        users = [one["assignment"]["user"]["id"] for one in surplus["suggestions"]]
        payload = await client.run(REVOKE, input={"licenseId": surplus["license"]["id"], "userIds": users[:1]})
        assert codes(payload) == []
        after = {"name": "New", "seats": {"inUse": before["seats"]["inUse"] - 1}}
        assert await client.run(COUNT) == after
        await pair.on_replica("SELECT pg_wal_replay_resume()")
        assert await client.run(COUNT) == after
        await client.http.aclose()


async def test_primary_answers_while_the_replica_is_down(pair: Pair, tmp_path: Path) -> None:
    async with process(pair.primary_url, tmp_path, replica_url=pair.replica_url) as (url, _):
        client = Client(url)
        await client.sign_in()
        before = await client.run(COUNT)
        await asyncio.to_thread(pair.replica.stop, "immediate")
        for _ in range(3):
            assert await client.run(COUNT) == before
        await asyncio.to_thread(pair.replica.start)
        assert await client.run(COUNT) == before
        await client.http.aclose()
    log = (tmp_path / "server.log").read_text()
    assert "Traceback" not in log and "replica unavailable, reading from the primary" in log
