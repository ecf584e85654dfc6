"""`seatkeeper serve`, `migrate` and `schema`: commands to run the server."""

import asyncio
import json
import os
from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import uvicorn

from models.db.config import is_sqlite
from models.db.migrate import BrokenReferences, migrate, pending_migrations
from server.commands.arguments import Subparsers, add_command, add_json_option
from server.commands.connection import CommandError
from server.commands.terminal import print_line
from server.middleware.uvicorn_protocol import ConnectionLimits, UvicornProtocol
from server.middleware.uvicorn_websocket import MAX_MESSAGE_SIZE, UvicornWebSocketProtocol
from server.settings import read_settings

GRACEFUL_SHUTDOWN_TIMEOUT = 20
"""Seconds that requests in flight have to finish at shutdown; open streams would never finish."""


def register(commands: Subparsers) -> None:
    """Register the commands."""
    serving = add_command(commands, "serve", serve, "run the server")
    serving.add_argument("--host", default="127.0.0.1", metavar="H", help="address to listen on (default: 127.0.0.1)")
    serving.add_argument("--port", type=int, default=8000, metavar="P", help="port to listen on (default: 8000)")
    serving.add_argument(
        "--workers", type=_positive_int, default=1, metavar="N", help="number of processes (default: 1)"
    )
    add_command(commands, "migrate", migrate_database, "apply pending database migrations")
    add_json_option(add_command(commands, "schema", print_schema, "print the GraphQL schema"))


def serve(arguments: Namespace) -> None:
    """Run the server until the process is stopped.

    Raises:
        CommandError: The database has pending migrations, or several workers are requested on SQLite.
    """
    settings = read_settings()
    if arguments.workers > 1 and is_sqlite(settings.database_url):
        message = (
            "SQLite supports one process. Leave --workers out, or set SEATKEEPER_DATABASE_URL to a PostgreSQL database."
        )
        raise CommandError("WORKERS_ON_SQLITE", message)
    if asyncio.run(pending_migrations(settings.unpooled_url)):
        raise CommandError("DATABASE_OUTDATED", "The database is not up to date. Run `seatkeeper migrate`.")
    with _create_metrics_directory(arguments.workers):
        uvicorn.run(
            "server.app:from_environment",
            factory=True,
            host=arguments.host,
            port=arguments.port,
            workers=arguments.workers,
            http=UvicornProtocol.with_limits(ConnectionLimits(settings.max_connections)),
            ws=UvicornWebSocketProtocol,
            timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_TIMEOUT,
            ws_max_size=MAX_MESSAGE_SIZE,
            ws_per_message_deflate=False,  # a small message could expand to a large one
            forwarded_allow_ips=list(settings.trusted_proxies),
            log_config=None,  # the application logs requests itself
            access_log=False,
            server_header=False,
        )


async def migrate_database(arguments: Namespace) -> None:
    """Apply pending migrations, after copying the database if it is SQLite.

    Raises:
        CommandError: A migration failed; the database was restored.
    """
    url = read_settings().unpooled_url
    if not await pending_migrations(url):
        print_line("The database is up to date.")
        return
    try:
        backup = await migrate(url)
    except BrokenReferences as error:
        message = f"The database was restored: {error}. Report this with the version that you upgraded from."
        raise CommandError("MIGRATION_FAILED", message) from None
    print_line("The database is up to date now." + (f" Copy of its previous state: {backup}" if backup else ""))


def print_schema(arguments: Namespace) -> None:
    """Print the schema in the schema definition language, or as an introspection result in JSON."""
    from schema.build import introspection, print_sdl  # slow to build and needed by no other command

    print_line(
        json.dumps(introspection(), indent=2, ensure_ascii=False) if arguments.json else print_sdl().rstrip("\n")
    )


@contextmanager
def _create_metrics_directory(workers: int) -> Iterator[None]:
    """Set up the directory in which several processes share metrics.

    Prometheus reads the environment variable on import, so it must be set before the workers start.
    """
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
    if workers == 1:
        yield
        return
    with TemporaryDirectory(prefix="seatkeeper-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def _positive_int(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a positive number")
    return int(text)
