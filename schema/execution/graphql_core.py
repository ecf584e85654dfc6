"""Adapter to undocumented parts of graphql-core and of Strawberry.

The only module that depends on the executor's methods and attributes, on the texts of graphql-core's error messages and
on private attributes of Strawberry. `tests/schema/execution/test_graphql_core.py` checks each of them, so that an
upgrade that changes one fails with its name.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    execute,
    specified_rules,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path, is_awaitable
from graphql.validation.rules.overlapping_fields_can_be_merged import MAX_COMPLEXITY_BUDGET
from strawberry import Info, Schema
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as DefaultExecutionContext
from strawberry.schema.schema import validate_document as _validate_document
from strawberry.types.field import StrawberryField

__all__ = [
    "MAX_COMPLEXITY_BUDGET",
    "CompiledSelection",
    "DefaultExecutionContext",
    "FieldDetailsList",
    "HookedExecutionContext",
    "collect_subfields",
    "core_schema",
    "execute_document",
    "field_nodes_of",
    "fragment_selection",
    "is_awaitable",
    "is_nesting_error",
    "is_token_limit_error",
    "is_validation_aborted",
    "python_class",
    "strawberry_field",
    "validate_document",
    "without_suggestion",
]

_SUGGESTION = re.compile(r" Did you mean .*\?$", re.DOTALL)

CompiledSelection = Callable[[Any], Any]
"""A function from a resolver's value to its part of the response."""


# Schema


def core_schema(schema: Schema) -> GraphQLSchema:
    """Return the graphql-core schema of a Strawberry schema."""
    return schema._schema


def strawberry_field(field: GraphQLField) -> StrawberryField | None:
    """Return Strawberry's definition of a field; None for a field of the introspection schema."""
    definition: StrawberryField | None = field.extensions.get("strawberry-definition")
    return definition


def python_class(type_: GraphQLObjectType) -> type | None:
    """Return the Python class of an object type; None for a type of the introspection schema."""
    definition: Any = type_.extensions.get("strawberry-definition")
    return None if definition is None else definition.origin


def field_nodes_of(info: Info[Any, Any]) -> tuple[list[FieldNode], Mapping[str, FragmentDefinitionNode]]:
    """Return the document's nodes of the field that is being resolved, and the document's fragments by name."""
    raw = info._raw_info
    return raw.field_nodes, raw.fragments


# Validation


def validate_document(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """Return the validation errors of a document, by the rules of graphql-core and of Strawberry."""
    return _validate_document(schema, document, tuple(specified_rules))


# Errors


def is_nesting_error(error: GraphQLError) -> bool:
    """Return whether the parser gave up because the document is nested too deeply."""
    return "nested too deeply" in error.message


def is_token_limit_error(error: GraphQLError) -> bool:
    """Return whether the parser reached `max_lexical_tokens`."""
    return "Parsing aborted" in error.message


def is_validation_aborted(error: GraphQLError) -> bool:
    """Return whether validation reached `MAX_COMPLEXITY_BUDGET` comparisons of fields with the same response name."""
    return error.message == "Validation aborted."


def without_suggestion(message: str) -> str:
    """Return an error message without its suggestion of names in the schema ("Did you mean …?")."""
    return _SUGGESTION.sub("", message)


# Execution


def execute_document(
    schema: Schema,
    document: DocumentNode,
    context: Any,
    *,
    operation_name: str | None,
    variables: dict[str, Any] | None,
) -> ExecutionResult | Awaitable[ExecutionResult]:
    """Execute a query or mutation with the schema's execution context class."""
    return execute(
        schema._schema,
        document,
        context_value=context,
        variable_values=variables,
        operation_name=operation_name,
        is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
        executor_class=schema.execution_context_class,
    )


def collect_subfields(
    executor: DefaultExecutionContext, type_: GraphQLObjectType, fields: FieldDetailsList
) -> Mapping[str, FieldDetailsList]:
    """Return the fields selected below some fields of an object type, grouped by response name."""
    return executor.collect_subfields(type_, fields)[0]


def fragment_selection(executor: DefaultExecutionContext, name: str) -> SelectionSetNode:
    """Return the selection set of a fragment of the document."""
    return executor.fragments[name].definition.selection_set


class HookedExecutionContext(DefaultExecutionContext):
    """An executor of graphql-core in which a subclass can complete selected values itself."""

    operation: OperationDefinitionNode

    def compiled_selection(self, type_: GraphQLOutputType, fields: FieldDetailsList) -> CompiledSelection | None:
        """Return a function that completes values of these fields; None to leave them to graphql-core."""
        raise NotImplementedError

    def complete_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Return the part of the response for a resolver's value."""
        # graphql-core calls this method again for the type inside a non-null type.
        if (
            result is not None
            and not isinstance(return_type, GraphQLNonNull)
            and (complete := self.compiled_selection(return_type, field_details_list))
        ):
            try:
                return complete(result)
            except Exception:  # graphql-core completes the value again and reports the error with its path
                pass
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)

    @property
    def has_middleware(self) -> bool:
        """Whether an extension observes the resolution of each field."""
        return bool(self.middleware_manager and self.middleware_manager.middlewares)
