"""Operations run against the schema itself, without a server around it, and how many statements they took."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from strawberry.types import ExecutionResult

from resolvers.context import Context
from schema import schema
from tests.resolvers.conftest import import_file, offer, trusted_vendor

__all__ = ["import_file", "offer", "trusted_vendor"]


class Statements(logging.Handler):
    """Remembers the statements that Tortoise sends."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.texts.append(record.getMessage())


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The statements sent since the latest operation of `execute` began."""
    handler, logger = Statements(), logging.getLogger("tortoise.db_client")
    level, logger.propagate = logger.level, False
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler.texts
    logger.setLevel(level)
    logger.removeHandler(handler)
    logger.propagate = True


@pytest.fixture
def execute(context: Context, statements: list[str]) -> Callable[..., Awaitable[ExecutionResult]]:
    """Runs an operation as a request of its own, by default the administrator's."""

    async def do(document: str, *, by: Context = context, **variables: Any) -> ExecutionResult:
        by.forget()
        statements.clear()
        result = await schema.execute(document, variable_values=variables, context_value=by)
        assert isinstance(result, ExecutionResult)
        return result

    return do


@pytest.fixture
def run(execute: Callable[..., Awaitable[ExecutionResult]]) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Runs an operation that has no errors, and returns its data."""

    async def do(document: str, **variables: Any) -> dict[str, Any]:
        result = await execute(document, **variables)
        assert not result.errors, result.errors
        assert result.data is not None
        return result.data

    return do
