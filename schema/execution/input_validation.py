"""Validation of values before execution: long texts, invalid characters, malformed IDs, cursors and page sizes."""

import re
from collections.abc import Iterator, Sequence, Set
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
    VariableDefinitionNode,
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
from resolvers.pagination import PageRequest, decode_cursor
from schema.core.user_errors import graphql_error
from schema.execution.cost import MAX_ITEMS
from schema.relay.node import decode

MAX_TEXT = 1_000
"""Maximum number of characters of a text."""
MAX_NODES = 100
"""Maximum number of IDs in the query `nodes`."""
MAX_SUGGESTIONS = 1_000
"""Maximum number of revocation suggestions."""
FILE_TEXT_FIELD = ("LicenseFileInput", "text")
"""Input type and field of a file's content, whose size is limited by `licensing` instead."""

_INVALID_CHARACTER = re.compile("[\0\ud800-\udfff]")
_NUMBER, _CURSOR = int | float | None, str | None
_PAGE_TYPES = {"first": _NUMBER, "after": _CURSOR, "last": _NUMBER, "before": _CURSOR}
_PAGING_ARGUMENTS = _PAGE_TYPES.keys() | {"ids"}


def check_literals(
    schema: GraphQLSchema, document: DocumentNode, inputs: Sequence["OperationInput"]
) -> list[GraphQLError]:
    """Return an error if a valid document contains an invalid literal, otherwise an empty list.

    `inputs` are those of the document's operations, in their order.
    """
    type_info = TypeInfo(schema)
    try:
        visit(document, TypeInfoVisitor(type_info, _LiteralVisitor(type_info, inputs)))
    except BadUserInput as error:
        return [graphql_error(error)]
    return []


@dataclass(frozen=True, slots=True)
class OperationInput:
    """The parts of an operation whose values depend on variables."""

    variables: Sequence[tuple[str, GraphQLInputType]] = ()
    """Variables of the operation by name, with their types."""
    lists: Sequence[FieldNode] = ()
    """Fields of the operation and of its fragments whose page arguments depend on variables."""
    file_texts: Set[str] = frozenset()
    """Variables that are used as the content of a file only, whose size is limited by `licensing` instead."""

    def check(self, variables: dict[str, Any]) -> None:
        """Check the values of variables. Only the form of cursors is checked, not whether they belong to the list.

        Raises:
            BadUserInput: A value is invalid; the message names it.
        """
        for name, type_ in self.variables:
            if name in variables and name not in self.file_texts:
                check_value(variables[name], type_, Message("`${name}`", name=name))
        for node in self.lists:
            _check_list(node, variables)


def operation_input(
    schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Sequence[FragmentDefinitionNode]
) -> OperationInput:
    """Return the parts of a valid operation, which uses some fragments, to check when its variables are known."""
    variables: list[tuple[str, Any]] = [
        (node.variable.name.value, type_from_ast(schema, node.type)) for node in operation.variable_definitions or ()
    ]
    lists = [
        node
        for definition in (operation, *fragments)
        for node in _iterate_fields(definition.selection_set)
        if any(isinstance(value, VariableNode) for value in _paging_arguments(node).values())
    ]
    type_info = TypeInfo(schema)
    uses = _VariableVisitor(type_info)
    for definition in (operation, *fragments):
        visit(definition, TypeInfoVisitor(type_info, uses))
    file_texts = uses.file_texts - uses.others
    return OperationInput([(name, type_) for name, type_ in variables if type_], lists, file_texts)


class _VariableVisitor(Visitor):
    """Collects the names of variables by where they are used."""

    def __init__(self, type_info: TypeInfo) -> None:
        super().__init__()
        self.type_info = type_info
        self.file_texts: set[str] = set()
        self.others: set[str] = set()

    def enter_variable_definition(self, *_: Any) -> VisitorAction:
        return SKIP

    def enter_variable(self, node: VariableNode, key: Any, parent: Any, *_: Any) -> None:
        is_file_text = isinstance(parent, ObjectFieldNode) and _is_file_text(parent, self.type_info)
        (self.file_texts if is_file_text else self.others).add(node.name.value)


class _LiteralVisitor(Visitor):
    """Raises `BadUserInput` for an invalid literal."""

    def __init__(self, type_info: TypeInfo, inputs: Sequence[OperationInput]) -> None:
        super().__init__()
        self.type_info = type_info
        self._inputs = iter(inputs)
        self._file_texts: Set[str] = frozenset()

    def enter_operation_definition(self, *_: Any) -> None:
        self._file_texts = next(self._inputs).file_texts

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> VisitorAction:
        return SKIP if node.variable.name.value in self._file_texts else None

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        if not any(isinstance(value, VariableNode) for value in _paging_arguments(node).values()):
            _check_list(node, {})

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> VisitorAction:
        return SKIP if _is_file_text(node, self.type_info) else None

    def enter_int_value(self, node: IntValueNode, *_: Any) -> None:
        if (type_ := self.type_info.get_input_type()) and get_named_type(type_).name == "ID":
            decode(node.value)

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        if type_ := self.type_info.get_input_type():
            check_value(node.value, type_, Message("A text in the document"))


def _is_file_text(node: ObjectFieldNode, type_info: TypeInfo) -> bool:
    parent = get_named_type(type_info.get_parent_input_type())
    return parent is not None and (parent.name, node.name.value) == FILE_TEXT_FIELD


def _iterate_fields(selected: SelectionSetNode | None) -> Iterator[FieldNode]:
    for node in selected.selections if selected else ():
        if isinstance(node, FieldNode):
            yield node
        if not isinstance(node, FragmentSpreadNode):
            yield from _iterate_fields(node.selection_set)  # type: ignore[attr-defined]


def _paging_arguments(node: FieldNode) -> dict[str, ValueNode]:
    return {
        argument.name.value: argument.value
        for argument in node.arguments or ()
        if argument.name.value in _PAGING_ARGUMENTS
    }


def _check_list(node: FieldNode, variables: dict[str, Any]) -> None:
    """Check page sizes and cursors. Values of the wrong type are left to graphql-core."""
    values = {name: value_from_ast_untyped(value, variables) for name, value in _paging_arguments(node).items()}
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
        case _ if all(name in _PAGE_TYPES and isinstance(value, _PAGE_TYPES[name]) for name, value in given.items()):
            page = PageRequest(**given)
            for cursor in (page.after, page.before):
                if cursor is not None:
                    decode_cursor(cursor)


def check_value(value: Any, type_: GraphQLInputType, location: Message) -> None:
    """Check a value and the values nested in it. Values of the wrong type are left to graphql-core.

    Args:
        value: The value of a variable or a literal.
        type_: Its type.
        location: Description of the value for error messages.

    Raises:
        BadUserInput: A value is invalid; the message contains its location.
    """
    if isinstance(type_, GraphQLNonNull):
        check_value(value, type_.of_type, location)
    elif isinstance(type_, GraphQLList):
        items = value if isinstance(value, list) else [value]
        if len(items) > MAX_ITEMS and get_named_type(type_).name != "ID":
            raise BadUserInput(
                Message(
                    "{location} has {count:,} items. Give at most {most:,}.",
                    location=location,
                    count=len(items),
                    most=MAX_ITEMS,
                )
            )
        for position, item in enumerate(items[:MAX_ITEMS]):  # too many IDs are reported by the mutation
            check_value(
                item, type_.of_type, Message("{location}, item {position}", location=location, position=position)
            )
    elif isinstance(type_, GraphQLInputObjectType):
        if isinstance(value, dict) and len(value) > len(type_.fields):
            raise BadUserInput(
                Message(
                    "{location} has fields that `{type}` does not have. Leave them out.",
                    location=location,
                    type=type_.name,
                )
            )
        for name, field in type_.fields.items() if isinstance(value, dict) else ():
            if name in value and (type_.name, name) != FILE_TEXT_FIELD:
                check_value(
                    value[name], field.type, Message("{location}, field `{field}`", location=location, field=name)
                )
    elif isinstance(value, str):
        _check_text(value, location)
        if type_.name == "ID":
            decode(value)
    elif isinstance(value, int) and type_.name == "ID":
        decode(str(value))


def _check_text(text: str, location: Message) -> None:
    if len(text) > MAX_TEXT:
        raise BadUserInput(
            Message(
                "{location} has {count:,} characters. Shorten it to {most:,} at most.",
                location=location,
                count=len(text),
                most=MAX_TEXT,
            )
        )
    if _INVALID_CHARACTER.search(text):
        raise BadUserInput(
            Message(
                "{location} contains an invalid character: NUL, or half of a surrogate pair. Remove it.",
                location=location,
            )
        )
