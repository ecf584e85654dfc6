"""Whatever breaks while many work at once: nothing acknowledged is lost, nothing is done twice, and work goes on.

In CI each fault comes once; `make faults` repeats them with three seeds, with one worker and with two.
"""

import asyncio
import os
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.backends.base.executor import EXECUTOR_CACHE

from models.db.config import tortoise_config
from models.db.migrate import migrate
from models.installation import Installation
from resolvers.context import COMMAND_LINE, system_context
from server.demo.installation import fill
from tests.acceptance.conftest import PASSWORD
from tests.chaos.servers import Disk, Postgres, Server, running_postgres, served, small_disk
from tests.chaos.workload import Workload, held, prepare, violations
from tests.support.postgres import create_database, user_of_postgres

LONG = bool(os.environ.get("LONG_FAULTS"))
SEEDS = (1, 2, 3) if LONG else (1,)
MOMENT = 1.0
"""Seconds that something stands still."""


@dataclass
class World:
    """What there is to break."""

    server: Server
    workload: Workload
    database_url: str
    postgres: Postgres | None = None
    disk: Disk | None = None


Fault = Callable[[World], Awaitable[None]]


async def a_worker_is_killed(world: World) -> None:
    await world.server.kill_worker()


async def the_server_is_told_to_stop(world: World) -> None:
    assert world.server.process
    world.server.process.terminate()
    await world.server.ended()
    await world.server.start()


async def a_worker_is_paused(world: World) -> None:
    worker = world.server.worker()
    os.kill(worker, signal.SIGSTOP)
    await asyncio.sleep(2 * MOMENT)
    os.kill(worker, signal.SIGCONT)


async def a_lock_is_held(world: World) -> None:
    """Until clients have been told that this takes too long."""
    if world.postgres is None:
        lock = sqlite3.connect(world.database_url.removeprefix("sqlite://"), isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        await world.workload.failed(1)
        lock.close()
    else:
        connection = await asyncpg.connect(world.database_url)
        async with connection.transaction():
            await connection.execute("SELECT * FROM installation FOR UPDATE")
            await world.workload.failed(1)
        await connection.close()


async def postgres_is_restarted(world: World) -> None:
    assert world.postgres
    await asyncio.to_thread(world.postgres.restart)


async def postgres_crashes(world: World) -> None:
    assert world.postgres
    await asyncio.to_thread(world.postgres.stop, "immediate")
    await asyncio.sleep(MOMENT)
    await asyncio.to_thread(world.postgres.start)


async def connections_are_cut(world: World) -> None:
    """All of them, five times."""
    connection = await asyncpg.connect(world.database_url)
    for _ in range(5):
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await world.workload.answers(10)
    await connection.close()


async def the_disk_is_full(world: World) -> None:
    assert world.disk
    world.disk.fill()
    await world.workload.failed(3)
    world.disk.clear()
    if world.postgres and not await asyncio.to_thread(world.postgres.is_running):
        await asyncio.to_thread(world.postgres.start)


EVERYWHERE: list[Fault] = [
    a_worker_is_killed,
    the_server_is_told_to_stop,
    a_worker_is_paused,
    a_lock_is_held,
    the_disk_is_full,
]
ON_POSTGRES: list[Fault] = [postgres_is_restarted, postgres_crashes, connections_are_cut]


@pytest.fixture(scope="session")
def common_postgres() -> Iterator[Postgres]:
    """Where a test needs no disk of its own."""
    with running_postgres() as postgres:
        yield postgres


@pytest.fixture
def disk(request: pytest.FixtureRequest) -> Iterator[Disk | None]:
    """A small one, where the test fills it."""
    if request.getfixturevalue("fault") is not the_disk_is_full:
        yield None
        return
    with small_disk(160) as disk:
        yield disk


@asynccontextmanager
async def world(
    database_url: str, workers: int, seed: int, folder: Path, postgres: Postgres | None, disk: Disk | None
) -> AsyncIterator[World]:
    """A served demo with a workload on it, which was stopped and checked at the end."""
    await migrate(database_url)
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=tortoise_config(database_url), _enable_global_fallback=True)
    demo = await fill(PASSWORD)
    context = system_context(demo.installation_id, actor=COMMAND_LINE, request_id="preparation")
    place = await prepare(demo.keys["nordsync"], context)
    before, position = await held(), (await Installation.get()).event_position
    await Tortoise.close_connections()
    async with served(database_url, workers, folder) as server:
        workload = Workload(server.url, place, seed)
        async with asyncio.TaskGroup() as group:
            group.create_task(workload.run())
            yield World(server, workload, database_url, postgres, disk)
            workload.stop()
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=tortoise_config(database_url), _enable_global_fallback=True)
    wrong = await violations(workload, before, position)
    await Tortoise.close_connections()
    assert wrong == []


async def break_it(world: World, fault: Fault) -> None:
    """Lets it work, breaks it, and lets it work again."""
    await world.workload.answers(40)
    await fault(world)
    await world.workload.answers(60)


def no_traceback(folder: Path) -> None:
    """Nothing surprised the server."""
    log = (folder / "server.log").read_text()
    assert "Traceback" not in log, log[log.index("Traceback") - 2000 :][:6000]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("fault", EVERYWHERE, ids=lambda fault: fault.__name__)
async def test_on_sqlite(fault: Fault, seed: int, disk: Disk | None, tmp_path: Path) -> None:
    folder = disk.folder if disk else tmp_path
    async with world(f"sqlite://{folder}/seatkeeper.db", 1, seed, tmp_path, None, disk) as running:
        await break_it(running, fault)
    no_traceback(tmp_path)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("workers", (1, 2) if LONG else (2,))
@pytest.mark.parametrize("fault", EVERYWHERE + ON_POSTGRES, ids=lambda fault: fault.__name__)
async def test_on_postgres(
    fault: Fault, workers: int, seed: int, disk: Disk | None, common_postgres: Postgres, tmp_path: Path
) -> None:
    if disk:
        if user := user_of_postgres():
            shutil.chown(disk.folder, user)
        with running_postgres(disk.folder / "postgres") as postgres:
            url = f"{postgres.url}/{await asyncio.to_thread(create_database, postgres.url)}"
            async with world(url, workers, seed, tmp_path, postgres, disk) as running:
                await break_it(running, fault)
    else:
        postgres = common_postgres
        url = f"{postgres.url}/{await asyncio.to_thread(create_database, postgres.url)}"
        async with world(url, workers, seed, tmp_path, postgres, None) as running:
            await break_it(running, fault)
    no_traceback(tmp_path)
