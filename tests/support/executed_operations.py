"""Fixtures that execute operations against the schema, without a server, and record their SQL statements."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from graphql import GraphQLError
from strawberry.types import ExecutionResult

from resolvers.context import Context
from schema.build import schema
from schema.execution.document import read_document
from schema.execution.execute import run as run_operation
from schema.execution.graphql_core import core_schema


class StatementRecorder(logging.Handler):
    """Records the SQL statements that Tortoise sends."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Record a statement."""
        self.texts.append(record.getMessage())


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Return the SQL statements of the latest operation of `execute`."""
    handler, logger = StatementRecorder(), logging.getLogger("tortoise.db_client")
    level, logger.propagate = logger.level, False
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler.texts
    logger.setLevel(level)
    logger.removeHandler(handler)
    logger.propagate = True


@pytest.fixture
def execute(context: Context, statements: list[str]) -> Callable[..., Awaitable[ExecutionResult]]:
    """Return a function that executes an operation as a separate request, by default as the administrator."""

    async def do(document: str, *, by: Context = context, **variables: Any) -> ExecutionResult:
        by.clear_cache()
        statements.clear()
        try:
            parsed = read_document(core_schema(schema), document, suggestions=True)
            parsed.check(None, variables)
        except GraphQLError as error:
            return ExecutionResult(None, [error])
        if parsed.errors:
            return ExecutionResult(None, list(parsed.errors))
        return await run_operation(schema, parsed, by, variables=variables)

    return do


@pytest.fixture
def run(execute: Callable[..., Awaitable[ExecutionResult]]) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Return a function that executes an operation, asserts that it has no errors and returns its data."""

    async def do(document: str, **variables: Any) -> dict[str, Any]:
        result = await execute(document, **variables)
        assert not result.errors, result.errors
        assert result.data is not None
        return result.data

    return do
