"""Values that no call takes, refused before anything runs: endless texts, NUL, malformed IDs, pages and cursors."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    SKIP,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    IntValueNode,
    ObjectFieldNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Undefined,
    ValueNode,
    VariableNode,
    Visitor,
    VisitorAction,
    get_named_type,
    type_from_ast,
    value_from_ast_untyped,
    visit,
)

from licensing.messages import Message
from resolvers.errors import BadUserInput
from resolvers.pagination import PageRequest, read_cursor
from schema.core.user_errors import graphql_error
from schema.mutations.inputs import MAX_ITEMS
from schema.relay.node import decode

MAX_TEXT = 1_000
MAX_NODES = 100
MAX_SUGGESTIONS = 1_000
TEXT_OF_A_FILE = ("LicenseFileInput", "text")
"""The field of an input whose size `licensing` limits."""

_NO_TEXT_HAS = re.compile("[\0\ud800-\udfff]")
_NUMBER, _CURSOR = int | float | None, str | None
_PAGE = {"first": _NUMBER, "after": _CURSOR, "last": _NUMBER, "before": _CURSOR}
_SIZED = _PAGE.keys() | {"ids"}


def check_literals(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """The refusal of a valid document in which such a value is written."""
    type_info = TypeInfo(schema)
    try:
        visit(document, TypeInfoVisitor(type_info, _Literals(type_info)))
    except BadUserInput as refusal:
        return [graphql_error(refusal)]
    return []


@dataclass(frozen=True, slots=True)
class OperationInput:
    """What the variables of an operation may make of its arguments."""

    variables: Sequence[tuple[str, GraphQLInputType]]
    lists: Sequence[FieldNode]
    """Fields of the operation and of fragments that return as much as a variable says."""

    def check(self, variables: dict[str, Any]) -> None:
        """Refuses values that no call takes. Whether a cursor is of the right list, the list knows.

        Raises:
            BadUserInput: There is one; the message says where.
        """
        for name, type_ in self.variables:
            if name in variables:
                check_value(variables[name], type_, Message("`${name}`", name=name))
        for node in self.lists:
            _check_list(node, variables)


def input_of(
    schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Sequence[FragmentDefinitionNode]
) -> OperationInput:
    """What is looked at before an operation runs."""
    variables: list[tuple[str, Any]] = [
        (one.variable.name.value, type_from_ast(schema, one.type)) for one in operation.variable_definitions or ()
    ]
    lists = [
        node
        for definition in (operation, *fragments)
        for node in _fields(definition.selection_set)
        if any(isinstance(value, VariableNode) for value in _bounds(node).values())
    ]
    return OperationInput([(name, type_) for name, type_ in variables if type_], lists)


class _Literals(Visitor):
    def __init__(self, type_info: TypeInfo) -> None:
        super().__init__()
        self.type_info = type_info

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        if not any(isinstance(value, VariableNode) for value in _bounds(node).values()):
            _check_list(node, {})

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> VisitorAction:
        parent = get_named_type(self.type_info.get_parent_input_type())
        return SKIP if parent and (parent.name, node.name.value) == TEXT_OF_A_FILE else None

    def enter_int_value(self, node: IntValueNode, *_: Any) -> None:
        if (type_ := self.type_info.get_input_type()) and get_named_type(type_).name == "ID":
            decode(node.value)

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        if type_ := self.type_info.get_input_type():
            check_value(node.value, type_, Message("A text in the document"))


def _fields(selected: SelectionSetNode | None) -> Iterator[FieldNode]:
    for node in selected.selections if selected else ():
        if isinstance(node, FieldNode):
            yield node
        if not isinstance(node, FragmentSpreadNode):
            yield from _fields(node.selection_set)  # type: ignore[attr-defined]


def _bounds(node: FieldNode) -> dict[str, ValueNode]:
    return {one.name.value: one.value for one in node.arguments or () if one.name.value in _SIZED}


def _check_list(node: FieldNode, variables: dict[str, Any]) -> None:
    """Refuses lists out of range and malformed cursors. What is not of the type at all is GraphQL's to refuse."""
    values = {name: value_from_ast_untyped(value, variables) for name, value in _bounds(node).items()}
    given = {name: value for name, value in values.items() if value is not Undefined}
    match node.name.value, given:
        case "nodes", {"ids": list(ids)} if len(ids) > MAX_NODES:
            raise BadUserInput(
                Message("{count:,} IDs were given. Give at most {most}.", count=len(ids), most=MAX_NODES)
            )
        case "suggestions", {"first": int(first) | float(first)} if not 1 <= first <= MAX_SUGGESTIONS:
            raise BadUserInput(
                Message("`first` is {first}. Give a number from 1 to {most:,}.", first=first, most=MAX_SUGGESTIONS)
            )
        case (("nodes" | "suggestions"), _):
            pass
        case _ if all(name in _PAGE and isinstance(value, _PAGE[name]) for name, value in given.items()):
            page = PageRequest(**given)
            for cursor in (page.after, page.before):
                if cursor is not None:
                    read_cursor(cursor)


def check_value(value: Any, type_: GraphQLInputType, place: Message) -> None:
    """Refuses a value, at any depth, that no call takes. What is not of the type at all is GraphQL's to refuse.

    Raises:
        BadUserInput: There is one; the message says where.
    """
    if isinstance(type_, GraphQLNonNull):
        check_value(value, type_.of_type, place)
    elif isinstance(type_, GraphQLList):
        items = value if isinstance(value, list) else [value]
        if len(items) > MAX_ITEMS and get_named_type(type_).name != "ID":
            raise BadUserInput(
                Message(
                    "{place} has {count:,} items. Give at most {most:,}.", place=place, count=len(items), most=MAX_ITEMS
                )
            )
        for position, item in enumerate(items[:MAX_ITEMS]):  # of IDs, the mutation says that they are too many
            check_value(item, type_.of_type, Message("{place}, item {position}", place=place, position=position))
    elif isinstance(type_, GraphQLInputObjectType):
        if isinstance(value, dict) and len(value) > len(type_.fields):
            raise BadUserInput(
                Message("{place} has fields that `{type}` does not have. Leave them out.", place=place, type=type_.name)
            )
        for name, field in type_.fields.items() if isinstance(value, dict) else ():
            if name in value and (type_.name, name) != TEXT_OF_A_FILE:
                check_value(value[name], field.type, Message("{place}, field `{field}`", place=place, field=name))
    elif isinstance(value, str):
        _check_text(value, place)
        if type_.name == "ID":
            decode(value)
    elif isinstance(value, int) and type_.name == "ID":
        decode(str(value))


def _check_text(text: str, place: Message) -> None:
    if len(text) > MAX_TEXT:
        raise BadUserInput(
            Message(
                "{place} has {count:,} characters. Shorten it to {most:,} at most.",
                place=place,
                count=len(text),
                most=MAX_TEXT,
            )
        )
    if _NO_TEXT_HAS.search(text):
        raise BadUserInput(
            Message("{place} holds a character that no text has: NUL, or half of a pair. Leave it out.", place=place)
        )
