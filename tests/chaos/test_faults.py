"""Faults under concurrent load: acknowledged changes are kept, none is applied twice, and service resumes.

CI injects each fault once; `make chaos` repeats them with three seeds, with one worker and with two.
"""

import asyncio
import os
import shutil
import signal
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from tests.chaos.scenarios import Scenario, scenario
from tests.chaos.servers import Disk, Postgres, running_postgres, small_disk
from tests.support.postgres import create_database, postgres_user

LONG = bool(os.environ.get("LONG_CHAOS"))
SEEDS = (1, 2, 3) if LONG else (1,)
PAUSE = 1.0
"""Seconds for which a component is unavailable."""


Fault = Callable[[Scenario], Awaitable[None]]


async def kill_worker(scenario: Scenario) -> None:
    await scenario.server.kill_worker()


async def restart_server(scenario: Scenario) -> None:
    assert scenario.server.process
    scenario.server.process.terminate()
    await scenario.server.wait_until_ended()
    await scenario.server.start()


async def pause_worker(scenario: Scenario) -> None:
    worker = scenario.server.worker()
    os.kill(worker, signal.SIGSTOP)
    await asyncio.sleep(2 * PAUSE)
    os.kill(worker, signal.SIGCONT)


async def hold_lock(scenario: Scenario) -> None:
    """Hold a lock until a client's request has timed out."""
    if scenario.postgres is None:
        lock = sqlite3.connect(scenario.database_url.removeprefix("sqlite://"), isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        await scenario.workload.wait_for_failures(1)
        lock.close()
    else:
        connection = await asyncpg.connect(scenario.database_url)
        async with connection.transaction():
            await connection.execute("SELECT * FROM installation FOR UPDATE")
            await scenario.workload.wait_for_failures(1)
        await connection.close()


async def restart_postgres(scenario: Scenario) -> None:
    assert scenario.postgres
    await asyncio.to_thread(scenario.postgres.restart)


async def crash_postgres(scenario: Scenario) -> None:
    assert scenario.postgres
    await asyncio.to_thread(scenario.postgres.stop, "immediate")
    await asyncio.sleep(PAUSE)
    await asyncio.to_thread(scenario.postgres.start)


async def terminate_connections(scenario: Scenario) -> None:
    """Terminate all database connections, five times."""
    connection = await asyncpg.connect(scenario.database_url)
    for _ in range(5):
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await scenario.workload.wait_for_answers(10)
    await connection.close()


async def fill_disk(scenario: Scenario) -> None:
    assert scenario.disk
    scenario.disk.fill()
    await scenario.workload.wait_for_failures(3)
    scenario.disk.clear()
    if scenario.postgres and not await asyncio.to_thread(scenario.postgres.is_running):
        await asyncio.to_thread(scenario.postgres.start)


EVERYWHERE: list[Fault] = [
    kill_worker,
    restart_server,
    pause_worker,
    hold_lock,
    fill_disk,
]
ON_POSTGRES: list[Fault] = [restart_postgres, crash_postgres, terminate_connections]


@pytest.fixture
def disk(request: pytest.FixtureRequest) -> Iterator[Disk | None]:
    """A small disk if the test fills it, else None."""
    if request.getfixturevalue("fault") is not fill_disk:
        yield None
        return
    with small_disk(160) as disk:
        yield disk


async def inject(scenario: Scenario, fault: Fault) -> None:
    """Inject a fault between two periods of load."""
    await scenario.workload.wait_for_answers(40)
    await fault(scenario)
    await scenario.workload.wait_for_answers(60)


def assert_no_traceback(folder: Path) -> None:
    """Assert that the server logged no traceback."""
    log = (folder / "server.log").read_text()
    assert "Traceback" not in log, log[log.index("Traceback") - 2000 :][:6000]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("fault", EVERYWHERE, ids=lambda fault: fault.__name__)
async def test_sqlite_survives_the_fault(fault: Fault, seed: int, disk: Disk | None, tmp_path: Path) -> None:
    folder = disk.folder if disk else tmp_path
    async with scenario(f"sqlite://{folder}/seatkeeper.db", 1, seed, tmp_path, None, disk) as running:
        await inject(running, fault)
    assert_no_traceback(tmp_path)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("workers", (1, 2) if LONG else (2,))
@pytest.mark.parametrize("fault", EVERYWHERE + ON_POSTGRES, ids=lambda fault: fault.__name__)
async def test_postgres_survives_the_fault(
    fault: Fault, workers: int, seed: int, disk: Disk | None, common_postgres: Postgres, tmp_path: Path
) -> None:
    if disk:
        if user := postgres_user():
            shutil.chown(disk.folder, user)
        with running_postgres(disk.folder / "postgres") as postgres:
            url = f"{postgres.url}/{await asyncio.to_thread(create_database, postgres.url)}"
            async with scenario(url, workers, seed, tmp_path, postgres, disk) as running:
                await inject(running, fault)
    else:
        postgres = common_postgres
        url = f"{postgres.url}/{await asyncio.to_thread(create_database, postgres.url)}"
        async with scenario(url, workers, seed, tmp_path, postgres, None) as running:
            await inject(running, fault)
    assert_no_traceback(tmp_path)
