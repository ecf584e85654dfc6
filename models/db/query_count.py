"""How many SQL statements are run, for the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any


class QueryCount:
    """A count that the tasks of one request share."""

    def __init__(self) -> None:
        """None yet."""
        self.number = 0


_counted: ContextVar[QueryCount | None] = ContextVar("statements", default=None)


@contextmanager
def count_queries() -> Iterator[QueryCount]:
    """Counts the statements that are run in the block, and in tasks that begin there."""
    statements = QueryCount()
    token = _counted.set(statements)
    try:
        yield statements
    finally:
        _counted.reset(token)


def increment_query_count() -> None:
    """Counts one, if anybody counts."""
    if statements := _counted.get():
        statements.number += 1


class CountingClient:
    """Part of a database client: each statement takes a connection once."""

    def acquire_connection(self) -> Any:
        """Counts, and gives the connection."""
        increment_query_count()
        return super().acquire_connection()  # type: ignore[misc]
