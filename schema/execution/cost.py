"""What a field costs: the directives of the GraphQL Cost Directives specification, and how they are read."""

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
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    value_from_ast_untyped,
)
from strawberry.schema_directive import Location

from schema.mutations.inputs import MAX_ITEMS

LIST_SIZE = 5
"""Items of a list that is not a page."""
PAGE_SIZE = 50


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="cost",
    description="What the field costs by itself; without it, 1 if it returns objects, else nothing.",
)
class Cost:
    """What a field costs by itself."""

    weight: str


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description=f"""
How many items count for the cost: as many as an argument of `slicingArguments` says, be it a number or a list of IDs,
and `assumedSize` if none is given. They are those of the fields `sizedFields` below, or of the field itself.
A list that no such directive sizes counts as {LIST_SIZE}.
""".strip(),
)
class ListSize:
    """How many items of a list count."""

    assumed_size: int
    slicing_arguments: list[str]
    sized_fields: list[str] | None = strawberry.UNSET
    require_one_slicing_argument: bool = False


PAGE = ListSize(assumed_size=PAGE_SIZE, slicing_arguments=["first", "last"], sized_fields=["edges", "nodes"])
"""A connection."""


def weight(points: int) -> Cost:
    """A field that costs so much by itself."""
    return Cost(weight=str(points))


def by_ids(argument: str, sized_field: str | None = None) -> ListSize:
    """A list with an item for each ID in an argument."""
    sized = [sized_field] if sized_field else strawberry.UNSET
    return ListSize(assumed_size=LIST_SIZE, slicing_arguments=[argument], sized_fields=sized)


@dataclass(frozen=True, slots=True)
class Size:
    """How many items a field of a document asks for, where variables say it."""

    arguments: tuple[tuple[ValueNode, tuple[str, ...]], ...]
    """Each argument that may say it, with the path inside."""
    assumed: int

    def given(self, variables: Mapping[str, Any]) -> int:
        """The number, in the range that fields take: what is out of it has been refused, or will be."""
        counts = [
            _count(value)
            for argument, path in self.arguments
            if (value := _inside(value_from_ast_untyped(argument, dict(variables)), path)) is not None
        ]
        return max(counts, default=self.assumed)


def points_of(field: GraphQLField) -> int:
    """What a field costs by itself."""
    cost = _directive(field, Cost)
    return int(cost.weight) if cost else int(is_composite_type(get_named_type(field.type)))


def size_of(node: FieldNode, field: GraphQLField) -> int | Size:
    """How many items a field of a document asks for."""
    directive = _directive(field, ListSize)
    if directive is None:
        return LIST_SIZE
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    paths = (argument.split(".") for argument in directive.slicing_arguments)
    size = Size(tuple((given[name], tuple(path)) for name, *path in paths if name in given), directive.assumed_size)
    return size if any(_has_variables(argument) for argument, _ in size.arguments) else size.given({})


@lru_cache
def sized_fields(schema: GraphQLSchema) -> frozenset[tuple[str, str]]:
    """The fields whose number of items the field above says: type and name."""
    return frozenset(
        (get_named_type(field.type).name, name)
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        for field in type_.fields.values()
        if (directive := _directive(field, ListSize))
        for name in directive.sized_fields or ()
    )


def _directive(field: GraphQLField, kind: type[Any]) -> Any:
    definition = field.extensions.get("strawberry-definition")
    return next((one for one in getattr(definition, "directives", ()) if isinstance(one, kind)), None)


def _has_variables(value: ValueNode) -> bool:
    if isinstance(value, ListValueNode):
        return any(map(_has_variables, value.values))
    if isinstance(value, ObjectValueNode):
        return any(_has_variables(field.value) for field in value.fields)
    return isinstance(value, VariableNode)


def _inside(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return None if value is Undefined else value


def _count(value: Any) -> int:
    if isinstance(value, list):
        return min(len(value), MAX_ITEMS)
    if not isinstance(value, int | float):
        return 1
    return int(value) if 0 < value < MAX_ITEMS else MAX_ITEMS if value > 0 else 0
