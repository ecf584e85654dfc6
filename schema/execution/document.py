"""Documents as they are run: read, held against the limits and validated once, and remembered by their text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    value_from_ast_untyped,
)
from graphql.validation.rules.overlapping_fields_can_be_merged import MAX_COMPLEXITY_BUDGET
from strawberry.schema.schema import validate_document

from licensing.messages import Message
from resolvers.errors import BadUserInput
from schema.core.user_errors import graphql_error
from schema.execution.complexity import (
    MAX_CHARACTERS,
    MAX_COST,
    MAX_DEPTH,
    MAX_SCHEMA_TOKENS,
    MAX_TOKENS,
    ComplexityAnalyzer,
    LinearCost,
    count_tokens,
    too_complex,
)
from schema.execution.cost import Size
from schema.execution.input_validation import OperationInput, check_literals, input_of

DOCUMENT_CACHE_SIZE = 100
"""Documents that are kept, those used last: clients send the same few again and again. The largest take 1 MB each."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One of a document's operations."""

    name: str | None
    type: OperationType
    defaults: Mapping[str, Any]
    input: OperationInput
    cost: LinearCost

    def variables(self, given: Mapping[str, Any] | None) -> dict[str, Any]:
        """Those that were given, and the defaults of others."""
        return {**self.defaults, **(given or {})}


@dataclass(frozen=True, slots=True)
class Document:
    """A document within the limits."""

    node: DocumentNode
    fingerprint: str
    """What tells its text apart in the log."""
    errors: Sequence[GraphQLError]
    """Why it is not valid."""
    may_ask_for_schema: bool
    """Whether it is worth looking for introspection in it."""
    operations: Mapping[str | None, Operation]
    lists: Sequence[tuple[Size, LinearCost]]

    def cost(self, operation_name: str | None, variables: Mapping[str, Any] | None) -> int:
        """The objects that the operation may return, and what it costs besides; nothing if it cannot run."""
        if self.errors or not (operation := self.operation(operation_name)):
            return 0
        given, each = operation.variables(variables), [1]
        for size, item in self.lists:
            each.append(size.given(given) * sum(times * each[place] for place, times in item.items()))
        return sum(times * each[place] for place, times in operation.cost.items())

    def operation(self, name: str | None) -> Operation | None:
        """The operation with the name; without one, the first."""
        return next(iter(self.operations.values()), None) if name is None else self.operations.get(name)

    def check(self, operation_name: str | None, variables: Mapping[str, Any] | None) -> None:
        """Refuses values that no call takes, and what costs too much with them.

        Raises:
            GraphQLError: The values will not do, or it costs too much.
        """
        if operation := self.operation(operation_name):
            try:
                operation.input.check(operation.variables(variables))
            except BadUserInput as refusal:
                raise graphql_error(refusal) from refusal
        cost = self.cost(operation_name, variables)
        if cost > MAX_COST:
            what = Message("The operation costs {cost:,} points, one for each object that it may return", cost=cost)
            next_step = Message("Ask for smaller pages by `first` or `last`, or for less below them.")
            raise too_complex(what, MAX_COST, next_step)


@lru_cache(maxsize=DOCUMENT_CACHE_SIZE)
def read_document(schema: GraphQLSchema, text: str) -> Document:
    """The document with this text, which may not be valid.

    Raises:
        GraphQLError: It is no document, or goes beyond a limit.
    """
    if len(text) > MAX_CHARACTERS:
        raise too_complex(
            Message("The document has {count:,} characters", count=len(text)),
            MAX_CHARACTERS,
            Message("Send values as variables."),
        )
    node = _parse(text)
    survey = ComplexityAnalyzer(schema, node)
    try:
        operations = dict(_operations(schema, node, survey))
    except RecursionError:
        raise _nested_too_deeply() from None
    tokens = count_tokens(node) - survey.schema_tokens
    if tokens > MAX_TOKENS:
        raise too_complex(
            Message("The document has {count:,} tokens", count=tokens),
            MAX_TOKENS,
            Message("Send values as variables, or split it."),
        )
    if survey.schema_tokens > MAX_SCHEMA_TOKENS:
        raise too_complex(
            Message("The document has {count:,} tokens about the schema", count=survey.schema_tokens), MAX_SCHEMA_TOKENS
        )
    errors = _validate(schema, node) or check_literals(schema, node)
    return Document(node, fingerprint_of(text), errors, "__" in text, operations, survey.lists)


def fingerprint_of(text: str) -> str:
    """What tells a document apart in the log, which does not show it."""
    return sha256(text.encode()).hexdigest()[:16]


def _parse(text: str) -> DocumentNode:
    try:
        return parse(text, max_lexical_tokens=MAX_TOKENS + MAX_SCHEMA_TOKENS)
    except GraphQLError as error:
        if "nested too deeply" in error.message:
            raise _nested_too_deeply() from None
        if "Parsing aborted" in error.message:
            most = MAX_TOKENS + MAX_SCHEMA_TOKENS
            raise too_complex(Message("The document has more than {most:,} tokens", most=most), MAX_TOKENS) from None
        raise


def _validate(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    errors = validate_document(schema, document, tuple(specified_rules))
    if any(error.message == "Validation aborted." for error in errors):
        raise too_complex(
            Message("The document repeats fields in too many pairs"), MAX_COMPLEXITY_BUDGET, Message("Name each once.")
        )
    # Without what caused them: a number that Python does not read, say, is the client's mistake all the same.
    return [GraphQLError(error.message, error.nodes) for error in errors]


def _nested_too_deeply() -> GraphQLError:
    return too_complex(Message("The document nests hundreds of fields"), MAX_DEPTH, Message("Ask for less at once."))


def _operations(
    schema: GraphQLSchema, document: DocumentNode, survey: ComplexityAnalyzer
) -> Iterator[tuple[str | None, Operation]]:
    fragments = [one for one in document.definitions if isinstance(one, FragmentDefinitionNode)]
    for definition in document.definitions:
        if isinstance(definition, FragmentDefinitionNode):
            if not definition.type_condition.name.value.startswith("__"):  # those are measured where they are spread
                survey.measure(definition).check()
        elif isinstance(definition, OperationDefinitionNode):
            measure = survey.measure(definition)
            measure.check()
            defaults = {
                one.variable.name.value: value_from_ast_untyped(one.default_value)
                for one in definition.variable_definitions or ()
                if one.default_value
            }
            input = input_of(schema, definition, fragments)
            name = definition.name.value if definition.name else None
            yield name, Operation(name, definition.operation, defaults, input, measure.cost)
