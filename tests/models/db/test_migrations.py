import asyncio
import importlib
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.operations import AlterModelOptions

import models.migrations
from models.db import migrate as migration
from models.db.config import tortoise_config
from models.db.migrate import BrokenReferences, migrate, pending_migrations
from tests.support.factories import make_installation, make_license, make_user, make_vendor
from tests.support.postgres import create_database, drop_database

ALTER_LICENSE = """
from tortoise import fields, migrations
from tortoise.migrations import operations as ops

class Migration(migrations.Migration):
    dependencies = [("models", "{latest}")]
    operations = [ops.AlterField("License", "name", fields.CharField(max_length=250))]
"""

ALTER_USER = ALTER_LICENSE.replace(
    '"License", "name", fields.CharField(max_length=250)', '"User", "name", fields.TextField()'
)

LOSE_LICENSES = """
from tortoise import migrations
from tortoise.migrations import operations as ops

class Migration(migrations.Migration):
    dependencies = [("models", "{latest}")]
    operations = [ops.RunSQL("DELETE FROM license")]
"""


@pytest.fixture
def later(tmp_path, monkeypatch):
    """Return a function that adds a migration to the program, as a later version would."""

    def add(source):
        package = tmp_path / "later_migrations"
        shutil.copytree(Path(models.migrations.__file__).parent, package)
        latest = max(path.stem for path in package.glob("0*.py"))
        (package / "9999_later.py").write_text(source.format(latest=latest))
        monkeypatch.syspath_prepend(tmp_path)
        importlib.invalidate_caches()

        def later_config(database_url, **options):
            config = tortoise_config(database_url, **options)
            config["apps"]["models"]["migrations"] = "later_migrations"
            return config

        monkeypatch.setattr(migration, "tortoise_config", later_config)

    yield add
    for name in [name for name in sys.modules if name.startswith("later_migrations")]:
        del sys.modules[name]


@pytest.fixture
async def full_url(sqlite_url):
    """Return the URL of a SQLite database in which every license and user is referenced."""
    await Tortoise.init(config=tortoise_config(sqlite_url))
    installation = await make_installation()
    await make_vendor(installation_id=installation.id, is_main=True)
    await make_license("superoffice.ten-sales", installation_id=installation.id, total=30, held_by=25, plan=True)
    await make_license("superoffice.visible-for", installation_id=installation.id)
    await make_user("Kari", installation_id=installation.id, holds=["superoffice.visible-for"])
    await Tortoise.close_connections()
    return sqlite_url


def contents(url):
    """Return the rows of each table, and the names of all indexes and triggers."""
    with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as connection:
        own = "name NOT LIKE 'sqlite_%' AND (type <> 'table' OR name NOT LIKE 'user_search%')"
        schema = connection.execute(f"SELECT type, name FROM sqlite_master WHERE {own}").fetchall()
        tables = sorted(name for kind, name in schema if kind == "table" and name != "tortoise_migrations")
        rows = {name: connection.execute(f'SELECT * FROM "{name}" ORDER BY id').fetchall() for name in tables}
    return rows, sorted(name for kind, name in schema if kind != "table")


async def test_migrations_match_the_models(monkeypatch):
    # Tortoise records docstrings as descriptions of tables; new docstrings need no migration.
    unmanaged = AlterModelOptions.UNMANAGED_OPTION_KEYS | {"table_description"}
    monkeypatch.setattr(AlterModelOptions, "UNMANAGED_OPTION_KEYS", unmanaged)
    await Tortoise.init(config=tortoise_config("sqlite://:memory:"))
    try:
        apps = tortoise_config("sqlite://:memory:")["apps"]
        writers = await MigrationAutodetector(Tortoise.apps, apps).changes()
    finally:
        await Tortoise.close_connections()

    assert [(writer.name, writer.operations) for writer in writers] == []


async def test_migrated_database_has_no_pending_migrations(database_url):
    assert await pending_migrations(database_url) == []


async def test_missing_database_has_pending_migrations(tmp_path):
    assert await pending_migrations(f"sqlite://{tmp_path / 'none.db'}") != []


async def test_second_migration_does_nothing(sqlite_url, tmp_path):
    assert await migrate(sqlite_url) is None
    assert list(tmp_path.glob("*.backup")) == []


async def test_altering_a_table_keeps_rows_indexes_and_triggers(full_url, later):
    before = contents(full_url)
    later(ALTER_LICENSE)
    assert await pending_migrations(full_url) == ["9999_later"]

    backup = await migrate(full_url)

    assert await pending_migrations(full_url) == []
    rows, indexes = contents(full_url)
    assert rows == before[0]
    assert len(rows["assignment"]) == 26
    assert set(before[1]) <= set(indexes)
    assert contents(f"sqlite://{backup}") == before


async def test_search_index_survives_altering_its_table(full_url, later):
    later(ALTER_USER)
    await migrate(full_url)

    with closing(sqlite3.connect(full_url.removeprefix("sqlite://"))) as connection:
        connection.execute("UPDATE \"user\" SET search_key = 'åse' WHERE name = 'Kari'")
        found = 'SELECT name FROM user_search JOIN "user" ON id = user_search.rowid WHERE user_search MATCH ?'
        assert connection.execute(found, ['"åse"']).fetchall() == [("Kari",)]
        assert connection.execute(found, ['"kari"']).fetchall() == []
        assert len(connection.execute(found, ['"ten-sales"']).fetchall()) == 25
        connection.execute("INSERT INTO user_search (user_search, rank) VALUES ('integrity-check', 1)")


async def test_constraints_survive_altering_a_table(full_url, later):
    later(ALTER_LICENSE)
    await migrate(full_url)

    with closing(sqlite3.connect(full_url.removeprefix("sqlite://"))) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        for statement in (
            "UPDATE license SET in_use = 31 WHERE total = 30",
            "UPDATE license SET key = 'superoffice.ten-sales'",
            "DELETE FROM license",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(statement)


async def test_migration_with_dangling_references_is_undone(full_url, later):
    before = contents(full_url)
    later(LOSE_LICENSES)

    with pytest.raises(BrokenReferences, match="assignment"):
        await migrate(full_url)

    assert contents(full_url) == before
    assert await pending_migrations(full_url) == ["9999_later"]


async def test_concurrent_migrations_succeed(postgres_server):
    name = await asyncio.to_thread(create_database, postgres_server)
    url = f"{postgres_server}/{name}"
    program = "import asyncio, sys; from models.db.migrate import migrate; asyncio.run(migrate(sys.argv[1]))"
    root = Path(models.__file__).parent.parent

    hosts = [await asyncio.create_subprocess_exec(sys.executable, "-c", program, url, cwd=root) for _ in range(2)]

    assert [await host.wait() for host in hosts] == [0, 0]
    assert await pending_migrations(url) == []
    await asyncio.to_thread(drop_database, postgres_server, name)


@pytest.mark.parametrize(("granted", "indexes"), [("CREATE ON DATABASE", ["user_search"]), ("CONNECT ON DATABASE", [])])
async def test_search_index_requires_the_extension(postgres_server, granted, indexes):
    name = await asyncio.to_thread(create_database, postgres_server)
    administrator = await asyncpg.connect(f"{postgres_server}/{name}")
    await administrator.execute(
        f"""CREATE ROLE "{name}" LOGIN PASSWORD 'plain'; GRANT ALL ON SCHEMA public TO "{name}";
        GRANT {granted} "{name}" TO "{name}" """
    )
    address = urlsplit(postgres_server)
    url = f"postgres://{name}:plain@{address.hostname}:{address.port}/{name}"
    try:
        await migrate(url)

        assert await pending_migrations(url) == []
        rows = await administrator.fetch("SELECT indexname FROM pg_indexes WHERE indexname = 'user_search'")
        assert [index for (index,) in rows] == indexes
    finally:
        await administrator.execute(f'DROP OWNED BY "{name}"; DROP ROLE "{name}"')
        await administrator.close()
        await asyncio.to_thread(drop_database, postgres_server, name)
