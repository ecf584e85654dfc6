"""Database migrations, with a backup on SQLite and a lock against concurrent runs on PostgreSQL."""

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

from models.db.config import connection_config, is_sqlite, sqlite_path, tortoise_config
from models.db.replica import PRIMARY
from models.db.tortoise_internals import applied_migrations, run_migrations

ADVISORY_LOCK = 0x5EA7_4EE9


class BrokenReferences(Exception):
    """A migration left rows with dangling references; the database was restored from the backup."""


async def pending_migrations(database_url: str) -> list[str]:
    """Return the names of the migrations that a database lacks, or `["all"]` if its SQLite file does not exist.

    Tortoise must not be initialized; it is not when the function returns.
    """
    if is_sqlite(database_url) and not Path(sqlite_path(database_url)).exists():
        return ["all"]
    config = tortoise_config(database_url)
    folder = import_module(config["apps"]["models"]["migrations"]).__path__
    try:
        await Tortoise.init(config=config)
        applied = await applied_migrations(PRIMARY)
    finally:
        await Tortoise.close_connections()
    return sorted({module.name for module in iter_modules(folder)} - applied)


async def migrate(database_url: str) -> Path | None:
    """Run the pending migrations, and return the path of the backup of a SQLite file; None if none was made.

    Raises:
        BrokenReferences: A migration of a SQLite file left dangling references; the file was restored.
    """
    if is_sqlite(database_url):
        return await _migrate_sqlite(database_url)
    async with _advisory_lock(database_url):
        await _run(database_url)
    return None


async def _run(database_url: str, *, foreign_keys: str | None = None) -> None:
    config = tortoise_config(database_url, without_timeouts=True)
    if foreign_keys:
        config["connections"][PRIMARY]["credentials"]["foreign_keys"] = foreign_keys
    try:
        await run_migrations(config)
    finally:
        await Tortoise.close_connections()


async def _migrate_sqlite(database_url: str) -> Path | None:
    path = Path(sqlite_path(database_url))
    backup = None
    if path.exists() and await pending_migrations(database_url):
        backup = path.with_name(f"{path.name}.{datetime.now():%Y%m%d-%H%M%S}.backup")
        copy_sqlite(path, backup)
    before = _indexes_and_triggers(path)
    # Tortoise alters a table by recreating it: with foreign keys on, dropping the old table would delete the rows that
    # refer to it.
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
    """Copy a consistent snapshot of a database file, even while it is being written to."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def _indexes_and_triggers(path: Path) -> dict[str, str]:
    """Return the SQL of a file's indexes and triggers by name; empty if the file does not exist."""
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
