"""Backups taken under load are consistent and can be restored as docs/operations.md describes."""

import asyncio
import os
import sys
from pathlib import Path

from tortoise import Tortoise
from tortoise.backends.base.executor import EXECUTOR_CACHE

from models.audit_event import AuditEvent
from models.db.config import tortoise_config
from models.installation import Installation
from tests.chaos.scenarios import scenario
from tests.chaos.servers import Postgres
from tests.support.postgres import create_database, find_programs


async def run(database_url: str, *command: str | Path) -> str:
    """Run a program, which must succeed, and return its output."""
    environment = {**os.environ, "SEATKEEPER_DATABASE_URL": database_url}
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(*command, env=environment, stdout=pipe, stderr=pipe)
    output, errors = await running.communicate()
    assert running.returncode == 0, errors.decode()
    return output.decode()


async def assert_restored(database_url: str) -> None:
    """Assert that the database is consistent and contains the workload's events."""
    assert await run(database_url, sys.executable, "-m", "server.cli", "doctor") == "No problems found.\n"
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=tortoise_config(database_url))
    assert await AuditEvent.all().count() == (await Installation.get()).event_position
    assert await AuditEvent.filter(actor_name="Workload").exists()
    await Tortoise.close_connections()


async def test_sqlite_backup_under_load_is_consistent(tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    url = f"sqlite://{tmp_path}/seatkeeper.db"
    async with scenario(url, 1, 1, tmp_path, None, None) as running:
        await running.workload.wait_for_answers(40)
        await run(url, sys.executable, "-m", "server.cli", "backup", copy)
        await running.workload.wait_for_answers(20)

    await assert_restored(f"sqlite://{copy}")


async def test_postgres_backup_under_load_is_consistent(common_postgres: Postgres, tmp_path: Path) -> None:
    dump = tmp_path / "seatkeeper.dump"
    url, restored = [
        f"{common_postgres.url}/{await asyncio.to_thread(create_database, common_postgres.url)}" for _ in range(2)
    ]
    async with scenario(url, 2, 1, tmp_path, common_postgres, None) as running:
        await running.workload.wait_for_answers(40)
        await run(url, find_programs() / "pg_dump", "--format=custom", f"--file={dump}", url)
        await running.workload.wait_for_answers(20)
    await run(url, find_programs() / "pg_restore", "--no-owner", f"--dbname={restored}", dump)

    await assert_restored(restored)
