"""Every root field and every type of object is inaccessible unless its access rule allows it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from strawberry.types import ExecutionResult

from licensing.enums import ApiScope
from models.api_token import ApiToken
from models.assignment import Assignment
from models.audit_event import AuditEvent
from models.change_set import ChangeSet
from models.license import License
from models.user import User
from models.vendor import Vendor
from models.webhook import Webhook
from resolvers.context import Context
from resolvers.principals import ALL_SCOPES
from schema.build import schema
from tests.schema.requests import as_token, codes
from tests.support.schema_fields import CORE, FIELDS_TAKING_IDS, PROTECTED_FIELDS, RULES, document, value

SCOPES = {
    "Installation": ApiScope.LICENSES_READ,
    "Vendor": ApiScope.LICENSES_READ,
    "License": ApiScope.LICENSES_READ,
    "LicenseAssignment": ApiScope.USERS_READ,
    "User": ApiScope.USERS_READ,
    "LicenseChangeSet": ApiScope.LICENSES_READ,
    "LicenseChange": ApiScope.LICENSES_READ,
    "SurplusRequirement": ApiScope.LICENSES_READ,
    "AuditEvent": ApiScope.AUDIT_READ,
    "ApiToken": ApiScope.TOKENS_WRITE,
    "Webhook": ApiScope.WEBHOOKS_WRITE,
}
BY_IDS = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }"


async def first_result(text: str, context: Context, variables: dict[str, Any]) -> Any:
    """Return the first result of a subscription."""
    results: Any = await schema.subscribe(text, variable_values=variables, context_value=context)
    if not isinstance(results, AsyncIterator):
        return results
    async for result in results:
        return result


async def call(execute: Any, field: tuple[str, str], by: Context) -> ExecutionResult:
    text, variables = document(*field)
    if field[0] == "subscription":
        result: ExecutionResult = await first_result(text, by, variables)
        return result
    executed: ExecutionResult = await execute(text, by=by, **variables)
    return executed


def test_all_root_fields_are_covered():
    roots = {kind: getattr(CORE, f"{kind}_type").fields for kind in ("query", "mutation", "subscription")}
    assert set(RULES) == {(kind, name) for kind, fields in roots.items() for name in fields}
    assert len(PROTECTED_FIELDS) >= 24


@pytest.mark.parametrize("field", PROTECTED_FIELDS, ids=" ".join)
async def test_anonymous_calls_are_rejected_without_queries(execute, statements, field):
    result = await call(execute, field, Context(None, request_id="anonymous"))

    assert codes(result) == ["UNAUTHENTICATED"]
    assert not any((result.data or {}).values())
    assert statements == []


@pytest.mark.parametrize("field", PROTECTED_FIELDS, ids=" ".join)
async def test_other_scopes_are_not_sufficient(execute, context, statements, field):
    rule = RULES[field]
    scopes = ALL_SCOPES - {rule} if isinstance(rule, ApiScope) else frozenset()

    result = await call(execute, field, as_token(context, *scopes))

    assert codes(result) == (["FORBIDDEN"] if isinstance(rule, ApiScope) else [])
    assert not any(any(v) if isinstance(v, list) else v for v in (result.data or {}).values())
    assert statements == []


async def test_nodes_need_exactly_their_scope(run, context, node_ids):
    assert node_ids.keys() == SCOPES.keys()
    for scope in ApiScope:
        found = await run(BY_IDS, by=as_token(context, scope), ids=list(node_ids.values()))
        expected = [{"__typename": name} if SCOPES[name] is scope else None for name in node_ids]
        assert found["nodes"] == expected


async def test_vendor_token_cannot_fetch_other_vendors_nodes(run, context, node_ids, make_vendor):
    vendor = await make_vendor("nordsync", name="NordSync AS")
    vendor_token = as_token(context, *ALL_SCOPES - {ApiScope.TOKENS_WRITE, ApiScope.USERS_WRITE}, vendor_id=vendor.id)

    found = await run(BY_IDS, by=vendor_token, ids=list(node_ids.values()))

    assert [node["__typename"] for node in found["nodes"] if node] == ["Installation"]


@pytest.mark.parametrize(("kind", "name"), [field for field in FIELDS_TAKING_IDS if field[0] == "mutation"])
async def test_vendor_token_cannot_change_other_vendors(execute, context, node_ids, make_vendor, kind, name):
    vendor = await make_vendor("nordsync", name="NordSync AS")
    vendor_token = as_token(context, *ALL_SCOPES - {ApiScope.TOKENS_WRITE}, vendor_id=vendor.id)
    tables: list[Any] = [Vendor, License, User, Assignment, ChangeSet, ApiToken, AuditEvent, Webhook]
    before = [await table.all().values() for table in tables]
    field = CORE.mutation_type.fields[name]
    for id_ in node_ids.values():
        variables = {n: value(argument.type, id_) for n, argument in field.args.items()}
        declared = ", ".join(f"${n}: {field.args[n].type}" for n in variables)
        used = ", ".join(f"{n}: ${n}" for n in variables)
        text = f"mutation ({declared}) {{ {name}({used}) {{ userErrors {{ code }} }} }}"

        result = await execute(text, by=vendor_token, **variables)

        error_codes = codes(result) or [error["code"] for error in result.data[name]["userErrors"]]
        assert error_codes and set(error_codes) <= {"NOT_FOUND", "FORBIDDEN"}, error_codes
    assert [await table.all().values() for table in tables] == before


async def test_permitted_fields_are_returned_beside_forbidden_ones(execute, context):
    result = await execute("{ users { totalCount } vendors { key } }", by=as_token(context, ApiScope.LICENSES_READ))

    assert codes(result) == ["FORBIDDEN"]
    assert result.data == {"users": None, "vendors": [{"key": "superoffice"}]}
