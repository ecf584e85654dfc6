"""Reads from a copy of the database, which may lag behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from models.installation import Installation

PRIMARY, REPLICA = "default", "replica"
"""Names of connections."""

_reads_from: ContextVar[str] = ContextVar("reads_from", default=PRIMARY)


class Router:
    """Tells Tortoise where to read; it writes to the primary alone."""

    def db_for_read(self, model: type[Any]) -> str:
        """The connection that reads go to at the moment."""
        return reads_from()

    def db_for_write(self, model: type[Any]) -> str:
        """The primary."""
        return PRIMARY


def reads_from() -> str:
    """The name of the connection that reads go to at the moment."""
    return _reads_from.get()


@contextmanager
def reading_from(connection_name: str) -> Iterator[None]:
    """Has everything in the block read from this connection."""
    token = _reads_from.set(connection_name)
    try:
        yield
    finally:
        _reads_from.reset(token)


async def installation_version(installation_id: int, connection_name: str) -> int | None:
    """How far this connection's copy of an installation has got; None if it has no such installation."""
    with reading_from(connection_name):
        found = await Installation.filter(id=installation_id).values_list("version")
    return found[0][0] if found else None
