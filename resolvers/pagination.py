"""Keyset pagination: each page costs the same, and rows added in the meantime do not shift the following pages."""

import json
from base64 import urlsafe_b64decode
from binascii import b2a_base64
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import msgspec
from tortoise import Model

from licensing.messages import Message
from models.db.select import Row, Select
from resolvers.errors import BadUserInput

MAX_PAGE_SIZE = 100
DEFAULT_PAGE_SIZE = 50
BATCH_SIZE = 1_000
CURSOR_VERSION = 1
MAX_CURSOR_LENGTH = 1_000
MAX_INTEGER = 2**63 - 1
INT = range(-(2**31), 2**31)
"""The range of a 32-bit integer column."""

_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_json = msgspec.json.Encoder()

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The arguments that select a page of a connection.

    Raises:
        BadUserInput: The numbers are out of range or contradict each other.
    """

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        """Validate the arguments."""
        if self.first is not None and self.last is not None:
            raise BadUserInput(Message("Both `first` and `last` were given. Give one of them."))
        if self.before is not None and self.first is None and self.last is None:
            raise BadUserInput(Message("`before` was given without a number of items. Give `last` with it."))
        for name, number in (("first", self.first), ("last", self.last)):
            if number is not None and not 1 <= number <= MAX_PAGE_SIZE:
                raise BadUserInput(
                    Message(
                        "`{name}` is {number}. Give a number from 1 to {most}.",
                        name=name,
                        number=number,
                        most=MAX_PAGE_SIZE,
                    )
                )

    @property
    def size(self) -> int:
        """Return the maximum number of items on the page."""
        return self.first or self.last or DEFAULT_PAGE_SIZE

    @property
    def is_backward(self) -> bool:
        """Return whether the page is counted from the end of the list."""
        return self.last is not None


@dataclass(frozen=True, slots=True)
class Keyset:
    """The order of a list: columns that are never NULL, all in one direction, the last of them unique."""

    name: str
    """The name of the list, stored in its cursors so that those of other lists are rejected."""
    columns: Mapping[str, type[int] | type[str] | range]
    """The columns with the type or the range of their values."""
    is_descending: bool = False

    @property
    def order(self) -> str:
        """Return the name of the list and its order, which a cursor must match."""
        return f"{self.name}:{'-' if self.is_descending else ''}{','.join(self.columns)}"

    def cursor(self, values: Sequence[Any]) -> str:
        """Return the opaque cursor of a row, given the values of its columns."""
        [cursor] = self.cursors([values])
        return cursor

    def cursors(self, keys: Sequence[Sequence[Any]]) -> list[str]:
        """Return the cursors of several rows, encoded in one pass because per-row calls would dominate the cost."""
        beginning = b"\n" + _json.encode([CURSOR_VERSION, self.order])[:-1] + b","
        lines = (b"\n" + _json.encode_lines(keys)).replace(b"\n[", beginning).split(b"\n")[1:-1]
        return b"".join(map(b2a_base64, lines)).translate(_URL_SAFE, b"=").decode().split("\n")[:-1]

    def values(self, cursor: str) -> Sequence[Any]:
        """Return the values of the columns that a cursor stores.

        Raises:
            BadUserInput: The cursor is malformed, or belongs to another list or order.
        """
        decoded = decode_cursor(cursor)
        if decoded[:2] != [CURSOR_VERSION, self.order] or len(decoded) != 2 + len(self.columns):
            raise BadUserInput(
                Message("The cursor belongs to another list, or to another order of it. Start without a cursor.")
            )
        values = decoded[2:]
        if not all(_fits(value, kind) for value, kind in zip(values, self.columns.values(), strict=True)):
            raise BadUserInput(Message("The cursor is malformed. Start without a cursor."))
        return values

    def beyond(self, select: Select, cursor: str, *, backward: bool) -> str:
        """Return the condition that a row comes after a cursor, or before it if `backward`."""
        values = ", ".join(map(select.bind, self.values(cursor)))
        return f"({', '.join(self.expressions)}) {'<' if self.is_descending != backward else '>'} ({values})"

    def ordering(self, *, backward: bool) -> str:
        """Return the expressions of the ORDER BY clause."""
        direction = " DESC" if self.is_descending != backward else ""
        return ", ".join(f"{column}{direction}" for column in self.expressions)

    @property
    def expressions(self) -> list[str]:
        """Return the columns in SQL; `user__name_key` is a column of the table `user`, as in Tortoise."""
        return [".".join(f'"{part}"' for part in column.split("__")) for column in self.columns]


def _fits(value: object, kind: type[int] | type[str] | range) -> bool:
    return type(value) is int and value in kind if isinstance(kind, range) else type(value) is kind


def decode_cursor(cursor: str) -> list[Any]:
    """Return the content of a cursor of any list.

    Raises:
        BadUserInput: The cursor is malformed.
    """
    malformed = BadUserInput(Message("The cursor is malformed. Give one from `pageInfo` or an edge, or none."))
    if len(cursor) > MAX_CURSOR_LENGTH:
        raise malformed
    try:
        decoded = json.loads(urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
        json.dumps(decoded, ensure_ascii=False).encode()  # fails on lone surrogates
    except (ValueError, RecursionError):
        raise malformed from None
    if not isinstance(decoded, list):
        raise malformed
    for value in decoded:
        if (type(value) is int and abs(value) > MAX_INTEGER) or (type(value) is str and "\0" in value):
            raise malformed
    return decoded


@dataclass(slots=True)
class Page(Generic[T]):
    """A page of a list."""

    rows: Sequence[T]
    has_next_page: bool
    has_previous_page: bool
    keyset: Keyset
    keys: Sequence[Sequence[Any]]
    """The values of the keyset's columns for each row."""

    @property
    def cursors(self) -> list[str]:
        """Return the cursors of the rows."""
        return self.keyset.cursors(self.keys)

    @property
    def start_cursor(self) -> str | None:
        """Return the cursor of the first row; None on an empty page."""
        return self.keyset.cursor(self.keys[0]) if self.keys else None

    @property
    def end_cursor(self) -> str | None:
        """Return the cursor of the last row; None on an empty page."""
        return self.keyset.cursor(self.keys[-1]) if self.keys else None

    def of(self, rows: Sequence[U]) -> "Page[U]":
        """Return the same page with its rows replaced, one by one, by other objects."""
        return Page(rows, self.has_next_page, self.has_previous_page, self.keyset, self.keys)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """The FROM and WHERE clauses of a list; all conditions must hold, and `select` holds their parameters."""

    select: Select
    tables: str
    conditions: Sequence[str]

    def from_where(self, *more: str) -> str:
        """Return the clauses, with additional conditions."""
        return f"FROM {self.tables} WHERE {' AND '.join([*self.conditions, *more])}"

    def where(self, *conditions: str) -> "ListQuery":
        """Return the list restricted by additional conditions."""
        return replace(self, conditions=[*self.conditions, *conditions])

    async def count(self) -> int:
        """Return the number of rows."""
        [[number]] = await self.select.rows(f"SELECT count(*) {self.from_where()}")
        return number  # type: ignore[no-any-return]


def bounded(query: ListQuery, keys: Keyset, page: PageRequest, *conditions: str) -> str:
    """Return the clauses after the columns that select a page, in the order of the scan.

    One more row than the page size is selected, which shows whether another page follows.

    Raises:
        BadUserInput: A cursor belongs to another list or order.
    """
    beyond = list(conditions)
    if page.after is not None:
        beyond.append(keys.beyond(query.select, page.after, backward=False))
    if page.before is not None:
        beyond.append(keys.beyond(query.select, page.before, backward=True))
    # A literal limit: for a parameter PostgreSQL would assume a tenth of the table.
    return f"{query.from_where(*beyond)} ORDER BY {keys.ordering(backward=page.is_backward)} LIMIT {page.size + 1}"


def page_of(rows: Sequence[Row], keys: Keyset, page: PageRequest) -> Page[Row]:
    """Return a page of the rows that `bounded` selects, whose last columns are the values of the keyset."""
    has_more = len(rows) > page.size
    rows = rows[: page.size]
    if page.is_backward:
        rows = rows[::-1]
    width = len(keys.columns)
    return Page(
        rows=[row[:-width] for row in rows],
        has_next_page=page.before is not None if page.is_backward else has_more,
        has_previous_page=has_more if page.is_backward else page.after is not None,
        keyset=keys,
        keys=[row[-width:] for row in rows],
    )


async def fetch_page(
    query: ListQuery, keys: Keyset, page: PageRequest, model: type[Model], columns: Sequence[str]
) -> Page[Row]:
    """Return a page of a list, as rows of the given columns of a model, in one statement.

    Raises:
        BadUserInput: A cursor belongs to another list or order.
    """
    columns_sql = ", ".join([query.select.project(model, *columns), *keys.expressions])
    return page_of(await query.select.rows(f"SELECT {columns_sql} {bounded(query, keys, page)}"), keys, page)


async def fetch_pages(
    query: ListQuery, parts: Sequence[str], keys: Keyset, page: PageRequest, model: type[Model], columns: Sequence[str]
) -> list[Page[Row]]:
    """Return the same page of several parts of a list, each given by a condition, in one statement.

    Raises:
        BadUserInput: A cursor belongs to another list or order.
    """
    columns_sql = ", ".join([query.select.project(model, *columns), *keys.expressions])
    selects = [f"{columns_sql} {bounded(query, keys, page, part)}" for part in parts]
    return [page_of(rows, keys, page) for rows in await fetch_together(query.select, selects)]


async def fetch_together(select: Select, selects: Sequence[str]) -> list[list[Row]]:
    """Return the rows of several SELECTs of the same columns, given without the keyword, in one statement."""
    if len(selects) == 1:
        return [list(await select.rows(f"SELECT {selects[0]}"))]
    parts: list[list[Row]] = [[] for _ in selects]
    # Each SELECT is a subquery because SQLite does not allow LIMIT inside a union.
    union = " UNION ALL ".join(
        f"SELECT *, {number} AS part FROM (SELECT {columns}) AS part" for number, columns in enumerate(selects)
    )
    for row in await select.rows(union) if selects else ():
        parts[row[-1]].append(row[:-1])
    return parts


async def fetch_batches(
    list_query: Callable[[], Awaitable[ListQuery]], keys: Keyset, model: type[Model], columns: Sequence[str]
) -> AsyncIterator[list[Row]]:
    """Yield all rows of a list in batches, each read by a statement of its own, for which `list_query` is called."""
    width = len(keys.columns)
    after: str | None = None
    while True:
        query = await list_query()
        beyond = [] if after is None else [keys.beyond(query.select, after, backward=False)]
        columns_sql = ", ".join([query.select.project(model, *columns), *keys.expressions])
        order = f"ORDER BY {keys.ordering(backward=False)} LIMIT {BATCH_SIZE}"
        rows = await query.select.rows(f"SELECT {columns_sql} {query.from_where(*beyond)} {order}")
        if rows:
            yield [row[:-width] for row in rows]
        if len(rows) < BATCH_SIZE:
            return
        after = keys.cursor(rows[-1][-width:])
