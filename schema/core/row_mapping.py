"""Row mappings: how an object type reads its fields from a database row.

    __mapping__ = RowMapping(AssignmentRow, id=Computed(encode, "id"), user=ToOne("users", "user_id", "User", "user"))

A resolver returns `Rows(LicenseAssignment, rows, context, users=rows_by_id)`, a sequence of objects of the class. Each
object reads an attribute from its row when the attribute is accessed. A field that the mapping does not name is read
from the column of the same name. A relation for which the resolver passed no related rows is read by a data loader, in
one statement for all objects.
"""

from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any, Generic, TypeVar, overload

from licensing.enums import ApiScope
from licensing.messages import Message
from resolvers.context import Context
from resolvers.dataloaders import Loaders
from resolvers.errors import Forbidden, RequestError
from resolvers.users.users import Redacted
from schema.core.descriptions import TYPES
from schema.core.permissions import ReadRule
from schema.core.row_sources import Column, Computed, Localized, Nested, NestedList, Source, ToMany, ToOne
from schema.core.user_errors import graphql_error

T = TypeVar("T")
Getter = Callable[[Any], Any]


class RowMapping:
    """The sources of a type's fields. Columns of named tuples are read by position, those of other rows by name."""

    def __init__(self, row: type, rule: ReadRule | None = None, /, **fields: Source) -> None:
        """Initialize the mapping with the class of the rows, the rule for reading them if references from other objects
        lead to them, and the sources of fields, by field name.
        """
        self.positions: dict[str, int] | None = (
            {name: position for position, name in enumerate(row._fields)} if issubclass(row, tuple) else None  # type: ignore[attr-defined]
        )
        self.fields = fields
        self._rule = rule
        self._view: type | None = None

    def scope_of(self, name: str) -> ApiScope | None:
        """Return the scope that reading a field requires; None if any caller that reaches the object may read it."""
        return self._rule.requires(name) if self._rule else None

    def getter(self, *columns: str) -> Getter:
        """Return a function that reads a column from a row, or a tuple of several columns."""
        if self.positions is None:
            return attrgetter(*columns)
        return itemgetter(*(self.positions[column] for column in columns))

    def expression(self, row: str, column: str) -> str:
        """Return Python source that reads a column of the row in a variable."""
        return f"{row}.{column}" if self.positions is None else f"{row}[{self.positions[column]}]"

    def view(self, type_: type[T]) -> type[T]:
        """Return the subclass of a type whose instances read their attributes from rows."""
        if self._view is None:
            definition: Any = type_.__strawberry_definition__  # type: ignore[attr-defined]
            plain = [field.python_name for field in definition.fields if field.base_resolver is None]
            attributes: dict[str, Any] = {
                name: property(_require_scope(self.scope_of(name), self._reader(name))) for name in plain
            }
            self._view = type(type_.__name__, (type_,), {"__init__": _init, "__repr__": object.__repr__, **attributes})
        return self._view

    def _reader(self, name: str) -> Getter:
        """Return the getter of a field's property."""
        match source := self.fields.get(name, Column(name)):
            case Column():
                return _read_column(self.getter(source.name))
            case Computed():
                return _read_computed(source.function, self.getter(*source.columns), several=len(source.columns) > 1)
            case Localized():
                return _read_localized(source.function, self.getter(*source.columns))
            case Nested():
                return _read_nested(self.getter(source.column), source.type)
            case NestedList():
                return _read_nested_list(self.getter(source.column), source.type)
            case ToOne():
                keys = (source.key,) if isinstance(source.key, str) else source.key
                return _read_to_one(source, self.getter(*keys))
            case ToMany():
                return _read_to_many(source, self.getter(source.key))


class Related:
    """Related rows that a resolver passed with its rows, shared by all objects below them."""

    def __init__(self, context: Context, tables: Mapping[str, Any]) -> None:
        self.context = context
        self.tables = tables
        self.groups: dict[ToMany, dict[Hashable, list[Any]]] = {}

    def group(self, source: ToMany, key: Hashable) -> Sequence[Any]:
        """Return the related rows of a relation for a key. The rows are grouped on first use."""
        if source not in self.groups:
            groups = self.groups[source] = {}
            by = mapping_of(TYPES[source.type]).getter(source.by)
            for row in self.tables[source.rows]:
                groups.setdefault(by(row), []).append(row)
        return self.groups[source].get(key, ())


class Rows(Sequence[T], Generic[T]):
    """A sequence of objects of a type, each created from its row when accessed."""

    __slots__ = ("related", "rows", "type")

    def __init__(self, type_: type[T], rows: Sequence[Any], context: Context, **related: Any) -> None:
        """Initialize the sequence. `related` holds a mapping by key for each `ToOne`, a list for each `ToMany`."""
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
    """Return an object of a type that reads from a row. `related` is as for `Rows`."""
    return make_object(type_, row, Related(context, related))


def mapping_of(type_: type) -> RowMapping:
    """Return the row mapping of a type."""
    mapping: RowMapping = type_.__mapping__  # type: ignore[attr-defined]
    return mapping


def make_object(type_: type[T], row: Any, related: Related) -> T:
    """Return an object of a type that reads from a row and shares related rows with other objects."""
    view: T = mapping_of(type_).view(type_)(row, related)  # type: ignore[call-arg]
    return view


def _related_rows(type_name: str, rows: Sequence[Any], related: Related) -> Rows[Any]:
    found: Rows[Any] = Rows(TYPES[type_name], rows, related.context)
    found.related = related
    return found


def _init(self: Any, row: Any, related: Related) -> None:
    self.row = row
    self._related = related


def _require_scope(scope: ApiScope | None, read: Getter) -> Getter:
    """Return a getter that rejects callers without a scope."""

    def read_if_allowed(view: Any) -> Any:
        try:
            view._related.context.require(scope)
        except RequestError as error:
            raise graphql_error(error) from error
        return read(view)

    return read if scope is None else read_if_allowed


def _read_column(get: Getter) -> Getter:
    def read(view: Any) -> Any:
        value = get(view.row)
        if value.__class__ is Redacted:
            raise graphql_error(
                Forbidden(Message("A token for one vendor may read this only for that vendor's users."))
            )
        return value

    return read


def _read_computed(function: Callable[..., Any], get: Getter, *, several: bool) -> Getter:
    def read_one(view: Any) -> Any:
        value = get(view.row)
        return None if value is None else function(value)

    def read_several(view: Any) -> Any:
        values = get(view.row)
        return None if values[0] is None else function(*values)

    return read_several if several else read_one


def _read_localized(function: Callable[..., Any], get: Getter) -> Getter:
    return lambda view: function(view._related.context.language, *get(view.row))


def _read_nested(get: Getter, type_name: str) -> Getter:
    def read(view: Any) -> Any:
        row = get(view.row)
        return None if row is None else make_object(TYPES[type_name], row, view._related)

    return read


def _read_nested_list(get: Getter, type_name: str) -> Getter:
    return lambda view: _related_rows(type_name, get(view.row), view._related)


def _read_to_one(source: ToOne, key_of: Getter) -> Getter:
    def object_of(row: Any, related: Related) -> Any:
        if row is None or source.type is None:
            return row
        return make_object(TYPES[source.type], row, related)

    async def load(key: Hashable, related: Related) -> Any:
        return object_of(await getattr(Loaders.of(related.context), source.loader).load(key), related)

    def read(view: Any) -> Any | Awaitable[Any]:
        key, related = key_of(view.row), view._related
        if key is None:
            return None
        rows = related.tables.get(source.rows)
        return load(key, related) if rows is None else object_of(rows.get(key), related)

    return read


def _read_to_many(source: ToMany, key_of: Getter) -> Getter:
    async def load(key: Hashable, related: Related) -> Any:
        return _related_rows(source.type, await getattr(Loaders.of(related.context), source.loader).load(key), related)

    def read(view: Any) -> Any | Awaitable[Any]:
        key, related = key_of(view.row), view._related
        if source.rows not in related.tables:
            return load(key, related)
        return _related_rows(source.type, related.group(source, key), related)

    return read
