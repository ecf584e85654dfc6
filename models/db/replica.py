"""Reads from a replica of the database, which may lag behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from models.installation import Installation

PRIMARY, REPLICA = "default", "replica"
"""Names of Tortoise's connections."""

_read_connection: ContextVar[str] = ContextVar("read_connection", default=PRIMARY)


class Router:
    """Tortoise's router: reads use the current read connection, writes the primary."""

    def db_for_read(self, model: type[Any]) -> str:
        """Return the name of the current read connection."""
        return read_connection()

    def db_for_write(self, model: type[Any]) -> str:
        """Return the name of the primary connection."""
        return PRIMARY


def read_connection() -> str:
    """Return the name of the current read connection, by default the primary."""
    return _read_connection.get()


@contextmanager
def reading_from(connection_name: str) -> Iterator[None]:
    """Read from this connection within the block."""
    token = _read_connection.set(connection_name)
    try:
        yield
    finally:
        _read_connection.reset(token)


async def installation_version(installation_id: int, connection_name: str) -> int | None:
    """Return the version of an installation as read from a connection; None if it is missing there."""
    with reading_from(connection_name):
        rows = await Installation.filter(id=installation_id).values_list("version")
    return rows[0][0] if rows else None
