"""Tortoise's configuration, from a database address."""

from typing import Any
from urllib.parse import unquote, urlsplit

SQLITE_PRAGMAS = {"journal_mode": "WAL", "foreign_keys": "ON", "busy_timeout": 2000, "synchronous": "FULL"}
POSTGRES_SETTINGS = {
    "timezone": "UTC",
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "application_name": "seatkeeper",
}


def is_sqlite(database_url: str) -> bool:
    """Whether the address names a SQLite file."""
    return urlsplit(database_url).scheme == "sqlite"


def sqlite_path(database_url: str) -> str:
    """The file that a `sqlite://` address names; a relative one lies in the working directory."""
    return database_url.removeprefix("sqlite://")


def connection_config(database_url: str) -> dict[str, Any]:
    """How to connect to `sqlite://FILE` or `postgres://USER:PASSWORD@HOST:PORT/NAME`.

    Raises:
        ValueError: The address is of neither form.
    """
    url = urlsplit(database_url)
    if url.scheme == "sqlite" and sqlite_path(database_url):
        return {"engine": "models.sqlite", "credentials": {"file_path": sqlite_path(database_url), **SQLITE_PRAGMAS}}
    if url.scheme in ("postgres", "postgresql") and url.path.strip("/"):
        return {
            "engine": "tortoise.backends.asyncpg",
            "credentials": {
                "host": url.hostname or "127.0.0.1",
                "port": url.port or 5432,
                "user": unquote(url.username or "postgres"),
                "password": unquote(url.password) if url.password else None,
                "database": url.path.strip("/"),
                "minsize": 1,
                "maxsize": 8,
                "server_settings": POSTGRES_SETTINGS,
            },
        }
    raise ValueError("a database address is sqlite://FILE or postgres://USER:PASSWORD@HOST:PORT/NAME")


def tortoise_config(database_url: str, replica_url: str | None = None) -> dict[str, Any]:
    """The whole configuration, for `Tortoise.init` and for migrations; a replica is read from where queries may."""
    connections = {"default": connection_config(database_url)}
    if replica_url:
        connections["replica"] = connection_config(replica_url)
    return {
        "connections": connections,
        "routers": ["models.replica.Router"],
        "apps": {
            "models": {"models": ["models"], "default_connection": "default", "migrations": "models.migrations"},
        },
        "use_tz": True,
        "timezone": "UTC",
    }


TORTOISE = tortoise_config("sqlite://:memory:")
"""For `tortoise makemigrations`, which compares models with migrations and opens no database."""
