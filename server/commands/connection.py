"""The database connection of a command and the installation that it works on."""

from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from tortoise import Tortoise

from models.db.config import tortoise_config
from models.db.migrate import pending_migrations
from resolvers.context import Context, system_context
from resolvers.operations.installations import find_installation
from resolvers.principals import COMMAND_LINE
from server.settings import read_settings


class CommandError(Exception):
    """A command failed; the message says why and what to do next."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


@asynccontextmanager
async def database_connection() -> AsyncIterator[None]:
    """Connect to the configured database for the duration of the block.

    Raises:
        CommandError: The database has pending migrations.
    """
    url = read_settings().unpooled_url
    try:
        if await pending_migrations(url):
            raise CommandError("DATABASE_OUTDATED", "The database is not up to date. Run `seatkeeper migrate`.")
        await Tortoise.init(config=tortoise_config(url, without_timeouts=True))
        yield
    finally:
        # An open SQLite connection would keep the process alive.
        await Tortoise.close_connections()


@asynccontextmanager
async def installation_context(arguments: Namespace) -> AsyncIterator[Context]:
    """Connect to the database and yield a context with full access to one installation.

    The installation is the one that `--installation` names, or the only one.

    Raises:
        CommandError: The database has pending migrations.
        Invalid: There is no such installation, or none is named although there are several.
    """
    async with database_connection():
        installation = await find_installation(arguments.installation)
        yield system_context(installation.id, actor=COMMAND_LINE, request_id=f"command-{uuid4().hex}")
