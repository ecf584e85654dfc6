"""Upgrades of databases that earlier versions have filled, on both engines."""

import asyncio
import shutil
import sqlite3
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import asyncpg
import pytest
from tortoise import Tortoise

import models.migrations
from models.assignment import Assignment
from models.audit_event import AuditEvent
from models.db import migrate as migration
from models.db.config import tortoise_config
from models.db.migrate import migrate
from models.db.select import Select
from models.db.user_search import search_condition
from tests.support.postgres import create_database, drop_database

FILL_0008 = """
INSERT INTO installation (id, serial_number, license_owner, is_demo, event_position, version, created_at)
VALUES (1, '1204417838', 'Fjordlys Handel AS', {no}, 1, 1, '2026-01-15 09:00:00+00:00');
INSERT INTO vendor (id, installation_id, key, name, is_main, activation_policy)
VALUES (1, 1, 'superoffice', 'SuperOffice AS', {yes}, 'AUTOMATIC');
INSERT INTO license (id, installation_id, vendor_id, key, code, name, name_key, names, descriptions, scope, is_plan,
    is_hidden, includes, sort, in_use, in_force)
VALUES (1, 1, 1, 'superoffice.a', 'a', 'A', 'a', '{{}}', '{{}}', 'USER', {no}, {no}, '[]', 0, 2, {yes});
INSERT INTO "user" (id, installation_id, login, name, kind, status, can_log_in, is_administrator, open_requests,
    name_key, login_key, last_login_at, last_login_key, search_key)
VALUES (1, 1, 'kari', 'Kari', 'EMPLOYEE', 'ACTIVE', {yes}, {no}, 0, 'kari', 'kari', NULL, 0, 'kari'),
    (2, 1, 'ase', 'Åse', 'EMPLOYEE', 'ACTIVE', {yes}, {no}, 0, 'åse', 'ase', '2026-02-01 00:00:00+00:00',
    1769904000000000, 'åse');
INSERT INTO assignment (id, installation_id, license_id, user_id, is_plan, assigned_at, assigned_by_kind,
    assigned_by_name)
VALUES (1, 1, 1, 1, {no}, '2026-01-15 09:00:00.999999+00:00', 'SYSTEM', 'x'),
    (2, 1, 1, 2, {no}, '2026-01-15 09:00:00+00:00', 'SYSTEM', 'x');
INSERT INTO audit_event (id, installation_id, position, occurred_at, action, actor_kind, actor_name, request_id, facts,
    details, user_id)
VALUES (1, 1, 1, '2026-01-15 09:00:00+00:00', 'USER_CHANGED', 'SYSTEM', 'x', 'x', '{{}}', '[]', 1)
"""


@pytest.fixture
def earlier(tmp_path, monkeypatch):
    """Return a context manager in which the program has only the migrations of an earlier version."""

    @contextmanager
    def up_to(latest):
        package = tmp_path / f"migrations_up_to_{latest}"
        package.mkdir()
        for path in Path(models.migrations.__file__).parent.glob("*.py"):
            if path.stem <= f"{latest}~" or path.stem == "__init__":
                shutil.copy(path, package)

        def earlier_config(database_url, **options):
            config = tortoise_config(database_url, **options)
            config["apps"]["models"]["migrations"] = package.name
            return config

        with monkeypatch.context() as patch:
            patch.syspath_prepend(tmp_path)
            patch.setattr(migration, "tortoise_config", earlier_config)
            yield

    yield up_to
    for name in [name for name in sys.modules if name.startswith("migrations_up_to")]:
        del sys.modules[name]


@pytest.fixture(params=["sqlite", "postgres"])
async def empty_url(request, tmp_path):
    """Return the URL of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = await asyncio.to_thread(create_database, server)
    yield f"{server}/{name}"
    await asyncio.to_thread(drop_database, server, name)


async def execute(url, script):
    """Run a script of statements, with the engine's booleans for `{yes}` and `{no}`."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as file:
            file.executescript(script.format(yes=1, no=0))
    else:
        server = await asyncpg.connect(url)
        await server.execute(script.format(yes="true", no="false"))
        await server.close()


async def search(text):
    """Return the names of the users whom a text finds."""
    select = Select()
    condition = await search_condition(select, text)
    return [name for (name,) in await select.rows(f'SELECT name FROM "user" WHERE {condition}')]


async def test_upgrade_derives_the_columns_of_assignments(earlier, empty_url):
    with earlier("0008"):
        await migrate(empty_url)
        await execute(empty_url, FILL_0008)

    await migrate(empty_url)

    await Tortoise.init(config=tortoise_config(empty_url))
    try:
        rows = await Assignment.all().order_by("id").values_list("held_since", "idle_since", "user_name_key")
        assert rows == [
            (1_768_467_600_999_999, 1_768_467_600_999_999, "kari"),
            (1_768_467_600_000_000, 1_769_904_000_000_000, "åse"),
        ]
        assert await AuditEvent.all().values_list("user_id", "seat_batch_id", "held_since") == [(1, None, None)]
        assert await search("kar") == ["Kari"]
    finally:
        await Tortoise.close_connections()


async def test_server_of_the_previous_version_can_assign_after_the_upgrade(empty_url):
    await migrate(empty_url)

    await execute(empty_url, FILL_0008)

    await Tortoise.init(config=tortoise_config(empty_url))
    try:
        assert await Assignment.all().values_list("held_since", "user_name_key") == [(0, ""), (0, "")]
    finally:
        await Tortoise.close_connections()
