"""Objects read from rows: how a type is read from a row stands in its class, once.

    __mapping__ = RowMapping(AssignmentRow, id=Computed(encode, "id"), user=ToOne("users", "user_id", "User", "user"))

A resolver returns `Rows(LicenseAssignment, rows, context, users=rows_by_id)`, an ordinary sequence of objects of the
class. Each reads its attributes from its row when they are asked for: a field that is not named is the column of that
name, and a relation that the resolver did not bring along is read by a loader, one statement for all objects together.
"""

from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any, Generic, TypeVar, overload

from licensing.messages import Message
from resolvers.context import Context
from resolvers.errors import Forbidden
from resolvers.users.users import Redacted
from schema.core.descriptions import TYPES
from schema.core.user_errors import graphql_error

T = TypeVar("T")
Getter = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column by another name."""

    name: str


@dataclass(frozen=True, slots=True)
class Computed:
    """What a function makes of columns; where the first is None, None."""

    function: Callable[..., Any]
    columns: tuple[str, ...]

    def __init__(self, function: Callable[..., Any], *columns: str) -> None:
        """Take the columns one by one."""
        object.__setattr__(self, "function", function)
        object.__setattr__(self, "columns", columns)


@dataclass(frozen=True, slots=True)
class Localized:
    """What a function makes of the caller's language and of columns."""

    function: Callable[..., Any]
    columns: tuple[str, ...]

    def __init__(self, function: Callable[..., Any], *columns: str) -> None:
        """Take the columns one by one."""
        object.__setattr__(self, "function", function)
        object.__setattr__(self, "columns", columns)


@dataclass(frozen=True, slots=True)
class Nested:
    """An object of another type, whose row is in a column."""

    column: str
    type: str


@dataclass(frozen=True, slots=True)
class NestedList:
    """Objects of another type, whose rows are in a column."""

    column: str
    type: str


@dataclass(frozen=True, slots=True)
class ToOne:
    """What `related[rows]`, or else the loader, has for the value of a column or of several: an object or a value."""

    rows: str
    key: str | tuple[str, ...]
    type: str | None
    loader: str


@dataclass(frozen=True, slots=True)
class ToMany:
    """Objects for the rows of `related[rows]` whose column `by` equals our `key`, or else for those of the loader."""

    rows: str
    key: str
    by: str
    type: str
    loader: str


Source = Column | Computed | Localized | Nested | NestedList | ToOne | ToMany


class RowMapping:
    """How a type is read: its fields by their sources, from tuples by position and from other objects by name."""

    def __init__(self, row: type, **fields: Source) -> None:
        """Fields that are not named are read from the columns of their names."""
        self.positions: dict[str, int] | None = (
            {name: position for position, name in enumerate(row._fields)} if issubclass(row, tuple) else None  # type: ignore[attr-defined]
        )
        self.fields = fields
        self._view: type | None = None

    def getter(self, *columns: str) -> Getter:
        """A function from a row to the value of a column, or to those of several."""
        if self.positions is None:
            return attrgetter(*columns)
        return itemgetter(*(self.positions[column] for column in columns))

    def expression(self, row: str, column: str) -> str:
        """The same of one column, as Python text."""
        return f"{row}.{column}" if self.positions is None else f"{row}[{self.positions[column]}]"

    def view(self, type_: type[T]) -> type[T]:
        """The class of the type's objects that are read from rows."""
        if self._view is None:
            definition: Any = type_.__strawberry_definition__  # type: ignore[attr-defined]
            plain = [field.python_name for field in definition.fields if field.base_resolver is None]
            attributes: dict[str, Any] = {name: property(self._reader(name)) for name in plain}
            self._view = type(type_.__name__, (type_,), {"__init__": _init, "__repr__": object.__repr__, **attributes})
        return self._view

    def _reader(self, name: str) -> Getter:
        match source := self.fields.get(name, Column(name)):
            case Column():
                return _column(self.getter(source.name))
            case Computed():
                return _of(source.function, self.getter(*source.columns), several=len(source.columns) > 1)
            case Localized():
                return _in_language(source.function, self.getter(*source.columns))
            case Nested():
                return _inner(self.getter(source.column), source.type)
            case NestedList():
                return _each(self.getter(source.column), source.type)
            case ToOne():
                keys = (source.key,) if isinstance(source.key, str) else source.key
                return _one(source, self.getter(*keys))
            case ToMany():
                return _many(source, self.getter(source.key))


class Related:
    """What a resolver brought along for its rows, shared by all objects below them."""

    def __init__(self, context: Context, tables: Mapping[str, Any]) -> None:
        self.context = context
        self.tables = tables
        self.groups: dict[ToMany, dict[Hashable, list[Any]]] = {}

    def group(self, source: ToMany, key: Hashable) -> Sequence[Any]:
        """The rows of a table that belong to a key; the table is gone through once."""
        if source not in self.groups:
            groups = self.groups[source] = {}
            by = row_columns(TYPES[source.type]).getter(source.by)
            for row in self.tables[source.rows]:
                groups.setdefault(by(row), []).append(row)
        return self.groups[source].get(key, ())


class Rows(Sequence[T], Generic[T]):
    """Rows as objects of a type."""

    __slots__ = ("related", "rows", "type")

    def __init__(self, type_: type[T], rows: Sequence[Any], context: Context, **related: Any) -> None:
        """Bring along `related` rows: for `ToOne` a mapping by key, for `ToMany` a list."""
        self.type = type_
        self.rows = rows
        self.related = Related(context, related)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        if isinstance(index, slice):
            return [make_object(self.type, row, self.related) for row in self.rows[index]]
        return make_object(self.type, self.rows[index], self.related)

    def __iter__(self) -> Iterator[T]:
        return (make_object(self.type, row, self.related) for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def from_row(type_: type[T], row: Any, context: Context, **related: Any) -> T:
    """One row as an object."""
    return make_object(type_, row, Related(context, related))


def row_columns(type_: type) -> RowMapping:
    """How a type is read from a row."""
    columns: RowMapping = type_.__mapping__  # type: ignore[attr-defined]
    return columns


def make_object(type_: type[T], row: Any, related: Related) -> T:
    """A row as an object that shares what was brought along."""
    made: T = row_columns(type_).view(type_)(row, related)  # type: ignore[call-arg]
    return made


def _rows(type_name: str, rows: Sequence[Any], related: Related) -> Rows[Any]:
    found: Rows[Any] = Rows(TYPES[type_name], rows, related.context)
    found.related = related
    return found


def _init(self: Any, row: Any, related: Related) -> None:
    self.row = row
    self._related = related


def _column(get: Getter) -> Getter:
    def read(view: Any) -> Any:
        value = get(view.row)
        if value.__class__ is Redacted:
            raise graphql_error(Forbidden(Message("A token for one vendor sees this of that vendor's users only.")))
        return value

    return read


def _of(function: Callable[..., Any], get: Getter, *, several: bool) -> Getter:
    def read_one(view: Any) -> Any:
        value = get(view.row)
        return None if value is None else function(value)

    def read_several(view: Any) -> Any:
        values = get(view.row)
        return None if values[0] is None else function(*values)

    return read_several if several else read_one


def _in_language(function: Callable[..., Any], get: Getter) -> Getter:
    return lambda view: function(view._related.context.language, *get(view.row))


def _inner(get: Getter, type_name: str) -> Getter:
    def read(view: Any) -> Any:
        row = get(view.row)
        return None if row is None else make_object(TYPES[type_name], row, view._related)

    return read


def _each(get: Getter, type_name: str) -> Getter:
    return lambda view: _rows(type_name, get(view.row), view._related)


def _one(source: ToOne, key_of: Getter) -> Getter:
    def object_of(row: Any, related: Related) -> Any:
        if row is None or source.type is None:
            return row
        return make_object(TYPES[source.type], row, related)

    async def load(key: Hashable, related: Related) -> Any:
        return object_of(await getattr(related.context.loaders, source.loader).load(key), related)

    def read(view: Any) -> Any | Awaitable[Any]:
        key, related = key_of(view.row), view._related
        if key is None:
            return None
        rows = related.tables.get(source.rows)
        return load(key, related) if rows is None else object_of(rows.get(key), related)

    return read


def _many(source: ToMany, key_of: Getter) -> Getter:
    async def load(key: Hashable, related: Related) -> Any:
        return _rows(source.type, await getattr(related.context.loaders, source.loader).load(key), related)

    def read(view: Any) -> Any | Awaitable[Any]:
        key, related = key_of(view.row), view._related
        if source.rows not in related.tables:
            return load(key, related)
        return _rows(source.type, related.group(source, key), related)

    return read
