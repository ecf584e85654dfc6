"""Brings a database up to date: nothing is lost on SQLite, and several hosts may try at once on PostgreSQL."""

import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import asyncpg
from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError

from models.db.config import connection_config, is_sqlite, sqlite_path, tortoise_config

ADVISORY_LOCK = 0x5EA7_4EE9


class BrokenReferences(Exception):
    """A migration left rows that refer to nothing; the database is as the backup has it."""


async def pending_migrations(database_url: str) -> list[str]:
    """Names of the migrations that the database lacks; needs no `Tortoise.init` before it and leaves none."""
    if is_sqlite(database_url) and not Path(sqlite_path(database_url)).exists():
        return ["all"]
    config = tortoise_config(database_url)
    folder = import_module(config["apps"]["models"]["migrations"]).__path__
    try:
        await Tortoise.init(config=config)
        made = await _migrations_made()
    finally:
        await Tortoise.close_connections()
    return sorted({module.name for module in iter_modules(folder)} - made)


async def _migrations_made() -> set[str]:
    connection = get_connection("default")
    await connection.execute_query("SELECT 1")  # a database that cannot be read is not an empty one
    try:
        _, rows = await connection.execute_query("SELECT name FROM tortoise_migrations WHERE app = 'models'")
    except OperationalError:
        return set()
    return {row["name"] for row in rows}


async def migrate(database_url: str) -> Path | None:
    """Runs what `pending_migrations` names, and returns the backup that was made of a SQLite file.

    Raises:
        BrokenReferences: A migration of a SQLite file lost rows; the file was put back.
    """
    if is_sqlite(database_url):
        return await _migrate_sqlite(database_url)
    async with _advisory_lock(database_url):
        await _run(database_url)
    return None


async def _run(database_url: str, *, foreign_keys: str | None = None) -> None:
    from tortoise.migrations.api.migrate import migrate as run_migrations  # here, since a server only looks

    config = tortoise_config(database_url, without_timeouts=True)
    credentials = config["connections"]["default"]["credentials"]
    if foreign_keys:
        credentials["foreign_keys"] = foreign_keys
    try:
        await run_migrations(config=config)
    finally:
        await Tortoise.close_connections()


async def _migrate_sqlite(database_url: str) -> Path | None:
    path = Path(sqlite_path(database_url))
    backup = None
    if path.exists() and await pending_migrations(database_url):
        backup = path.with_name(f"{path.name}.{datetime.now():%Y%m%d-%H%M%S}.backup")
        copy_sqlite(path, backup)
    before = _indexes_and_triggers(path)
    # Tortoise alters a table by making it anew: with foreign keys on, dropping the old one would take along the rows
    # that refer to it.
    await _run(database_url, foreign_keys="OFF")
    with closing(sqlite3.connect(path)) as connection:
        kept = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        for name, sql in before.items():
            if name not in kept:
                connection.execute(sql)
        connection.commit()
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    if broken and backup:
        shutil.copy(backup, path)
        raise BrokenReferences(f"{len(broken)} rows, the first in table {broken[0][0]}")
    return backup


def copy_sqlite(path: Path, target: Path) -> None:
    """Copies a database file as it is at one moment, also while others write to it."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def _indexes_and_triggers(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    with closing(sqlite3.connect(path)) as connection:
        return dict(
            connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
            )
        )


@asynccontextmanager
async def _advisory_lock(database_url: str) -> AsyncIterator[None]:
    credentials = connection_config(database_url, without_timeouts=True)["credentials"]
    connection = await asyncpg.connect(
        **{name: credentials[name] for name in ("host", "port", "user", "password", "database", "server_settings")}
    )
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
        yield
    finally:
        await connection.close()
