"""Pages of a list, by keyset: page 1,000 costs what page 1 costs, and what is added meanwhile shifts nothing."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
from pypika_tortoise.terms import Parameterizer
from tortoise.expressions import Q, RawSQL
from tortoise.queryset import QuerySet, ValuesListQuery

from licensing.wording import Words
from resolvers.errors import BadUserInput

MAX_SIZE = 100
DEFAULT_SIZE = 50
CURSOR_VERSION = 1
MAX_CURSOR_LENGTH = 1_000
MAX_INTEGER = 2**63 - 1
INT = range(-(2**31), 2**31)
"""Whole numbers in a column of 32 bits."""

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
            raise BadUserInput(Words("Both `first` and `last` were given. Give one of them."))
        if self.before is not None and self.first is None and self.last is None:
            raise BadUserInput(Words("`before` was given without a number of items. Give `last` with it."))
        for name, number in (("first", self.first), ("last", self.last)):
            if number is not None and not 1 <= number <= MAX_SIZE:
                raise BadUserInput(
                    Words(
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
        return next(self.cursors([values]))

    def cursors(self, places: Iterable[Sequence[Any]]) -> Iterator[str]:
        """The same of several places."""
        order, write = self.order, msgspec.json.Encoder().encode
        for values in places:
            yield urlsafe_b64encode(write([CURSOR_VERSION, order, *values])).decode().rstrip("=")

    def values(self, cursor: str) -> Sequence[Any]:
        """The place that a cursor names.

        Raises:
            BadUserInput: It is not a cursor of this list in this order.
        """
        read = read_cursor(cursor)
        if read[:2] != [CURSOR_VERSION, self.order] or len(read) != 2 + len(self.columns):
            raise BadUserInput(
                Words("The cursor belongs to another list, or to another order of it. Start without a cursor.")
            )
        values = read[2:]
        if not all(_fits(value, kind) for value, kind in zip(values, self.columns.values(), strict=True)):
            raise BadUserInput(Words("The cursor is malformed. Start without a cursor."))
        return values

    def beyond(self, cursor: str, *, backward: bool) -> Q:
        """The condition on all that comes after a cursor, or before it."""
        values = dict(zip(self.columns, self.values(cursor), strict=True))
        comparison = "lt" if self.is_descending != backward else "gt"
        condition = Q()
        equal: dict[str, Any] = {}
        for column, value in values.items():
            condition |= Q(**equal, **{f"{column}__{comparison}": value})
            equal[column] = value
        # Says nothing new, but lets an index on the first column begin the scan where the page begins.
        leading = next(iter(values))
        return Q(**{f"{leading}__{comparison}e": values[leading]}) & condition if len(values) > 1 else condition

    def ordering(self, *, backward: bool) -> list[str]:
        """The columns as Tortoise orders by them."""
        return [f"-{column}" if self.is_descending != backward else column for column in self.columns]


def _fits(value: object, kind: type[int] | type[str] | range) -> bool:
    return type(value) is int and value in kind if isinstance(kind, range) else type(value) is kind


def read_cursor(cursor: str) -> list[Any]:
    """What any list's cursor holds.

    Raises:
        BadUserInput: It is no cursor.
    """
    malformed = BadUserInput(Words("The cursor is malformed. Give one from `pageInfo` or an edge, or none."))
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
        return list(self.keyset.cursors(self.keys))

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

    def map(self, change: Callable[[T], U]) -> "Page[U]":
        """The same page with each row changed."""
        return self.of([change(row) for row in self.rows])


def bounded(queryset: QuerySet[Any], keys: Keyset, page: PageRequest) -> QuerySet[Any]:
    """The items of a page and one more, which tells whether another page follows, in the order of the scan."""
    if page.after is not None:
        queryset = queryset.filter(keys.beyond(page.after, backward=False))
    if page.before is not None:
        queryset = queryset.filter(keys.beyond(page.before, backward=True))
    return queryset.order_by(*keys.ordering(backward=page.is_backward)).limit(page.size + 1)


def page_of(rows: Sequence[tuple[Any, ...]], keys: Keyset, page: PageRequest) -> Page[tuple[Any, ...]]:
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
    queryset: QuerySet[Any], keys: Keyset, page: PageRequest, columns: Sequence[str]
) -> Page[tuple[Any, ...]]:
    """One page of a queryset's rows, as tuples of the named columns, in one statement.

    Raises:
        BadUserInput: A cursor of the page is not one of this list in this order.
    """
    rows = await bounded(queryset, keys, page).values_list(*columns, *keys.columns)
    return page_of(rows, keys, page)


async def fetch_pages(
    querysets: Sequence[QuerySet[Any]], keys: Keyset, page: PageRequest, columns: Sequence[str]
) -> list[Page[tuple[Any, ...]]]:
    """The same page of several querysets of one model, in one statement whatever their number.

    Raises:
        BadUserInput: A cursor of the page is not one of this list in this order.
    """
    wanted = [bounded(queryset, keys, page) for queryset in querysets]
    return [page_of(rows, keys, page) for rows in await fetch_together(wanted, [*columns, *keys.columns])]


async def fetch_together(querysets: Sequence[QuerySet[Any]], columns: Sequence[str]) -> list[list[tuple[Any, ...]]]:
    """The rows of several limited querysets of one model, in one statement whatever their number."""
    if len(querysets) < 2:
        return [await queryset.values_list(*columns) for queryset in querysets]
    queries = [
        queryset.annotate(part=RawSQL(str(part))).values_list("part", *columns)
        for part, queryset in enumerate(querysets)
    ]
    parts: list[list[tuple[Any, ...]]] = [[] for _ in querysets]
    for part, *row in await _union_all(queries):
        parts[part].append(tuple(row))
    return parts


async def _union_all(queries: Sequence[ValuesListQuery[Any]]) -> list[tuple[Any, ...]]:
    """What limited queries of one model find; each is a subquery, since SQLite takes no LIMIT inside a union."""
    for query in queries:
        query._choose_db_if_not_chosen()
        query._make_query()
    first = queries[0]
    values = Parameterizer()
    context = first.query.QUERY_CLS.SQL_CONTEXT.copy(parameterizer=values)
    statement = " UNION ALL ".join(f"SELECT * FROM ({query.query.get_sql(context)}) AS part" for query in queries)
    _, found = await first._db.execute_query(statement, values.values)
    readers = [(name, first.resolve_to_python_value(first.model, field)) for name, field in first.fields.items()]
    return [tuple(read(row[name]) for name, read in readers) for row in found]


async def fetch_batches(
    queryset: QuerySet[Any], keys: Keyset, columns: Sequence[str], *, size: int = 1_000
) -> AsyncIterator[list[tuple[Any, ...]]]:
    """All of a queryset's rows, some at once, each batch read by a statement of its own when it is asked for."""
    width = len(keys.columns)
    wanted = queryset
    while True:
        found = wanted.order_by(*keys.ordering(backward=False)).limit(size)
        rows = await found.values_list(*columns, *keys.columns)
        if rows:
            yield [row[:-width] for row in rows]
        if len(rows) < size:
            return
        wanted = queryset.filter(keys.beyond(keys.cursor(rows[-1][-width:]), backward=False))
