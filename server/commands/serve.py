"""`seatkeeper serve`, `migrate` and `schema`: running the server."""

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
from server.commands.arguments import Subparsers, add_command, takes_json
from server.commands.connection import CommandError
from server.commands.terminal import say
from server.graphql.streams import Protocol
from server.middleware.body_limit import MAX_BODY_SIZE
from server.settings import read_settings

SHUTDOWN_SECONDS = 20
"""How long requests in flight may take to finish; open streams would never."""


def add_to(commands: Subparsers) -> None:
    """Adds the commands."""
    serving = add_command(commands, "serve", serve, "answer requests")
    serving.add_argument("--host", default="127.0.0.1", metavar="H", help="address to listen on (default: 127.0.0.1)")
    serving.add_argument("--port", type=int, default=8000, metavar="P", help="port to listen on (default: 8000)")
    serving.add_argument("--workers", type=_at_least_one, default=1, metavar="N", help="processes (default: 1)")
    add_command(commands, "migrate", update_database, "bring the database up to date")
    takes_json(add_command(commands, "schema", print_schema, "print the GraphQL schema"))


def serve(arguments: Namespace) -> None:
    """Answers requests until it is told to stop."""
    settings = read_settings()
    if arguments.workers > 1 and is_sqlite(settings.database_url):
        message = "SQLite serves one process. Leave --workers out, or set SEATKEEPER_DATABASE_URL to a PostgreSQL."
        raise CommandError("WORKERS_ON_SQLITE", message)
    if asyncio.run(pending_migrations(settings.unpooled_url)):
        raise CommandError("DATABASE_OUTDATED", "The database is not up to date. Run `seatkeeper migrate`.")
    with _counting(arguments.workers):
        uvicorn.run(
            "server.app:from_environment",
            factory=True,
            host=arguments.host,
            port=arguments.port,
            workers=arguments.workers,
            http=Protocol,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            ws_max_size=MAX_BODY_SIZE,
            forwarded_allow_ips=list(settings.trusted_proxies),
            log_config=None,  # the application writes a line per request of its own
            access_log=False,
            server_header=False,
        )


async def update_database(arguments: Namespace) -> None:
    """Brings the database up to date; a SQLite file is copied first."""
    url = read_settings().unpooled_url
    if not await pending_migrations(url):
        say("The database is up to date.")
        return
    try:
        backup = await migrate(url)
    except BrokenReferences as error:
        message = f"The database was put back as it was: {error}. Report this, with the version you come from."
        raise CommandError("MIGRATION_FAILED", message) from None
    say("The database is up to date now." + (f" As it was before: {backup}" if backup else ""))


def print_schema(arguments: Namespace) -> None:
    """Prints the schema in the schema definition language, or as introspection answers it."""
    from schema.build import introspection, print_sdl  # slow to build, and no other command needs it

    say(json.dumps(introspection(), indent=2, ensure_ascii=False) if arguments.json else print_sdl().rstrip("\n"))


@contextmanager
def _counting(workers: int) -> Iterator[None]:
    """Gives several processes a folder to count in; it must be named before they import the library that counts."""
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
    if workers == 1:
        yield
        return
    with TemporaryDirectory(prefix="seatkeeper-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)
