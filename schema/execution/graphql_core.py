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
    parse,
    specified_rules,
    validate,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path, is_awaitable
from graphql.validation.rules.fields_on_correct_type import FieldsOnCorrectTypeRule
from graphql.validation.rules.known_argument_names import KnownArgumentNamesRule
from graphql.validation.rules.known_type_names import KnownTypeNamesRule
from graphql.validation.rules.overlapping_fields_can_be_merged import MAX_COMPLEXITY_BUDGET
from graphql.validation.rules.values_of_correct_type import ValuesOfCorrectTypeRule
from strawberry import Info, Schema
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as DefaultExecutionContext
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
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
    "parse_document",
    "python_class",
    "strawberry_field",
    "validate_document",
    "without_suggestion",
]

MAX_ERRORS = 10
"""Number of errors after which the validation of a document stops."""
MAX_SUGGESTIONS = 3
"""Maximum number of times that names similar to an unknown name are searched for in the schema, per document."""

_SUGGESTION = re.compile(r" Did you mean .*\?$", re.DOTALL)
_SUGGESTION_BEFORE_VALUE = re.compile(r"\. Did you mean [^?]*\? Found: ")
_RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
_SUGGESTING_RULES = (KnownTypeNamesRule, FieldsOnCorrectTypeRule, KnownArgumentNamesRule, ValuesOfCorrectTypeRule)

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


def parse_document(text: str, max_tokens: int) -> DocumentNode:
    """Parse a document, whose selections must not be empty.

    Raises:
        GraphQLError: The text cannot be parsed, or has too many tokens.
    """
    return parse(text, max_lexical_tokens=max_tokens, allow_empty_selection_sets=False)


def validate_document(schema: GraphQLSchema, document: DocumentNode, *, suggestions: bool) -> list[GraphQLError]:
    """Return the first validation errors of a document, by the rules of graphql-core and of Strawberry.

    With `suggestions`, the first messages that can suggest names of the schema do so.
    """
    errors = validate(schema, document, _RULES, MAX_ERRORS, hide_suggestions=True)
    if not errors or not suggestions or any(map(is_validation_aborted, errors)):
        return errors
    # The error after `max_errors` aborts the validation, after its suggestion was computed.
    suggesting = validate(schema, document, _SUGGESTING_RULES, max_errors=MAX_SUGGESTIONS - 1)
    found = {_identity(error): error for error in suggesting}
    return [found.get(_identity(error), error) for error in errors]


def _identity(error: GraphQLError) -> tuple[object, ...]:
    return without_suggestion(error.message), *(id(node) for node in error.nodes or ())


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
    return _SUGGESTION.sub("", _SUGGESTION_BEFORE_VALUE.sub(", found: ", message))


# Execution


def execute_document(
    schema: Schema,
    document: DocumentNode,
    context: Any,
    *,
    operation_name: str | None,
    variables: dict[str, Any] | None,
    suggestions: bool,
) -> ExecutionResult | Awaitable[ExecutionResult]:
    """Execute a query or mutation with the schema's execution context class.

    With `suggestions`, messages about variables may suggest names of the schema.
    """
    return execute(
        schema._schema,
        document,
        context_value=context,
        variable_values=variables,
        operation_name=operation_name,
        max_coercion_errors=MAX_SUGGESTIONS - 1,
        hide_suggestions=not suggestions,
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
        """Return a function that completes values of these fields; None, the default, leaves them to graphql-core."""
        return None

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
