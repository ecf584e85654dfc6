"""A command's connection to the database, and the installation that it works on."""

from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from tortoise import Tortoise

from models.db.config import tortoise_config
from models.db.migrate import pending_migrations
from resolvers.context import COMMAND_LINE, Context, system_context
from resolvers.operations.installations import find_installation
from server.settings import read_settings


class CommandError(Exception):
    """A command that cannot do what was asked, by a code and by what to do next."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


@asynccontextmanager
async def connected() -> AsyncIterator[None]:
    """Connects to the database that is set, if it is up to date, for as long as the block lasts.

    Raises:
        Refused: It is not.
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
async def in_installation(arguments: Namespace) -> AsyncIterator[Context]:
    """The same, and the right to do everything in the installation that the arguments name, or the only one."""
    async with connected():
        installation = await find_installation(arguments.installation)
        yield system_context(installation.id, actor=COMMAND_LINE, request_id=f"command-{uuid4().hex}")
