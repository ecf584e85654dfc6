"""Operations run against the schema itself, without a server around it, and how many statements they took."""

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
from tests.resolvers.conftest import import_file, offer, trusted_vendor
from tests.support.documents import grant

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
        try:
            read = read_document(schema._schema, document)
            read.check(None, variables)
        except GraphQLError as refusal:
            return ExecutionResult(None, [refusal])
        if read.errors:
            return ExecutionResult(None, list(read.errors))
        return await run_operation(schema, read, by, variables=variables)

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


@pytest.fixture
async def every_id(
    run: Callable[..., Awaitable[dict[str, Any]]],
    installation: int,
    make_license: Callable[..., Awaitable[Any]],
    offer: Callable[..., Awaitable[Any]],
) -> dict[str, str]:
    """The ID of one object of each type, all of them the main vendor's."""
    await make_license("superoffice.plan", name="plan", total=5, held_by=4, plan=True)
    await offer({}, licenses=[grant("plan", name="plan", total=3, plan=True)])
    await run('mutation { createApiToken(input: {name: "t", scopes: [AUDIT_READ]}) { userErrors { code } } }')
    now = utc_now()
    await Webhook.create(
        installation_id=installation, name="w", url="https://erp.example", secret="s", created_at=now, position=0,
        next_try_at=now,
    )  # fmt: skip
    seen = await run(
        """{
          installation { id } vendors { id } licenses { nodes { id assignments { nodes { id user { id } } } } }
          pendingChanges { id changes { id } surplusRequirements { id } } auditEvents { nodes { id } } apiTokens { id }
          webhooks { id }
        }"""
    )
    [pending], [license] = seen["pendingChanges"], seen["licenses"]["nodes"]
    return {
        "Installation": seen["installation"]["id"],
        "Vendor": seen["vendors"][0]["id"],
        "License": license["id"],
        "LicenseAssignment": license["assignments"]["nodes"][0]["id"],
        "User": license["assignments"]["nodes"][0]["user"]["id"],
        "LicenseChangeSet": pending["id"],
        "LicenseChange": pending["changes"][0]["id"],
        "SurplusRequirement": pending["surplusRequirements"][0]["id"],
        "AuditEvent": seen["auditEvents"]["nodes"][0]["id"],
        "ApiToken": seen["apiTokens"][0]["id"],
        "Webhook": seen["webhooks"][0]["id"],
    }
