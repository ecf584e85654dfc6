"""Values that no call takes, refused before anything runs: endless texts, NUL, malformed IDs, pages and cursors."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    SKIP,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    ObjectFieldNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    VisitorAction,
    get_named_type,
    type_from_ast,
    value_from_ast_untyped,
    visit,
)
from strawberry.extensions import SchemaExtension

from resolvers.errors import BadUserInput
from resolvers.pages import PageRequest, read_cursor
from schema.errors import graphql_error
from schema.node import decode

MAX_TEXT = 1_000
WITH_A_LIMIT_OF_ITS_OWN = ("LicenseFileInput", "text")
PAGE = frozenset({"first", "after", "last", "before"})
WITH_A_SIZE_OF_THEIR_OWN = frozenset({"suggestions"})


class InputChecks(SchemaExtension):
    """Looks at each value of a document and its variables, before the first resolver is called."""

    def on_execute(self) -> Iterator[None]:
        """Refuses the operation if one of them is none that a call takes."""
        execution = self.execution_context
        schema: GraphQLSchema = execution.schema._schema
        document = execution.graphql_document
        try:
            if document is not None and '"' in (execution.query or ""):
                visit(document, TypeInfoVisitor(type_info := TypeInfo(schema), _Literals(type_info)))
            for definition in document.definitions if document else ():
                if isinstance(definition, OperationDefinitionNode):
                    if definition.name and definition.name.value != (execution.operation_name or definition.name.value):
                        continue
                    _check_variables(definition, execution.variables or {}, schema)
                if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
                    _check_pages(definition.selection_set, execution.variables or {})
        except BadUserInput as refusal:
            raise graphql_error(refusal) from refusal
        yield


class _Literals(Visitor):
    def __init__(self, type_info: TypeInfo) -> None:
        super().__init__()
        self.type_info = type_info

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> VisitorAction:
        parent = get_named_type(self.type_info.get_parent_input_type())
        return SKIP if parent and (parent.name, node.name.value) == WITH_A_LIMIT_OF_ITS_OWN else None

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        if type_ := self.type_info.get_input_type():
            check_value(node.value, type_, "A text in the document")


def _check_variables(operation: OperationDefinitionNode, variables: dict[str, Any], schema: GraphQLSchema) -> None:
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        type_: Any = type_from_ast(schema, definition.type)
        if type_ is not None and name in variables:
            check_value(variables[name], type_, f"`${name}`")


def _check_pages(selected: SelectionSetNode | None, variables: dict[str, Any]) -> None:
    """Refuses pages out of range and malformed cursors; whether a cursor is of the right list, the list knows."""
    for node in selected.selections if selected else ():
        if isinstance(node, FieldNode):
            given = {
                argument.name.value: argument.value for argument in node.arguments or () if argument.name.value in PAGE
            }
            if given and node.name.value not in WITH_A_SIZE_OF_THEIR_OWN:
                page = {name: value_from_ast_untyped(value, variables) for name, value in given.items()}
                if all(isinstance(value, int | str | None) for value in page.values()):
                    _check_page(PageRequest(**page))
        if not isinstance(node, FragmentSpreadNode):
            _check_pages(node.selection_set, variables)  # type: ignore[attr-defined]


def _check_page(page: PageRequest) -> None:
    for cursor in (page.after, page.before):
        if cursor is not None:
            read_cursor(cursor)


def check_value(value: Any, type_: GraphQLInputType, place: str) -> None:
    """Refuses a value, at any depth, that no call takes. What is not of the type at all is GraphQL's to refuse.

    Raises:
        BadUserInput: There is one; the message says where.
    """
    if isinstance(type_, GraphQLNonNull):
        check_value(value, type_.of_type, place)
    elif isinstance(type_, GraphQLList):
        for position, item in enumerate(value) if isinstance(value, list) else ():
            check_value(item, type_.of_type, f"{place}, item {position}")
    elif isinstance(type_, GraphQLInputObjectType):
        for name, field in type_.fields.items() if isinstance(value, dict) else ():
            if name in value and (type_.name, name) != WITH_A_LIMIT_OF_ITS_OWN:
                check_value(value[name], field.type, f"{place}, field `{name}`")
    elif isinstance(value, str):
        _check_text(value, place)
        if type_.name == "ID":
            decode(value)


def _check_text(text: str, place: str) -> None:
    if len(text) > MAX_TEXT:
        raise BadUserInput(f"{place} has {len(text):,} characters. Shorten it to {MAX_TEXT:,} at most.")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise BadUserInput(f"{place} holds a character that no text has: NUL, or half of a pair. Leave it out.")
