"""The cost of fields, declared by the directives of the GraphQL Cost Directives Specification."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import strawberry
from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    ListValueNode,
    ObjectValueNode,
    SelectionNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    value_from_ast_untyped,
)
from strawberry.schema_directive import Location

from schema.execution.graphql_core import strawberry_field

LIST_SIZE = 5
"""Assumed number of items of a list without a `listSize` directive."""
PAGE_SIZE = 50
"""Number of items of a page for which no size is given."""
MAX_ITEMS = 1_000
"""Maximum number of items of a list in an input."""


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="cost",
    description="The cost of the field itself. Without this directive, 1 if the field returns objects, otherwise 0.",
)
class Cost:
    """The `@cost` directive: the cost of a field itself."""

    weight: str


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description=f"""
The number of list items that count towards the cost: the value of an argument in `slicingArguments`, or the length of
its list of IDs, and `assumedSize` if no such argument is given. It is the size of the lists in `sizedFields` below, or
of the field itself. A list without this directive counts as {LIST_SIZE} items.
""".strip(),
)
class ListSize:
    """The `@listSize` directive: the number of items of a list."""

    assumed_size: int
    slicing_arguments: list[str]
    sized_fields: list[str] | None = strawberry.UNSET
    require_one_slicing_argument: bool = False


PAGE = ListSize(assumed_size=PAGE_SIZE, slicing_arguments=["first", "last"], sized_fields=["edges", "nodes"])
"""The directive of connections."""


def weight(points: int) -> Cost:
    """Return the directive of a field with this cost."""
    return Cost(weight=str(points))


def by_ids(argument: str, sized_field: str | None = None) -> ListSize:
    """Return the directive of a list with an item for each ID in an argument."""
    sized = [sized_field] if sized_field else strawberry.UNSET
    return ListSize(assumed_size=LIST_SIZE, slicing_arguments=[argument], sized_fields=sized)


@dataclass(frozen=True, slots=True)
class Size:
    """The number of items that a field of a document requests, as a function of variables."""

    arguments: tuple[tuple[ValueNode, tuple[str, ...]], ...]
    """The arguments that determine the number, each with the path of the value inside."""
    assumed: int
    """The number of items if no argument is given."""

    def evaluate(self, variables: Mapping[str, Any]) -> int:
        """Return the number of items for some variables, from 0 to `MAX_ITEMS`. Others are rejected elsewhere."""
        counts = [
            _item_count(value)
            for argument, path in self.arguments
            if (value := _value_at(value_from_ast_untyped(argument, dict(variables)), path)) is not None
        ]
        return max(counts, default=self.assumed)


@dataclass(frozen=True, slots=True)
class Condition:
    """The number of times that a part of a document is executed, 0 or 1, by its `@include` and `@skip` directives."""

    node: SelectionNode

    def evaluate(self, variables: Mapping[str, Any]) -> int:
        """Return the number for some variables."""
        return int(is_included(self.node, variables))


def is_included(node: SelectionNode, variables: Mapping[str, Any]) -> bool:
    """Return whether a part of a document is executed. A condition that is not a boolean excludes nothing."""
    for directive in node.directives or ():
        excluding = {"include": False, "skip": True}.get(directive.name.value)
        for argument in directive.arguments or () if excluding is not None else ():
            if value_from_ast_untyped(argument.value, dict(variables)) is excluding:
                return False
    return True


def inclusion_of(node: SelectionNode) -> int | Condition:
    """Return the number of times that a part of a document is executed, as a function of variables if it has any."""
    arguments = (argument for directive in node.directives or () for argument in directive.arguments or ())
    return Condition(node) if any(_has_variables(one.value) for one in arguments) else int(is_included(node, {}))


def cost_of(field: GraphQLField) -> int:
    """Return the cost of a field itself."""
    cost = _directive(field, Cost)
    return int(cost.weight) if cost else int(is_composite_type(get_named_type(field.type)))


def size_of(node: FieldNode, field: GraphQLField) -> int | Size:
    """Return the number of items that a field of a document requests."""
    directive = _directive(field, ListSize)
    if directive is None:
        return LIST_SIZE
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    paths = (argument.split(".") for argument in directive.slicing_arguments)
    size = Size(tuple((given[name], tuple(path)) for name, *path in paths if name in given), directive.assumed_size)
    return size if any(_has_variables(argument) for argument, _ in size.arguments) else size.evaluate({})


@lru_cache
def sized_fields(schema: GraphQLSchema) -> frozenset[tuple[str, str]]:
    """Return the fields whose size a directive on the parent field declares, as pairs of type and field name."""
    return frozenset(
        (get_named_type(field.type).name, name)
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        for field in type_.fields.values()
        if (directive := _directive(field, ListSize))
        for name in directive.sized_fields or ()
    )


def _directive(field: GraphQLField, kind: type[Any]) -> Any:
    definition = strawberry_field(field)
    directives = definition.directives if definition else ()
    return next((directive for directive in directives if isinstance(directive, kind)), None)


def _has_variables(value: ValueNode) -> bool:
    if isinstance(value, ListValueNode):
        return any(map(_has_variables, value.values))
    if isinstance(value, ObjectValueNode):
        return any(_has_variables(field.value) for field in value.fields)
    return isinstance(value, VariableNode)


def _value_at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return None if value is Undefined else value


def _item_count(value: Any) -> int:
    if isinstance(value, list):
        return min(len(value), MAX_ITEMS)
    if not isinstance(value, int | float):
        return 1
    return int(value) if 0 < value < MAX_ITEMS else MAX_ITEMS if value > 0 else 0
