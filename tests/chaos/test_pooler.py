"""Concurrent load through PgBouncer in transaction mode, which is restarted meanwhile."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import asyncpg
import pytest

from models.installation import Installation
from resolvers.context import system_context
from resolvers.principals import COMMAND_LINE
from server.background.event_feed import MAX_RECONNECT_DELAY
from server.demo.installation import Demo
from tests.chaos.databases import connected
from tests.chaos.workload import Workload, find_violations, prepare_target, read_assignments
from tests.support.api_client import Client
from tests.support.postgres import postgres_user
from tests.support.processes import free_port, process
from tests.support.seats import Seats
from tests.support.subscriptions import EVENT_TIMEOUT, latest_cursor, next_event, streamed

SETTINGS = """
[databases]
* = host={host} port={port} user=postgres

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen_port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
query_wait_timeout = 2
server_login_retry = 1
"""
SESSION = {"statement_timeout": "5s", "lock_timeout": "2s", "timezone": "UTC"}


class Pooler:
    """A PgBouncer in front of a database."""

    def __init__(self, program: str, database_url: str, folder: Path) -> None:
        """Write the configuration without starting PgBouncer."""
        direct = urlsplit(database_url)
        if user := postgres_user():
            shutil.chown(folder, user)
        self._command = (program, "-q", *(("-u", user) if user else ()))
        port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{port}{direct.path}"
        self._settings = folder / "pgbouncer.ini"
        self._settings.write_text(SETTINGS.format(host=direct.hostname, port=direct.port, listen_port=port))
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start PgBouncer and wait until it accepts connections."""
        quiet = asyncio.subprocess.DEVNULL
        command = (*self._command, str(self._settings))
        self._process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
        async with asyncio.timeout(10):
            while True:
                try:
                    return await (await asyncpg.connect(self.url)).close()
                except OSError:
                    await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Stop PgBouncer at once, dropping all connections."""
        assert self._process
        self._process.kill()
        await self._process.wait()

    async def show_setting(self, setting: str) -> object:
        """Return a setting of a session through PgBouncer."""
        connection = await asyncpg.connect(self.url, statement_cache_size=0)
        try:
            return await connection.fetchval(f"SHOW {setting}")
        finally:
            await connection.close()


@asynccontextmanager
async def pooled(program: str, database_url: str) -> AsyncIterator[Pooler]:
    """Run a PgBouncer in front of a database configured as docs/operations.md describes."""
    connection = await asyncpg.connect(database_url)
    name = urlsplit(database_url).path.strip("/")
    for setting, value in SESSION.items():
        await connection.execute(f"ALTER ROLE postgres IN DATABASE \"{name}\" SET {setting} = '{value}'")
    await connection.close()
    with TemporaryDirectory(prefix="seatkeeper-pgbouncer-") as folder:
        pooler = Pooler(program, database_url, Path(folder))
        await pooler.start()
        try:
            yield pooler
        finally:
            await pooler.stop()


@pytest.fixture
def pgbouncer() -> str:
    """The path of PgBouncer, which Debian installs outside some users' PATH."""
    found = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        missing = "PgBouncer is not installed. Install it (Debian: apt-get install pgbouncer)."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    return found


@pytest.mark.parametrize("engine", ["postgres"])
async def test_pooler_restart_loses_nothing(
    copied_demo: tuple[str, Demo], pgbouncer: str, tmp_path: Path, engine: str
) -> None:
    database_url, demo = copied_demo
    async with connected(database_url):
        context = system_context(demo.installation_id, actor=COMMAND_LINE, request_id="preparation")
        target = await prepare_target(demo.keys["nordsync"], context)
        before, position = await read_assignments(), (await Installation.get()).event_position

    async with (
        pooled(pgbouncer, database_url) as pooler,
        process(pooler.url, tmp_path, "--workers", "2", direct_url=database_url) as (url, _),
    ):
        assert {setting: await pooler.show_setting(setting) for setting in SESSION} == SESSION
        inga = Client(url)
        await inga.sign_in()
        seats = await Seats.find(inga)
        workload = Workload(url, target, seed=1)
        async with asyncio.TaskGroup() as group:
            group.create_task(workload.run())
            await workload.wait_for_answers(60)
            await pooler.stop()
            await workload.wait_for_failures(1)
            await pooler.start()
            await workload.wait_for_answers(60)
            workload.stop()
        async with streamed(inga, after=await latest_cursor(inga)) as messages:
            await seats.assign(0)
            # While PgBouncer was down, the feed's reconnection delay grew to its maximum.
            assert (await next_event(messages, within=MAX_RECONNECT_DELAY + EVENT_TIMEOUT))["node"][
                "action"
            ] == "USER_LICENSE_ASSIGNED"
        await inga.http.aclose()

    assert "Traceback" not in (tmp_path / "server.log").read_text()
    async with connected(database_url):
        assert await find_violations(workload, before, position) == []
