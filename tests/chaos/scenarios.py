"""A server under load, checked for consistency at the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tortoise import Tortoise
from tortoise.backends.base.executor import EXECUTOR_CACHE

from models.db.config import tortoise_config
from models.db.migrate import migrate
from models.installation import Installation
from resolvers.context import system_context
from resolvers.principals import COMMAND_LINE
from server.demo.installation import fill
from tests.chaos.servers import Disk, Postgres, Server, running_server
from tests.chaos.workload import Workload, find_violations, prepare_target, read_assignments
from tests.support.api_client import PASSWORD


@dataclass
class Scenario:
    """A server under load, and the components that faults are injected into."""

    server: Server
    workload: Workload
    database_url: str
    postgres: Postgres | None = None
    disk: Disk | None = None


@asynccontextmanager
async def scenario(
    database_url: str, workers: int, seed: int, folder: Path, postgres: Postgres | None, disk: Disk | None
) -> AsyncIterator[Scenario]:
    """Run the demo under load; stop the load at the end and assert that the database is consistent."""
    await migrate(database_url)
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=tortoise_config(database_url), _enable_global_fallback=True)
    demo = await fill(PASSWORD)
    context = system_context(demo.installation_id, actor=COMMAND_LINE, request_id="preparation")
    target = await prepare_target(demo.keys["nordsync"], context)
    before, position = await read_assignments(), (await Installation.get()).event_position
    await Tortoise.close_connections()
    async with running_server(database_url, workers, folder) as server:
        workload = Workload(server.url, target, seed)
        async with asyncio.TaskGroup() as group:
            group.create_task(workload.run())
            yield Scenario(server, workload, database_url, postgres, disk)
            workload.stop()
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=tortoise_config(database_url), _enable_global_fallback=True)
    wrong = await find_violations(workload, before, position)
    await Tortoise.close_connections()
    assert wrong == []
