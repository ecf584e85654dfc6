"""Fixtures that execute operations against the schema, without a server, and record their SQL statements."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from graphql import GraphQLError
from strawberry.types import ExecutionResult

from models.webhook import Webhook
from resolvers.context import Context, utc_now
from schema.build import schema
from schema.execution.document import read_document
from schema.execution.execute import run as run_operation
from schema.execution.graphql_core import core_schema
from tests.resolvers.conftest import import_file, offer, trusted_vendor
from tests.support.documents import grant

__all__ = ["import_file", "offer", "trusted_vendor"]


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
            parsed = read_document(core_schema(schema), document)
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


@pytest.fixture
async def node_ids(
    run: Callable[..., Awaitable[dict[str, Any]]],
    installation: int,
    make_license: Callable[..., Awaitable[Any]],
    offer: Callable[..., Awaitable[Any]],
) -> dict[str, str]:
    """Return the global ID of one object of each type, all of the main vendor."""
    await make_license("superoffice.plan", name="plan", total=5, held_by=4, plan=True)
    await offer({}, licenses=[grant("plan", name="plan", total=3, plan=True)])
    await run('mutation { createApiToken(input: {name: "t", scopes: [AUDIT_READ]}) { userErrors { code } } }')
    now = utc_now()
    await Webhook.create(
        installation_id=installation, name="w", url="https://erp.example", secret="s", created_at=now, position=0,
        next_try_at=now,
    )  # fmt: skip
    data = await run(
        """{
          installation { id } vendors { id } licenses { nodes { id assignments { nodes { id user { id } } } } }
          pendingChanges { id changes { id } surplusRequirements { id } } auditEvents { nodes { id } } apiTokens { id }
          webhooks { id }
        }"""
    )
    [pending], [license] = data["pendingChanges"], data["licenses"]["nodes"]
    return {
        "Installation": data["installation"]["id"],
        "Vendor": data["vendors"][0]["id"],
        "License": license["id"],
        "LicenseAssignment": license["assignments"]["nodes"][0]["id"],
        "User": license["assignments"]["nodes"][0]["user"]["id"],
        "LicenseChangeSet": pending["id"],
        "LicenseChange": pending["changes"][0]["id"],
        "SurplusRequirement": pending["surplusRequirements"][0]["id"],
        "AuditEvent": data["auditEvents"]["nodes"][0]["id"],
        "ApiToken": data["apiTokens"][0]["id"],
        "Webhook": data["webhooks"][0]["id"],
    }
