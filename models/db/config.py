"""Tortoise's configuration, derived from a database URL."""

from typing import Any
from urllib.parse import unquote, urlsplit

from models.db.replica import PRIMARY, REPLICA

MODEL_MODULES = [
    "models.api_token",
    "models.assignment",
    "models.audit_event",
    "models.change_set",
    "models.idempotency",
    "models.installation",
    "models.license",
    "models.seat_batch",
    "models.session",
    "models.sign_in_attempt",
    "models.user",
    "models.vendor",
    "models.webhook",
]
"""The modules that define Tortoise models."""
SQLITE_PRAGMAS = {"journal_mode": "WAL", "foreign_keys": "ON", "busy_timeout": 2000, "synchronous": "FULL"}
POSTGRES_SETTINGS = {"timezone": "UTC", "application_name": "seatkeeper"}
REQUEST_TIMEOUTS = {"statement_timeout": "5s", "lock_timeout": "2s"}
NO_TIMEOUTS = {"statement_timeout": "0", "lock_timeout": "0"}
COMMAND_TIMEOUT = 6.0
"""Seconds after which a connection to a PostgreSQL server that ignores `statement_timeout` is abandoned."""
POOL_SIZE = 8


def is_sqlite(database_url: str) -> bool:
    """Return whether a database URL names a SQLite file."""
    return urlsplit(database_url).scheme == "sqlite"


def sqlite_path(database_url: str) -> str:
    """Return the path in a `sqlite://` URL; a relative one is relative to the working directory."""
    return database_url.removeprefix("sqlite://")


def connection_config(
    database_url: str, *, pool_size: int = POOL_SIZE, without_timeouts: bool = False, uses_pooler: bool = False
) -> dict[str, Any]:
    """Return the configuration of one connection to `sqlite://FILE` or `postgres://USER:PASSWORD@HOST:PORT/NAME`.

    Args:
        database_url: The database's URL.
        pool_size: The maximum number of connections.
        without_timeouts: Whether to disable timeouts, for commands and migrations.
        uses_pooler: Whether the URL is that of a connection pooler, behind which prepared statements and settings do
            not last beyond a transaction.

    Raises:
        ValueError: The URL has neither form.
    """
    url = urlsplit(database_url)
    if url.scheme == "sqlite" and sqlite_path(database_url):
        return {"engine": "models.db.sqlite", "credentials": {"file_path": sqlite_path(database_url), **SQLITE_PRAGMAS}}
    if url.scheme in ("postgres", "postgresql") and url.path.strip("/"):
        return {
            "engine": "models.db.postgres",
            "credentials": {
                "host": url.hostname or "127.0.0.1",
                "port": url.port or 5432,
                "user": unquote(url.username or "postgres"),
                "password": unquote(url.password) if url.password else None,
                "database": url.path.strip("/"),
                "minsize": 1,
                "maxsize": pool_size,
                "command_timeout": None if without_timeouts else COMMAND_TIMEOUT,
                "server_settings": POSTGRES_SETTINGS
                | ({} if uses_pooler else NO_TIMEOUTS if without_timeouts else REQUEST_TIMEOUTS),
                **({"statement_cache_size": 0} if uses_pooler else {}),
            },
        }
    raise ValueError("a database address is sqlite://FILE or postgres://USER:PASSWORD@HOST:PORT/NAME")


def tortoise_config(
    database_url: str,
    replica_url: str | None = None,
    *,
    pool_size: int = POOL_SIZE,
    without_timeouts: bool = False,
    uses_pooler: bool = False,
) -> dict[str, Any]:
    """Return the configuration for `Tortoise.init` and for migrations.

    Args:
        database_url: The URL of the primary database.
        replica_url: The URL of a read replica; None if there is none.
        pool_size: The maximum number of connections to each database.
        without_timeouts: Whether to disable timeouts, for commands and migrations.
        uses_pooler: Whether `database_url` is that of a connection pooler.
    """
    primary = connection_config(
        database_url, pool_size=pool_size, without_timeouts=without_timeouts, uses_pooler=uses_pooler
    )
    replica = (
        connection_config(replica_url, pool_size=pool_size, without_timeouts=without_timeouts) if replica_url else None
    )
    return {
        "connections": {PRIMARY: primary} | ({REPLICA: replica} if replica else {}),
        "routers": ["models.db.replica.Router"],
        "apps": {
            "models": {"models": MODEL_MODULES, "default_connection": PRIMARY, "migrations": "models.migrations"},
        },
        "use_tz": True,
        "timezone": "UTC",
    }


TORTOISE = tortoise_config("sqlite://:memory:")
"""The configuration for `tortoise makemigrations`, which compares models with migrations without a database."""
