"""How many SQL statements are run, for the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any


class Statements:
    """A count that the tasks of one request share."""

    def __init__(self) -> None:
        """None yet."""
        self.number = 0


_counted: ContextVar[Statements | None] = ContextVar("statements", default=None)


@contextmanager
def counting_statements() -> Iterator[Statements]:
    """Counts the statements that are run in the block, and in tasks that begin there."""
    statements = Statements()
    token = _counted.set(statements)
    try:
        yield statements
    finally:
        _counted.reset(token)


def count_statement() -> None:
    """Counts one, if anybody counts."""
    if statements := _counted.get():
        statements.number += 1


class Counted:
    """Part of a database client: each statement takes a connection once."""

    def acquire_connection(self) -> Any:
        """Counts, and gives the connection."""
        count_statement()
        return super().acquire_connection()  # type: ignore[misc]
