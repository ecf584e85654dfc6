"""Many work at once through a PgBouncer that gives each transaction any connection; it is restarted meanwhile."""

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
from resolvers.context import COMMAND_LINE, system_context
from server.background.event_feed import LONGEST_PAUSE
from server.demo.installation import Demo
from tests.acceptance.conftest import Client
from tests.acceptance.test_3_live_updates import SOON, Seats, edge, latest, streamed
from tests.chaos.databases import connected
from tests.chaos.workload import Workload, held, prepare, violations
from tests.support.postgres import user_of_postgres
from tests.support.processes import free_port, process

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
    """A PgBouncer before a database."""

    def __init__(self, program: str, database_url: str, folder: Path) -> None:
        """Not started yet."""
        direct = urlsplit(database_url)
        if user := user_of_postgres():
            shutil.chown(folder, user)
        self._command = (program, "-q", *(("-u", user) if user else ()))
        port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{port}{direct.path}"
        self._settings = folder / "pgbouncer.ini"
        self._settings.write_text(SETTINGS.format(host=direct.hostname, port=direct.port, listen_port=port))
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Starts it, and waits until it answers."""
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
        """Stops it at once, whoever is connected."""
        assert self._process
        self._process.kill()
        await self._process.wait()

    async def shown(self, setting: str) -> object:
        """A setting as a session has it that comes this way."""
        connection = await asyncpg.connect(self.url, statement_cache_size=0)
        try:
            return await connection.fetchval(f"SHOW {setting}")
        finally:
            await connection.close()


@asynccontextmanager
async def pooled(program: str, database_url: str) -> AsyncIterator[Pooler]:
    """A PgBouncer before a database whose sessions are set up as docs/operations.md has it."""
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
    """The program, which Debian keeps off some users' PATH."""
    found = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        missing = "PgBouncer is not installed. Install it (Debian: apt-get install pgbouncer)."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    return found


@pytest.mark.parametrize("engine", ["postgres"])
async def test_nothing_is_lost_and_events_are_heard(
    copied_demo: tuple[str, Demo], pgbouncer: str, tmp_path: Path, engine: str
) -> None:
    database_url, demo = copied_demo
    async with connected(database_url):
        context = system_context(demo.installation_id, actor=COMMAND_LINE, request_id="preparation")
        place = await prepare(demo.keys["nordsync"], context)
        before, position = await held(), (await Installation.get()).event_position

    async with (
        pooled(pgbouncer, database_url) as pooler,
        process(pooler.url, tmp_path, "--workers", "2", direct_url=database_url) as (url, _),
    ):
        assert {setting: await pooler.shown(setting) for setting in SESSION} == SESSION
        inga = Client(url)
        await inga.sign_in()
        seats = await Seats.find(inga)
        workload = Workload(url, place, seed=1)
        async with asyncio.TaskGroup() as group:
            group.create_task(workload.run())
            await workload.answers(60)
            await pooler.stop()
            await workload.failed(1)
            await pooler.start()
            await workload.answers(60)
            workload.stop()
        async with streamed(inga, after=await latest(inga)) as messages:
            await seats.give(0)
            # While the pooler was away the feed came to try less and less often.
            assert (await edge(messages, within=LONGEST_PAUSE + SOON))["node"]["action"] == "USER_LICENSE_ASSIGNED"
        await inga.http.aclose()

    assert "Traceback" not in (tmp_path / "server.log").read_text()
    async with connected(database_url):
        assert await violations(workload, before, position) == []
