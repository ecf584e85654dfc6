"""Execution of operations: queries and mutations by graphql-core, subscriptions by Strawberry."""

from collections.abc import Iterator
from inspect import isawaitable
from typing import Any

from strawberry import Schema
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionResult

from resolvers.context import Context
from schema.execution.document import Document, read_document
from schema.execution.graphql_core import core_schema, execute_document


async def run(
    schema: Schema,
    document: Document,
    context: Context,
    *,
    operation_name: str | None = None,
    variables: dict[str, Any] | None = None,
) -> ExecutionResult:
    """Execute a query or mutation of a valid document whose variables have been checked (`Document.check`)."""
    result = execute_document(
        schema,
        document.node,
        context,
        operation_name=operation_name,
        variables=variables,
        suggestions=document.suggestions,
    )
    if isawaitable(result):
        result = await result
    return ExecutionResult(result.data, result.errors)


class DocumentExtension(SchemaExtension):
    """Makes Strawberry use the cached documents of `read_document`, with their limits, for subscriptions."""

    document: Document

    def on_parse(self) -> Iterator[None]:
        """Take the document from the cache, or read it."""
        execution = self.execution_context
        may_read_schema = execution.context.principal is not None
        self.document = read_document(core_schema(execution.schema), execution.query or "", suggestions=may_read_schema)
        execution.graphql_document = self.document.node
        yield

    def on_validate(self) -> Iterator[None]:
        """Report the validation errors of the document."""
        self.execution_context.pre_execution_errors = list(self.document.errors)
        yield

    def on_execute(self) -> Iterator[None]:
        """Check the variables and the cost of the operation."""
        self.document.check(self.execution_context.operation_name, self.execution_context.variables)
        yield
