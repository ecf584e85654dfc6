"""Selections compiled: one Python function that builds a part of an answer from rows and objects.

Below what a resolver returns, most fields only read an attribute, or columns of a row (`schema.rows`). Such a selection
becomes the text of a function, made once: for `users { nodes { name assignments { license { name } } } }` it is

    groups = defaultdict(list)                       # what the users hold, completed and grouped in one pass
    for a in related.tables["assignments"]: groups[a[1]].append({"license": licenses[a[2]]})
    [{"name": u[1], "assignments": groups[u[0]]} for u in rows]

Each license is completed once, however many hold it. Whatever the function does not expect, it raises: a null where
none may be, a value of another class, a relation that the resolver did not bring along. Then graphql-core answers the
same selection in its own way, so errors, paths and nulls are always its own. Reading has no side effects.
"""

from binascii import b2a_base64
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from graphql import (
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    SelectionNode,
    get_named_type,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Executor

from resolvers.users.users import Redacted
from schema.core.descriptions import TYPES
from schema.core.row_mapping import (
    Column,
    Computed,
    Localized,
    Nested,
    NestedList,
    RowMapping,
    Rows,
    ToMany,
    ToOne,
    row_columns,
)

Answer = Callable[[Any], Any]

_LEAVES = {
    "String": [(".__class__ is str", "{v}")],
    "ID": [(".__class__ is str", "{v}")],
    "Boolean": [(".__class__ is bool", "{v}")],
    "Int": [(".__class__ is int and -2147483648 <= {v} <= 2147483647", "{v}")],
    "DateTime": [(".__class__ is str", "{v}"), (".__class__ is datetime", "{v}.isoformat()")],
}
"""By scalar, which values need no more than this; all others go to the scalar's own coercion."""


class NotCompiled(Exception):
    """The selection, or a value, is for graphql-core."""


def compile_answer(executor: Executor, type_: GraphQLOutputType, fields: FieldDetailsList) -> Answer | None:
    """A function from a resolver's value to its part of the answer; None where a field does more than read."""
    if any(_has_directives(executor, field.node.selection_set, set()) for field in fields):
        return None
    compiler = _Compiler(executor)
    try:
        name = compiler.function("value", [f"return {compiler.value(type_, 'value', fields)}"])
    except NotCompiled:
        return None
    exec(compile("\n".join(compiler.functions), "<compiled answer>", "exec"), compiler.names)
    answer: Answer = compiler.names[name]
    return answer


class _Shared(dict[Hashable, Any]):
    """Completed objects by key, each made when it is first asked for."""

    def __init__(self, rows: Mapping[Any, Any], complete: Answer) -> None:
        self.rows, self.complete = rows, complete

    def __missing__(self, key: Hashable) -> Any:
        value = self[key] = self.complete(None if key is None else self.rows.get(key))
        return value


class _Row(NamedTuple):
    """A variable that holds a row; `setup` takes the lines that run once, before the first row."""

    variable: str
    columns: RowMapping
    setup: list[str]

    def column(self, name: str) -> str:
        """The expression of a column."""
        return self.columns.expression(self.variable, name)


class _Compiler:
    """Writes functions. Methods return expressions, if not said otherwise."""

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self.functions: list[str] = []
        self.names: dict[str, Any] = {
            "NotCompiled": NotCompiled, "Rows": Rows, "Shared": _Shared, "datetime": datetime,
            "defaultdict": defaultdict, "SEQUENCES": (list, tuple), "give_up": _bail_out, "coerced": _coerced,
            "b2a_base64": b2a_base64,
        }  # fmt: skip
        self.count = 0

    def name(self, prefix: str, value: Any = None) -> str:
        """A name of its own, for a variable or for a value that the function refers to."""
        self.count += 1
        name = f"{prefix}_{self.count}"
        if value is not None:
            self.names[name] = value
        return name

    def function(self, parameters: str, lines: list[str]) -> str:
        """The name of a function with these lines."""
        name = self.name("complete")
        self.functions.append("\n    ".join([f"def {name}({parameters}):", *lines]))
        return name

    def value(self, type_: GraphQLOutputType, source: str, fields: FieldDetailsList, *, nullable: bool = True) -> str:
        """What becomes of the value that an expression has: the first case that fits it."""
        if isinstance(type_, GraphQLNonNull):
            return self.value(type_.of_type, source, fields, nullable=False)
        v = self.name("v")
        cases, otherwise = self.cases(type_, v, fields)
        (test, result), *others = [*cases, (" is None", "None" if nullable else "give_up()")]
        rest = "".join(f"{result} if {v}{test} else " for test, result in others)
        return f"({result} if ({v} := {source}){test} else {rest}{otherwise})"

    def cases(self, type_: GraphQLOutputType, v: str, fields: FieldDetailsList) -> tuple[list[tuple[str, str]], str]:
        """What may stand behind a variable to test it, with the result of each, and the result where none holds."""
        match type_:
            case GraphQLScalarType() | GraphQLEnumType():
                leaves = [(test.format(v=v), result.format(v=v)) for test, result in _LEAVES.get(type_.name, ())]
                if isinstance(type_, GraphQLEnumType):
                    words = self.name("words", {value.value: name for name, value in type_.values.items()})
                    leaves = [(f".__class__ is str and {v} in {words}", f"{words}[{v}]")]
                return leaves, f"coerced({self.name('coerce', type_.coerce_output_value)}, {v})"
            case GraphQLObjectType():
                return self.objects(type_, v, fields), "give_up()"
            case GraphQLList(of_type=item):
                named, i = get_named_type(item), self.name("i")
                lists = [(".__class__ in SEQUENCES", f"[{self.value(item, i, fields)} for {i} in {v}]")]
                if isinstance(named, GraphQLObjectType) and _columns(named):
                    lists.insert(0, (".__class__ is Rows", f"{self.rows(named, fields)}({v})"))
                return lists, "give_up()"
        raise NotCompiled  # interfaces and unions

    def objects(self, type_: GraphQLObjectType, v: str, fields: FieldDetailsList) -> list[tuple[str, str]]:
        """The cases of an object: one that is read from a row, and one that holds its values itself."""
        plain = self.name("plain", _class(type_))
        answer = self.selection(type_, fields, lambda name, t, f: self.value(t, f"o.{name}", f))
        found = [(f".__class__ is {plain}", f"{self.function('o', [f'return {answer}'])}({v})")]
        if columns := _columns(type_):
            view, setup = self.name("view", columns.view(_class(type_))), ["related = view._related"]
            answer = self.row(type_, fields, "row", setup)
            of_row = self.function("view", ["row = view.row", *setup, f"return {answer}"])
            found.insert(0, (f".__class__ is {view}", f"{of_row}({v})"))
        return found

    def rows(self, type_: GraphQLObjectType, fields: FieldDetailsList) -> str:
        """The name of a function of `Rows`."""
        plain = self.name("plain", _class(type_))
        setup = [f"if rows.type is not {plain}: raise NotCompiled", "related = rows.related"]
        answer = self.row(type_, fields, "row", setup)
        return self.function(
            "rows", [*setup, "answers = []", f"for row in rows.rows: answers.append({answer})", "return answers"]
        )

    def selection(
        self,
        type_: GraphQLObjectType,
        fields: FieldDetailsList,
        read: Callable[[str, GraphQLOutputType, FieldDetailsList], str],
    ) -> str:
        """An object's part of the answer; `read` gives the expression of a field by its Python name."""
        items = []
        for response_name, group in self.executor.collect_subfields(type_, fields)[0].items():
            name = group[0].node.name.value
            if name == "__typename":
                items.append(f"{response_name!r}: {type_.name!r}")
                continue
            field = type_.fields[name]
            definition = field.extensions["strawberry-definition"]
            if field.args or not definition.is_basic_field:
                raise NotCompiled
            items.append(f"{response_name!r}: {read(definition.python_name, field.type, group)}")
        return "{" + ", ".join(items) + "}"

    def row(self, type_: GraphQLOutputType, fields: FieldDetailsList, variable: str, setup: list[str]) -> str:
        """The part of the answer of a row that a variable holds."""
        named = get_named_type(type_)
        if not isinstance(named, GraphQLObjectType) or not (columns := _columns(named)):
            raise NotCompiled
        row = _Row(variable, columns, setup)
        return self.selection(named, fields, lambda name, t, f: self.field(row, name, t, f))

    def field(self, row: _Row, name: str, type_: GraphQLOutputType, fields: FieldDetailsList) -> str:
        """What a row has for a field."""
        match source := row.columns.fields.get(name, Column(name)):
            case Column():
                return self.value(type_, row.column(source.name), fields)
            case Computed():
                if isinstance(type_, GraphQLNonNull) and (expression := _expression(source)):
                    return expression.format(row.column(source.columns[0]))  # a text, or the whole function fails
                return self.value(type_, self.made(row, source), fields)
            case Localized():
                values = ", ".join(map(row.column, source.columns))
                made = f"{self.name('function', source.function)}(related.context.language, {values})"
                return self.value(type_, made, fields)
            case Nested():
                return self.nested(type_, fields, row.column(source.column), row.setup)
            case NestedList():
                item = self.name("row")
                return f"[{self.row(type_, fields, item, row.setup)} for {item} in {row.column(source.column)}]"
            case ToOne():
                return self.one(row, source, type_, fields)
            case ToMany():
                return self.many(row, source, type_, fields)

    def made(self, row: _Row, source: Computed) -> str:
        """What a function makes of columns; where the first is null, null."""
        first, *others = map(row.column, source.columns)
        v = self.name("v")
        if expression := _expression(source):
            result = expression.format(v)
        else:
            result = f"{self.name('function', source.function)}({', '.join([v, *others])})"
        return f"({result} if ({v} := {first}) is not None else None)"

    def nested(self, type_: GraphQLOutputType, fields: FieldDetailsList, source: str, setup: list[str]) -> str:
        """An object whose row an expression has."""
        row = self.name("row")
        answer = self.row(type_, fields, row, setup)
        missing = "give_up()" if isinstance(type_, GraphQLNonNull) else "None"
        return f"({answer} if ({row} := {source}) is not None else {missing})"

    def one(self, row: _Row, source: ToOne, type_: GraphQLOutputType, fields: FieldDetailsList) -> str:
        """What the mapping that was brought along has for the row: completed once, for all rows."""
        keys = (source.key,) if isinstance(source.key, str) else source.key
        shared = self.name("shared")
        is_value = source.type is None
        one = self.value(type_, "one", fields) if is_value else self.nested(type_, fields, "one", row.setup)
        row.setup.append(f"{shared} = Shared(related.tables[{source.rows!r}], lambda one: {one})")
        return f"{shared}[{', '.join(map(row.column, keys))}]"

    def many(self, row: _Row, source: ToMany, type_: GraphQLOutputType, fields: FieldDetailsList) -> str:
        """The rows that were brought along and belong to this one: completed and grouped in one pass."""
        groups, item = self.name("groups"), self.name("row")
        answer = self.row(type_, fields, item, row.setup)
        by = row_columns(TYPES[source.type]).expression(item, source.by)
        row.setup.append(f"{groups} = defaultdict(list)")
        row.setup.append(f"for {item} in related.tables[{source.rows!r}]: {groups}[{by}].append({answer})")
        return f"{groups}[{row.column(source.key)}]"


def _bail_out() -> Any:
    raise NotCompiled


def _coerced(coerce: Answer, value: Any) -> Any:
    if value.__class__ is Redacted or is_awaitable(value) or (coerced := coerce(value)) is None:
        raise NotCompiled
    return coerced


def _class(type_: GraphQLObjectType) -> type:
    definition = type_.extensions.get("strawberry-definition")
    if definition is None:  # of the introspection
        raise NotCompiled
    origin: type = definition.origin
    return origin


def _expression(source: Computed) -> str | None:
    """The function of one column as Python text, if it has one: that makes a text of each number, and fails of null."""
    expression: str | None = getattr(source.function, "expression", None)
    return expression if len(source.columns) == 1 else None


def _columns(type_: GraphQLObjectType) -> RowMapping | None:
    columns: RowMapping | None = getattr(_class(type_), "__mapping__", None)
    return columns


def _has_directives(executor: Executor, selected: Any, spread: set[str]) -> bool:
    """Whether a field or fragment below has a directive, which may depend on a variable."""
    nodes: tuple[SelectionNode, ...] = selected.selections if selected else ()
    for node in nodes:
        if node.directives:
            return True
        below = None if isinstance(node, FragmentSpreadNode) else node.selection_set  # type: ignore[attr-defined]
        if isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
            spread.add(node.name.value)
            below = executor.fragments[node.name.value].definition.selection_set
        if _has_directives(executor, below, spread):
            return True
    return False
