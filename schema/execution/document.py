"""GraphQL documents: parsed, checked against the limits and validated once, then cached by their text."""

from collections.abc import Mapping, Sequence
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
    value_from_ast_untyped,
)

from licensing.messages import Message
from resolvers.errors import BadUserInput
from schema.core.user_errors import graphql_error
from schema.execution.complexity import (
    MAX_CHARACTERS,
    MAX_COST,
    MAX_DEPTH,
    MAX_SCHEMA_TOKENS,
    MAX_TOKENS,
    Complexity,
    ComplexityAnalyzer,
    LinearCost,
    too_complex,
)
from schema.execution.cost import Condition, Size
from schema.execution.graphql_core import (
    MAX_COMPLEXITY_BUDGET,
    is_nesting_error,
    is_token_limit_error,
    is_validation_aborted,
    parse_document,
    validate_document,
)
from schema.execution.input_validation import OperationInput, check_literals, operation_input

DOCUMENT_CACHE_SIZE = 100
"""Number of cached documents, the most recently used ones. Clients repeat a few documents; the largest take 1 MB."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of a document."""

    name: str | None
    type: OperationType
    defaults: Mapping[str, Any]
    input: OperationInput
    complexity: Complexity

    def variables(self, given: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the given variables, with the defaults of those that are not given."""
        return {**self.defaults, **(given or {})}


@dataclass(frozen=True, slots=True)
class Document:
    """A document within the limits, valid or not."""

    node: DocumentNode
    fingerprint: str
    """Hash that identifies the text in the log."""
    errors: Sequence[GraphQLError]
    """Validation errors."""
    may_contain_introspection: bool
    """Whether the document may contain introspection fields."""
    operations: Mapping[str | None, Operation]
    factors: Sequence[tuple[Size | Condition, LinearCost]]
    """Factors of costs that depend on variables, each with the cost that it multiplies."""
    suggestions: bool
    """Whether error messages suggest names of the schema."""

    def cost(self, operation_name: str | None, variables: Mapping[str, Any] | None) -> int:
        """Return the cost of an operation with some variables; 0 if the operation cannot be executed."""
        if self.errors or not (operation := self.operation(operation_name)):
            return 0
        merged, values = operation.variables(variables), [1]
        for factor, cost in self.factors:
            values.append(factor.evaluate(merged) * sum(count * values[index] for index, count in cost.items()))
        return sum(count * values[index] for index, count in operation.complexity.cost.items())

    def operation(self, name: str | None) -> Operation | None:
        """Return the operation with a name, or the first operation if no name is given; None if there is none."""
        return next(iter(self.operations.values()), None) if name is None else self.operations.get(name)

    def check(self, operation_name: str | None, variables: Mapping[str, Any] | None) -> None:
        """Check the size, the variables and the cost of an operation.

        Raises:
            GraphQLError: A variable has an invalid value, or a limit is exceeded.
        """
        if operation := self.operation(operation_name):
            operation.complexity.check_operation()
            try:
                operation.input.check(operation.variables(variables))
            except BadUserInput as error:
                raise graphql_error(error) from error
        cost = self.cost(operation_name, variables)
        if cost > MAX_COST:
            problem = Message("The operation costs {cost:,} points, one for each object that it may return", cost=cost)
            next_step = Message("Request smaller pages with `first` or `last`, or fewer fields below them.")
            raise too_complex(problem, MAX_COST, next_step)


@lru_cache(maxsize=DOCUMENT_CACHE_SIZE)
def read_document(schema: GraphQLSchema, text: str, *, suggestions: bool) -> Document:
    """Parse a document, check its limits and validate it. Validation errors are returned in `Document.errors`.

    With `suggestions`, error messages suggest names of the schema; only callers who may read the schema get such a
    document.

    Raises:
        GraphQLError: The text cannot be parsed, or exceeds a limit.
    """
    if len(text) > MAX_CHARACTERS:
        raise too_complex(
            Message("The document has {count:,} characters", count=len(text)),
            MAX_CHARACTERS,
            Message("Send values as variables."),
        )
    node = _parse(text)
    analyzer = ComplexityAnalyzer(schema, node)
    try:
        complexities = _measure(node, analyzer)
        errors = _validate(schema, node, suggestions=suggestions)
        inputs = [
            OperationInput() if errors else operation_input(schema, definition, complexity.fragments)
            for definition, complexity in complexities
        ]
    except RecursionError:
        raise _nested_too_deeply() from None
    errors = errors or check_literals(schema, node, inputs)
    operations = {
        definition.name.value if definition.name else None: _operation(definition, complexity, input)
        for (definition, complexity), input in zip(complexities, inputs, strict=True)
    }
    return Document(node, fingerprint_of(text), errors, "__" in text, operations, analyzer.factors, suggestions)


def fingerprint_of(text: str) -> str:
    """Return a hash that identifies a document in the log, which does not contain its text."""
    return sha256(text.encode()).hexdigest()[:16]


def _parse(text: str) -> DocumentNode:
    try:
        return parse_document(text, MAX_TOKENS + MAX_SCHEMA_TOKENS)
    except GraphQLError as error:
        if is_nesting_error(error):
            raise _nested_too_deeply() from None
        if is_token_limit_error(error):
            most = MAX_TOKENS + MAX_SCHEMA_TOKENS
            raise too_complex(Message("The document has more than {most:,} tokens", most=most), MAX_TOKENS) from None
        raise


def _validate(schema: GraphQLSchema, document: DocumentNode, *, suggestions: bool) -> list[GraphQLError]:
    errors = validate_document(schema, document, suggestions=suggestions)
    if any(map(is_validation_aborted, errors)):
        raise too_complex(
            Message("The document repeats the same fields too often"),
            MAX_COMPLEXITY_BUDGET,
            Message("Select each field once."),
        )
    # Without their causes, such as a number that Python cannot parse: invalid input is not a server error.
    return [GraphQLError(error.message, error.nodes) for error in errors]


def _nested_too_deeply() -> GraphQLError:
    return too_complex(Message("The document nests hundreds of fields"), MAX_DEPTH, Message("Ask for less at once."))


def _measure(document: DocumentNode, analyzer: ComplexityAnalyzer) -> list[tuple[OperationDefinitionNode, Complexity]]:
    """Return the operations of a document with their complexities, at least one of which is within the limits."""
    operations, excesses = [], []
    for definition in document.definitions:
        if isinstance(definition, FragmentDefinitionNode):
            if not definition.type_condition.name.value.startswith("__"):  # those are measured where they are used
                analyzer.measure(definition).check()
        elif isinstance(definition, OperationDefinitionNode):
            complexity = analyzer.measure(definition)
            complexity.check()
            operations.append((definition, complexity))
            try:
                complexity.check_operation()
            except GraphQLError as error:
                excesses.append(error)
    if excesses and len(excesses) == len(operations):
        raise excesses[0]
    analyzer.check_document()
    return operations


def _operation(definition: OperationDefinitionNode, complexity: Complexity, input: OperationInput) -> Operation:
    defaults = {
        variable.variable.name.value: value_from_ast_untyped(variable.default_value)
        for variable in definition.variable_definitions or ()
        if variable.default_value
    }
    name = definition.name.value if definition.name else None
    return Operation(name, definition.operation, defaults, input, complexity)
