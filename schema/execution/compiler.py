"""Compiles selections to Python functions that build a part of the response from rows and objects.

Below a resolver's value, most fields only read an attribute, or columns of a row (`schema.core.row_mapping`). Such a
selection becomes the source of a function, compiled once. In essence, the function of
`users { nodes { name assignments { license { name } } } }` is:

    groups = defaultdict(list)                       # the users' assignments, completed and grouped in one pass
    for a in related.tables["assignments"]: groups[a[1]].append({"license": licenses[a[2]]})
    [{"name": u[1], "assignments": groups[u[0]]} for u in rows]

Each license is completed once, however many users hold it. The function raises an exception for each value that it does
not expect, such as a null in a non-null field or a relation that the resolver did not load. graphql-core then completes
the same selection, so that errors, paths and nulls are always graphql-core's. Reading has no side effects.
"""

from binascii import b2a_base64
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    get_named_type,
)

from resolvers.users.users import Redacted
from schema.core.descriptions import TYPES
from schema.core.row_mapping import RowMapping, Rows, mapping_of
from schema.core.row_sources import Column, Computed, Localized, Nested, NestedList, ToMany, ToOne
from schema.execution.graphql_core import (
    CompiledSelection,
    DefaultExecutionContext,
    FieldDetailsList,
    collect_subfields,
    is_awaitable,
    python_class,
    strawberry_field,
)

_LEAVES = {
    "String": [(".__class__ is str", "{v}")],
    "ID": [(".__class__ is str", "{v}")],
    "Boolean": [(".__class__ is bool", "{v}")],
    "Int": [(".__class__ is int and -2147483648 <= {v} <= 2147483647", "{v}")],
    "DateTime": [(".__class__ is str", "{v}"), (".__class__ is datetime", "{v}.isoformat()")],
}
"""By scalar, tests of a variable `v` with the result of each. Other values are coerced by the scalar itself."""


class NotCompiled(Exception):
    """A selection cannot be compiled, or a compiled function met a value that it does not expect."""


def compile_selection(
    executor: DefaultExecutionContext, type_: GraphQLOutputType, fields: FieldDetailsList
) -> CompiledSelection | None:
    """Return a function that completes values of some fields; None if a field does more than read.

    The fields must not have directives below them, whose effect may depend on a variable.
    """
    compiler = _Compiler(executor)
    try:
        name = compiler.add_function("value", [f"return {compiler.value(type_, 'value', fields)}"])
    except NotCompiled:
        return None
    exec(compile("\n".join(compiler.functions), "<compiled selection>", "exec"), compiler.names)
    selection: CompiledSelection = compiler.names[name]
    return selection


class _Shared(dict[Hashable, Any]):
    """Completed objects by key, each completed on first access."""

    def __init__(self, rows: Mapping[Any, Any], complete: CompiledSelection) -> None:
        self.rows, self.complete = rows, complete

    def __missing__(self, key: Hashable) -> Any:
        value = self[key] = self.complete(None if key is None else self.rows.get(key))
        return value


class _Row(NamedTuple):
    """A variable that holds a row. Lines added to `setup` run once, before the first row."""

    variable: str
    mapping: RowMapping
    setup: list[str]

    def column(self, name: str) -> str:
        """Return the expression of a column."""
        return self.mapping.expression(self.variable, name)


class _Compiler:
    """Generates the source of functions. Methods named after a noun return its expression."""

    def __init__(self, executor: DefaultExecutionContext) -> None:
        self.executor = executor
        self.functions: list[str] = []
        self.names: dict[str, Any] = {
            "NotCompiled": NotCompiled, "Rows": Rows, "Shared": _Shared, "datetime": datetime,
            "defaultdict": defaultdict, "SEQUENCES": (list, tuple), "bail_out": _bail_out, "coerced": _coerce,
            "b2a_base64": b2a_base64,
        }  # fmt: skip
        self.count = 0

    def add_name(self, prefix: str, value: Any = None) -> str:
        """Return a unique name for a variable, or for a value that the functions refer to."""
        self.count += 1
        name = f"{prefix}_{self.count}"
        if value is not None:
            self.names[name] = value
        return name

    def add_function(self, parameters: str, lines: list[str]) -> str:
        """Add a function with these lines and return its name."""
        name = self.add_name("complete")
        self.functions.append("\n    ".join([f"def {name}({parameters}):", *lines]))
        return name

    def value(self, type_: GraphQLOutputType, source: str, fields: FieldDetailsList, *, nullable: bool = True) -> str:
        """Return an expression that completes the value of the expression `source`, by the first case that applies."""
        if isinstance(type_, GraphQLNonNull):
            return self.value(type_.of_type, source, fields, nullable=False)
        v = self.add_name("v")
        cases, otherwise = self.cases(type_, v, fields)
        (test, result), *others = [*cases, (" is None", "None" if nullable else "bail_out()")]
        rest = "".join(f"{result} if {v}{test} else " for test, result in others)
        return f"({result} if ({v} := {source}){test} else {rest}{otherwise})"

    def cases(self, type_: GraphQLOutputType, v: str, fields: FieldDetailsList) -> tuple[list[tuple[str, str]], str]:
        """Return pairs of a test to append to the variable `v` and its result, and the result if no test holds."""
        match type_:
            case GraphQLScalarType() | GraphQLEnumType():
                leaves = [(test.format(v=v), result.format(v=v)) for test, result in _LEAVES.get(type_.name, ())]
                if isinstance(type_, GraphQLEnumType):
                    values = self.add_name("values", {value.value: name for name, value in type_.values.items()})
                    leaves = [(f".__class__ is str and {v} in {values}", f"{values}[{v}]")]
                return leaves, f"coerced({self.add_name('coerce', type_.coerce_output_value)}, {v})"
            case GraphQLObjectType():
                return self.object_cases(type_, v, fields), "bail_out()"
            case GraphQLList(of_type=item):
                named, i = get_named_type(item), self.add_name("i")
                lists = [(".__class__ in SEQUENCES", f"[{self.value(item, i, fields)} for {i} in {v}]")]
                if isinstance(named, GraphQLObjectType) and _mapping(named):
                    lists.insert(0, (".__class__ is Rows", f"{self.add_rows_function(named, fields)}({v})"))
                return lists, "bail_out()"
        raise NotCompiled  # interfaces and unions

    def object_cases(self, type_: GraphQLObjectType, v: str, fields: FieldDetailsList) -> list[tuple[str, str]]:
        """Return the cases of an object: it is read from a row, or holds its values as attributes."""
        plain = self.add_name("plain", _class(type_))
        selection = self.selection(type_, fields, lambda name, t, f: self.value(t, f"o.{name}", f))
        found = [(f".__class__ is {plain}", f"{self.add_function('o', [f'return {selection}'])}({v})")]
        if mapping := _mapping(type_):
            view, setup = self.add_name("view", mapping.view(_class(type_))), ["related = view._related"]
            selection = self.row(type_, fields, "row", setup)
            complete = self.add_function("view", ["row = view.row", *setup, f"return {selection}"])
            found.insert(0, (f".__class__ is {view}", f"{complete}({v})"))
        return found

    def add_rows_function(self, type_: GraphQLObjectType, fields: FieldDetailsList) -> str:
        """Add a function that completes `Rows` and return its name."""
        plain = self.add_name("plain", _class(type_))
        setup = [f"if rows.type is not {plain}: raise NotCompiled", "related = rows.related"]
        selection = self.row(type_, fields, "row", setup)
        loop = f"for row in rows.rows: completed.append({selection})"
        return self.add_function("rows", [*setup, "completed = []", loop, "return completed"])

    def selection(
        self,
        type_: GraphQLObjectType,
        fields: FieldDetailsList,
        read: Callable[[str, GraphQLOutputType, FieldDetailsList], str],
    ) -> str:
        """Return a dict display of an object's fields; `read` returns the expression of a field by Python name."""
        items = []
        for response_name, group in collect_subfields(self.executor, type_, fields).items():
            name = group[0].node.name.value
            if name == "__typename":
                items.append(f"{response_name!r}: {type_.name!r}")
                continue
            field = type_.fields[name]
            definition = strawberry_field(field)
            if definition is None or field.args or not definition.is_basic_field:
                raise NotCompiled
            items.append(f"{response_name!r}: {read(definition.python_name, field.type, group)}")
        return "{" + ", ".join(items) + "}"

    def row(self, type_: GraphQLOutputType, fields: FieldDetailsList, variable: str, setup: list[str]) -> str:
        """Return an expression that completes the row in a variable."""
        named = get_named_type(type_)
        if not isinstance(named, GraphQLObjectType) or not (mapping := _mapping(named)):
            raise NotCompiled
        row = _Row(variable, mapping, setup)
        return self.selection(named, fields, lambda name, t, f: self.field(row, name, t, f))

    def field(self, row: _Row, name: str, type_: GraphQLOutputType, fields: FieldDetailsList) -> str:
        """Return an expression that completes a field of a row, after its `setup` has checked the required scope."""
        if scope := row.mapping.scope_of(name):
            self.names[scope.name] = scope
            if (check := f"related.context.require({scope.name})") not in row.setup:
                row.setup.append(check)
        match source := row.mapping.fields.get(name, Column(name)):
            case Column():
                return self.value(type_, row.column(source.name), fields)
            case Computed():
                if isinstance(type_, GraphQLNonNull) and (expression := _expression(source)):
                    # Its result is always a string; for a null it raises, and graphql-core takes over.
                    return expression.format(row.column(source.columns[0]))
                return self.value(type_, self.computed(row, source), fields)
            case Localized():
                values = ", ".join(map(row.column, source.columns))
                localized = f"{self.add_name('function', source.function)}(related.context.language, {values})"
                return self.value(type_, localized, fields)
            case Nested():
                return self.nested(type_, fields, row.column(source.column), row.setup)
            case NestedList():
                item = self.add_name("row")
                return f"[{self.row(type_, fields, item, row.setup)} for {item} in {row.column(source.column)}]"
            case ToOne():
                return self.to_one(row, source, type_, fields)
            case ToMany():
                return self.to_many(row, source, type_, fields)

    def computed(self, row: _Row, source: Computed) -> str:
        """Return a call of a function on columns; None if the first column is null."""
        first, *others = map(row.column, source.columns)
        v = self.add_name("v")
        if expression := _expression(source):
            result = expression.format(v)
        else:
            result = f"{self.add_name('function', source.function)}({', '.join([v, *others])})"
        return f"({result} if ({v} := {first}) is not None else None)"

    def nested(self, type_: GraphQLOutputType, fields: FieldDetailsList, source: str, setup: list[str]) -> str:
        """Return an expression that completes the row in the expression `source`."""
        row = self.add_name("row")
        selection = self.row(type_, fields, row, setup)
        missing = "bail_out()" if isinstance(type_, GraphQLNonNull) else "None"
        return f"({selection} if ({row} := {source}) is not None else {missing})"

    def to_one(self, row: _Row, source: ToOne, type_: GraphQLOutputType, fields: FieldDetailsList) -> str:
        """Return a look-up in the loaded rows, each of which is completed once for all objects that refer to it."""
        keys = (source.key,) if isinstance(source.key, str) else source.key
        shared = self.add_name("shared")
        is_value = source.type is None
        one = self.value(type_, "one", fields) if is_value else self.nested(type_, fields, "one", row.setup)
        row.setup.append(f"{shared} = Shared(related.tables[{source.rows!r}], lambda one: {one})")
        return f"{shared}[{', '.join(map(row.column, keys))}]"

    def to_many(self, row: _Row, source: ToMany, type_: GraphQLOutputType, fields: FieldDetailsList) -> str:
        """Return a look-up in the loaded rows, completed and grouped by key in one pass."""
        groups, item = self.add_name("groups"), self.add_name("row")
        selection = self.row(type_, fields, item, row.setup)
        by = mapping_of(TYPES[source.type]).expression(item, source.by)
        row.setup.append(f"{groups} = defaultdict(list)")
        row.setup.append(f"for {item} in related.tables[{source.rows!r}]: {groups}[{by}].append({selection})")
        return f"{groups}[{row.column(source.key)}]"


def _bail_out() -> Any:
    raise NotCompiled


def _coerce(coerce: CompiledSelection, value: Any) -> Any:
    if value.__class__ is Redacted or is_awaitable(value) or (coerced := coerce(value)) is None:
        raise NotCompiled
    return coerced


def _class(type_: GraphQLObjectType) -> type:
    """Return the Python class of a type; raise `NotCompiled` for types of the introspection schema."""
    if (class_ := python_class(type_)) is None:
        raise NotCompiled
    return class_


def _expression(source: Computed) -> str | None:
    """Return the function of one column as a format string of Python source, if the function provides one."""
    expression: str | None = getattr(source.function, "expression", None)
    return expression if len(source.columns) == 1 else None


def _mapping(type_: GraphQLObjectType) -> RowMapping | None:
    mapping: RowMapping | None = getattr(_class(type_), "__mapping__", None)
    return mapping
