"""A backup that is taken while many work is whole, and can be restored as the operations page says."""

import asyncio
import os
import sys
from pathlib import Path

from tortoise import Tortoise
from tortoise.backends.base.executor import EXECUTOR_CACHE

from models.audit_event import AuditEvent
from models.db.config import tortoise_config
from models.installation import Installation
from tests.chaos.servers import Postgres
from tests.chaos.test_faults import common_postgres, world
from tests.support.postgres import create_database, find_programs

__all__ = ["common_postgres"]


async def run(database_url: str, *command: str | Path) -> str:
    """What a program prints; it must succeed."""
    environment = {**os.environ, "SEATKEEPER_DATABASE_URL": database_url}
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(*command, env=environment, stdout=pipe, stderr=pipe)
    output, complaints = await running.communicate()
    assert running.returncode == 0, complaints.decode()
    return output.decode()


async def assert_whole(database_url: str) -> None:
    """It is well, and has been worked on."""
    assert await run(database_url, sys.executable, "-m", "server.cli", "doctor") == "All is well.\n"
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=tortoise_config(database_url))
    assert await AuditEvent.all().count() == (await Installation.get()).event_position
    assert await AuditEvent.filter(actor_name="Workload").exists()
    await Tortoise.close_connections()


async def test_sqlite(tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    url = f"sqlite://{tmp_path}/seatkeeper.db"
    async with world(url, 1, 1, tmp_path, None, None) as running:
        await running.workload.answers(40)
        await run(url, sys.executable, "-m", "server.cli", "backup", copy)
        await running.workload.answers(20)

    await assert_whole(f"sqlite://{copy}")


async def test_postgres(common_postgres: Postgres, tmp_path: Path) -> None:
    dump = tmp_path / "seatkeeper.dump"
    url, restored = [
        f"{common_postgres.url}/{await asyncio.to_thread(create_database, common_postgres.url)}" for _ in range(2)
    ]
    async with world(url, 2, 1, tmp_path, common_postgres, None) as running:
        await running.workload.answers(40)
        await run(url, find_programs() / "pg_dump", "--format=custom", f"--file={dump}", url)
        await running.workload.answers(20)
    await run(url, find_programs() / "pg_restore", "--no-owner", f"--dbname={restored}", dump)

    await assert_whole(restored)
