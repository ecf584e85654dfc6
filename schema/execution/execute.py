"""Operations as they are run: queries and mutations by graphql-core, subscriptions by Strawberry."""

from collections.abc import Iterator
from inspect import isawaitable
from typing import Any

from graphql import execute
from strawberry import Schema
from strawberry.execution import optimized_is_awaitable
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionResult

from resolvers.context import Context
from schema.execution.document import Document, read_document


async def run(
    schema: Schema,
    document: Document,
    context: Context,
    *,
    operation_name: str | None = None,
    variables: dict[str, Any] | None = None,
) -> ExecutionResult:
    """What a query or a mutation gives, of a document that is valid and has been checked."""
    result = execute(
        schema._schema,
        document.node,
        context_value=context,
        variable_values=variables,
        operation_name=operation_name,
        is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]
        executor_class=schema.execution_context_class,
    )
    if isawaitable(result):
        result = await result
    return ExecutionResult(result.data, result.errors)


class Documents(SchemaExtension):
    """Has Strawberry run what `read_document` has read, by the same rules: it follows subscriptions."""

    document: Document

    def on_parse(self) -> Iterator[None]:
        """Reads the document, or finds it."""
        execution = self.execution_context
        self.document = read_document(execution.schema._schema, execution.query or "")
        execution.graphql_document = self.document.node
        yield

    def on_validate(self) -> Iterator[None]:
        """Refuses what is not valid."""
        self.execution_context.pre_execution_errors = list(self.document.errors)
        yield

    def on_execute(self) -> Iterator[None]:
        """Refuses values that no call takes, and what costs too much with them."""
        self.document.check(self.execution_context.operation_name, self.execution_context.variables)
        yield
