"""The number of SQL statements that a request runs, for its log line."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class QueryCount:
    """A counter that all tasks of one request share."""

    def __init__(self) -> None:
        """Start at zero."""
        self.number = 0


_current_count: ContextVar[QueryCount | None] = ContextVar("query_count", default=None)


@contextmanager
def count_queries() -> Iterator[QueryCount]:
    """Yield a count of the statements that the block runs, and the tasks that begin in it."""
    count = QueryCount()
    token = _current_count.set(count)
    try:
        yield count
    finally:
        _current_count.reset(token)


def increment_query_count() -> None:
    """Add one statement to the current count, if there is one."""
    if count := _current_count.get():
        count.number += 1
