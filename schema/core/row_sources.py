"""Sources of an object's fields: columns of its row, and related rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """A field read from a column of another name."""

    name: str


@dataclass(frozen=True, slots=True)
class _FunctionOfColumns:
    function: Callable[..., Any]
    columns: tuple[str, ...]

    def __init__(self, function: Callable[..., Any], *columns: str) -> None:
        """Initialize the source with a function and the names of its columns."""
        object.__setattr__(self, "function", function)
        object.__setattr__(self, "columns", columns)


class Computed(_FunctionOfColumns):
    """A field computed by a function from column values; None if the first value is None."""


class Localized(_FunctionOfColumns):
    """A field computed by a function from the caller's language and column values."""


@dataclass(frozen=True, slots=True)
class Nested:
    """A field with an object of another type, whose row is stored in a column."""

    column: str
    type: str


@dataclass(frozen=True, slots=True)
class NestedList:
    """A field with a list of objects of another type, whose rows are stored in a column."""

    column: str
    type: str


@dataclass(frozen=True, slots=True)
class ToOne:
    """A relation to at most one object, or to a value if `type` is None.

    It is looked up by the value of the column `key`, or by a tuple of the values of several columns: in the related
    rows named `rows` if the resolver passed them, otherwise by the data loader named `loader`.
    """

    rows: str
    key: str | tuple[str, ...]
    type: str | None
    loader: str


@dataclass(frozen=True, slots=True)
class ToMany:
    """A relation to a list of objects.

    The objects are the related rows named `rows` whose column `by` equals the column `key` of this row. If the resolver
    passed no such rows, they are loaded by the data loader named `loader`.
    """

    rows: str
    key: str
    by: str
    type: str
    loader: str


Source = Column | Computed | Localized | Nested | NestedList | ToOne | ToMany
