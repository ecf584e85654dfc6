"""Pages of a list, by keyset: page 1,000 costs what page 1 costs, and what is added meanwhile shifts nothing."""

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

MAX_SIZE = 100
DEFAULT_SIZE = 50
CURSOR_VERSION = 1
MAX_CURSOR_LENGTH = 1_000
MAX_INTEGER = 2**63 - 1
INT = range(-(2**31), 2**31)
"""Whole numbers in a column of 32 bits."""

_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_json = msgspec.json.Encoder()

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list is asked for.

    Raises:
        BadUserInput: The numbers are out of range, or contradict each other.
    """

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        """Refuses what means nothing."""
        if self.first is not None and self.last is not None:
            raise BadUserInput(Message("Both `first` and `last` were given. Give one of them."))
        if self.before is not None and self.first is None and self.last is None:
            raise BadUserInput(Message("`before` was given without a number of items. Give `last` with it."))
        for name, number in (("first", self.first), ("last", self.last)):
            if number is not None and not 1 <= number <= MAX_SIZE:
                raise BadUserInput(
                    Message(
                        "`{name}` is {number}. Give a number from 1 to {most}.", name=name, number=number, most=MAX_SIZE
                    )
                )

    @property
    def size(self) -> int:
        """The largest number of items that the page may hold."""
        return self.first or self.last or DEFAULT_SIZE

    @property
    def is_backward(self) -> bool:
        """Whether the page is counted from the end."""
        return self.last is not None


@dataclass(frozen=True, slots=True)
class Keyset:
    """The order of a list: columns that are never NULL, all in one direction, the last of them unique."""

    name: str
    """The list's name, so that a cursor of another list is not taken for one of this."""
    columns: Mapping[str, type[int] | type[str] | range]
    """Each with the type of its values, or with their range."""
    is_descending: bool = False

    @property
    def order(self) -> str:
        """What a cursor must agree with."""
        return f"{self.name}:{'-' if self.is_descending else ''}{','.join(self.columns)}"

    def cursor(self, values: Sequence[Any]) -> str:
        """The opaque name of a place in the list."""
        [cursor] = self.cursors([values])
        return cursor

    def cursors(self, places: Sequence[Sequence[Any]]) -> list[str]:
        """The same of several places: written together, since steps for each would cost more than Base64 itself."""
        beginning = b"\n" + _json.encode([CURSOR_VERSION, self.order])[:-1] + b","
        lines = (b"\n" + _json.encode_lines(places)).replace(b"\n[", beginning).split(b"\n")[1:-1]
        return b"".join(map(b2a_base64, lines)).translate(_URL_SAFE, b"=").decode().split("\n")[:-1]

    def values(self, cursor: str) -> Sequence[Any]:
        """The place that a cursor names.

        Raises:
            BadUserInput: It is not a cursor of this list in this order.
        """
        read = read_cursor(cursor)
        if read[:2] != [CURSOR_VERSION, self.order] or len(read) != 2 + len(self.columns):
            raise BadUserInput(
                Message("The cursor belongs to another list, or to another order of it. Start without a cursor.")
            )
        values = read[2:]
        if not all(_fits(value, kind) for value, kind in zip(values, self.columns.values(), strict=True)):
            raise BadUserInput(Message("The cursor is malformed. Start without a cursor."))
        return values

    def beyond(self, select: Select, cursor: str, *, backward: bool) -> str:
        """The condition on all that comes after a cursor, or before it."""
        values = ", ".join(map(select.bind, self.values(cursor)))
        return f"({', '.join(self.expressions)}) {'<' if self.is_descending != backward else '>'} ({values})"

    def ordering(self, *, backward: bool) -> str:
        """What stands after ORDER BY."""
        direction = " DESC" if self.is_descending != backward else ""
        return ", ".join(f"{column}{direction}" for column in self.expressions)

    @property
    def expressions(self) -> list[str]:
        """The columns in SQL: `user__name_key` is that of the table `user`, as in Tortoise."""
        return [".".join(f'"{part}"' for part in column.split("__")) for column in self.columns]


def _fits(value: object, kind: type[int] | type[str] | range) -> bool:
    return type(value) is int and value in kind if isinstance(kind, range) else type(value) is kind


def read_cursor(cursor: str) -> list[Any]:
    """What any list's cursor holds.

    Raises:
        BadUserInput: It is no cursor.
    """
    malformed = BadUserInput(Message("The cursor is malformed. Give one from `pageInfo` or an edge, or none."))
    if len(cursor) > MAX_CURSOR_LENGTH:
        raise malformed
    try:
        read = json.loads(urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
        json.dumps(read, ensure_ascii=False).encode()  # fails on lone surrogates
    except (ValueError, RecursionError):
        raise malformed from None
    if not isinstance(read, list):
        raise malformed
    for value in read:
        if (type(value) is int and abs(value) > MAX_INTEGER) or (type(value) is str and "\0" in value):
            raise malformed
    return read


@dataclass(slots=True)
class Page(Generic[T]):
    """Some consecutive items of a list."""

    rows: Sequence[T]
    has_next_page: bool
    has_previous_page: bool
    keyset: Keyset
    keys: Sequence[Sequence[Any]]
    """The keyset's values, for each row."""

    @property
    def cursors(self) -> list[str]:
        """A cursor for each row."""
        return self.keyset.cursors(self.keys)

    @property
    def start_cursor(self) -> str | None:
        """The first row's cursor; None on an empty page."""
        return self.keyset.cursor(self.keys[0]) if self.keys else None

    @property
    def end_cursor(self) -> str | None:
        """The last row's cursor; None on an empty page."""
        return self.keyset.cursor(self.keys[-1]) if self.keys else None

    def of(self, rows: Sequence[U]) -> "Page[U]":
        """The same page with each row replaced by something made of it."""
        return Page(rows, self.has_next_page, self.has_previous_page, self.keyset, self.keys)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a list holds: tables, and conditions that all must hold, whose values the select has."""

    select: Select
    tables: str
    conditions: Sequence[str]

    def from_where(self, *more: str) -> str:
        """Everything after the columns."""
        return f"FROM {self.tables} WHERE {' AND '.join([*self.conditions, *more])}"

    def where(self, *conditions: str) -> "ListQuery":
        """What of it fulfills more conditions."""
        return replace(self, conditions=[*self.conditions, *conditions])

    async def count(self) -> int:
        """How many rows there are."""
        [[number]] = await self.select.rows(f"SELECT count(*) {self.from_where()}")
        return number  # type: ignore[no-any-return]


def bounded(listed: ListQuery, keys: Keyset, page: PageRequest, *conditions: str) -> str:
    """The items of a page and one more, which tells whether another page follows, in the order of the scan.

    Raises:
        BadUserInput: A cursor of the page is not one of this list in this order.
    """
    beyond = list(conditions)
    if page.after is not None:
        beyond.append(keys.beyond(listed.select, page.after, backward=False))
    if page.before is not None:
        beyond.append(keys.beyond(listed.select, page.before, backward=True))
    # The limit stands in the text: not knowing it, PostgreSQL would prepare for a tenth of all there is.
    return f"{listed.from_where(*beyond)} ORDER BY {keys.ordering(backward=page.is_backward)} LIMIT {page.size + 1}"


def page_of(rows: Sequence[Row], keys: Keyset, page: PageRequest) -> Page[Row]:
    """The page made of what `bounded` found, the keyset's values being the last columns of each row."""
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
    listed: ListQuery, keys: Keyset, page: PageRequest, model: type[Model], columns: Sequence[str]
) -> Page[Row]:
    """One page of a list, as rows of the model's columns, in one statement.

    Raises:
        BadUserInput: A cursor of the page is not one of this list in this order.
    """
    read = ", ".join([listed.select.project(model, *columns), *keys.expressions])
    return page_of(await listed.select.rows(f"SELECT {read} {bounded(listed, keys, page)}"), keys, page)


async def fetch_pages(
    listed: ListQuery, parts: Sequence[str], keys: Keyset, page: PageRequest, model: type[Model], columns: Sequence[str]
) -> list[Page[Row]]:
    """The same page of each part of a list, of which the condition is given, in one statement whatever their number.

    Raises:
        BadUserInput: A cursor of the page is not one of this list in this order.
    """
    read = ", ".join([listed.select.project(model, *columns), *keys.expressions])
    wanted = [f"{read} {bounded(listed, keys, page, part)}" for part in parts]
    return [page_of(rows, keys, page) for rows in await fetch_together(listed.select, wanted)]


async def fetch_together(select: Select, wanted: Sequence[str]) -> list[list[Row]]:
    """The rows of several limited SELECTs of the same columns, in one statement whatever their number."""
    if len(wanted) == 1:
        return [list(await select.rows(f"SELECT {wanted[0]}"))]
    parts: list[list[Row]] = [[] for _ in wanted]
    # Each is a subquery, since SQLite takes no LIMIT inside a union.
    together = " UNION ALL ".join(
        f"SELECT *, {number} AS part FROM (SELECT {one}) AS part" for number, one in enumerate(wanted)
    )
    for row in await select.rows(together) if wanted else ():
        parts[row[-1]].append(row[:-1])
    return parts


async def fetch_batches(
    listed: Callable[[], Awaitable[ListQuery]],
    keys: Keyset,
    model: type[Model],
    columns: Sequence[str],
    *,
    size: int = 1_000,
) -> AsyncIterator[list[Row]]:
    """All rows of a list, some at once, each batch read by a statement of its own when it is asked for."""
    width = len(keys.columns)
    after: str | None = None
    while True:
        some = await listed()
        beyond = [] if after is None else [keys.beyond(some.select, after, backward=False)]
        read = ", ".join([some.select.project(model, *columns), *keys.expressions])
        order = f"ORDER BY {keys.ordering(backward=False)} LIMIT {size}"
        rows = await some.select.rows(f"SELECT {read} {some.from_where(*beyond)} {order}")
        if rows:
            yield [row[:-width] for row in rows]
        if len(rows) < size:
            return
        after = keys.cursor(rows[-1][-width:])
