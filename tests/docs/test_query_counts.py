"""The number of SQL statements of the guide's queries does not grow with the data."""

from datetime import UTC, datetime, timedelta

import pytest
from graphql import OperationDefinitionNode, OperationType, parse

from licensing.enums import ApiScope
from resolvers.auth.api_tokens import create_api_token
from tests.docs.pages import DOCS, Operation, operations
from tests.support.documents import grant
from tests.support.executed_operations import execute, run, statements
from tests.support.license_imports import import_file, offer, trusted_vendor

__all__ = ["execute", "import_file", "offer", "run", "statements", "trusted_vendor"]

FEW, MANY = 3, 40
TOLERANCE = 1
"""Statements by which the counts may differ: two branches of a document may or may not share a batch."""


def is_query(operation: Operation) -> bool:
    """Return whether the operation is a query."""
    [definition] = parse(operation.text).definitions
    return isinstance(definition, OperationDefinitionNode) and definition.operation is OperationType.QUERY


QUERIES = [operation for operation in operations(*sorted((DOCS / "guide").glob("*.md"))) if is_query(operation)]


@pytest.fixture
async def grow(make_user, make_license, make_vendor, context, offer):
    """Return a function that grows the installation to a number of users, licenses, vendors and tokens.

    Two plans are held by users, and a change set reduces one of them to a single seat.
    """
    plans = {"superoffice.ten-sales": 50, "superoffice.ten-service": 50}
    for key, total in plans.items():
        await make_license(key, total=total, plan=True)
    made = 0

    async def do(count: int) -> None:
        nonlocal made
        for number in range(made, count):
            last_login = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
            for key in plans:
                await make_user(f"{key} {number}", holds=[key], last_login_at=last_login)
            await make_license(f"superoffice.other-{number}", total=number)
            await make_vendor(f"vendor-{number}")
            await create_api_token(
                context, name=f"Token {number}", scopes=[ApiScope.AUDIT_READ], vendor_id=None, expires_at=None
            )
        made = count
        await offer({}, licenses=[grant("ten-sales", total=1, plan=True), grant("ten-service", total=60, plan=True)])

    return do


def size(value: object) -> int:
    """Return the number of objects in a response."""
    if isinstance(value, dict):
        return 1 + sum(size(item) for item in value.values())
    return sum(size(item) for item in value) if isinstance(value, list) else 0


@pytest.mark.parametrize("operation", QUERIES, ids=str)
async def test_statement_count_does_not_grow_with_rows(run, statements, grow, operation: Operation):
    await grow(FEW)
    few = await run(operation.text, **operation.variables)
    statements_for_few = list(statements)

    await grow(MANY)
    many = await run(operation.text, **operation.variables)

    assert size(many) > 2 * size(few)
    assert abs(len(statements) - len(statements_for_few)) <= TOLERANCE
