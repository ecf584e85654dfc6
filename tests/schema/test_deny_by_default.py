"""Whatever the schema offers is refused unless its rule allows it: every root field and kind of object, walked."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import GraphQLNonNull
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
from resolvers.context import ALL_SCOPES, Context
from schema.build import schema
from schema.core.permissions import Access, rule_of
from tests.schema.core.test_permissions import as_token, codes
from tests.schema.test_tenant_isolation import CORE, FIELDS, selection, value

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
UNKNOWN = "TGljZW5zZTo5OTk="
"""The ID of a license that is not there."""


def rules() -> dict[tuple[str, str], Any]:
    """The rule of each root field, by the kind of operation and its name in the schema."""
    found = {}
    for kind in ("query", "mutation", "subscription"):
        root = getattr(schema, kind).__strawberry_definition__
        for field in root.fields:
            found[kind, schema.config.name_converter.get_graphql_name(field)] = rule_of(field)
    return found


RULES = rules()
GUARDED = [place for place, rule in RULES.items() if rule is not Access.PUBLIC]


def document(kind: str, name: str) -> tuple[str, dict[str, Any]]:
    """An operation with this field alone, and its variables."""
    field = getattr(CORE, f"{kind}_type").fields[name]
    needed = {n: a.type for n, a in field.args.items() if isinstance(a.type, GraphQLNonNull)}
    declared = f"({', '.join(f'${n}: {type_}' for n, type_ in needed.items())})" if needed else ""
    used = f"({', '.join(f'{n}: ${n}' for n in needed)})" if needed else ""
    text = f"{kind} {declared} {{ {name}{used} {selection(field.type, 1)} }}"
    return text, {n: value(type_, UNKNOWN) for n, type_ in needed.items()}


async def first_result(text: str, context: Context, variables: dict[str, Any]) -> Any:
    """What a subscription says first."""
    answered: Any = await schema.subscribe(text, variable_values=variables, context_value=context)
    if not isinstance(answered, AsyncIterator):
        return answered
    async for result in answered:
        return result


async def call(execute: Any, place: tuple[str, str], by: Context) -> ExecutionResult:
    text, variables = document(*place)
    if place[0] == "subscription":
        result: ExecutionResult = await first_result(text, by, variables)
        return result
    answered: ExecutionResult = await execute(text, by=by, **variables)
    return answered


def test_all_root_fields_are_walked():
    roots = {kind: getattr(CORE, f"{kind}_type").fields for kind in ("query", "mutation", "subscription")}
    assert set(RULES) == {(kind, name) for kind, fields in roots.items() for name in fields}
    assert len(GUARDED) >= 24


@pytest.mark.parametrize("place", GUARDED, ids=" ".join)
async def test_nobody_gets_nothing_and_costs_no_statement(execute, statements, place):
    result = await call(execute, place, Context(None, request_id="nobody"))

    assert codes(result) == ["UNAUTHENTICATED"]
    assert not any((result.data or {}).values())
    assert statements == []


@pytest.mark.parametrize("place", GUARDED, ids=" ".join)
async def test_all_other_scopes_are_not_the_one_it_needs(execute, context, statements, place):
    rule = RULES[place]
    scopes = ALL_SCOPES - {rule} if isinstance(rule, ApiScope) else frozenset()

    result = await call(execute, place, as_token(context, *scopes))

    assert codes(result) == (["FORBIDDEN"] if isinstance(rule, ApiScope) else [])
    assert not any(any(v) if isinstance(v, list) else v for v in (result.data or {}).values())
    assert statements == []


async def test_every_kind_of_object_needs_its_scope_and_no_other(run, context, every_id):
    assert every_id.keys() == SCOPES.keys()
    for scope in ApiScope:
        seen = await run(BY_IDS, by=as_token(context, scope), ids=list(every_id.values()))
        expected = [{"__typename": name} if SCOPES[name] is scope else None for name in every_id]
        assert seen["nodes"] == expected


async def test_a_token_for_one_vendor_finds_nothing_of_another_by_id(run, context, every_id, make_vendor):
    vendor = await make_vendor("nordsync", name="NordSync AS")
    bound = as_token(context, *ALL_SCOPES - {ApiScope.TOKENS_WRITE, ApiScope.USERS_WRITE}, vendor_id=vendor.id)

    seen = await run(BY_IDS, by=bound, ids=list(every_id.values()))

    assert [node["__typename"] for node in seen["nodes"] if node] == ["Installation"]


@pytest.mark.parametrize(("kind", "name"), [place for place in FIELDS if place[0] == "mutation"])
async def test_a_token_for_one_vendor_changes_nothing_of_another(execute, context, every_id, make_vendor, kind, name):
    vendor = await make_vendor("nordsync", name="NordSync AS")
    bound = as_token(context, *ALL_SCOPES - {ApiScope.TOKENS_WRITE}, vendor_id=vendor.id)
    tables: list[Any] = [Vendor, License, User, Assignment, ChangeSet, ApiToken, AuditEvent, Webhook]
    before = [await table.all().values() for table in tables]
    field = CORE.mutation_type.fields[name]
    for id_ in every_id.values():
        variables = {n: value(argument.type, id_) for n, argument in field.args.items()}
        declared = ", ".join(f"${n}: {field.args[n].type}" for n in variables)
        used = ", ".join(f"{n}: ${n}" for n in variables)
        text = f"mutation ({declared}) {{ {name}({used}) {{ userErrors {{ code }} }} }}"

        result = await execute(text, by=bound, **variables)

        said = codes(result) or [error["code"] for error in result.data[name]["userErrors"]]
        assert said and set(said) <= {"NOT_FOUND", "FORBIDDEN"}, said
    assert [await table.all().values() for table in tables] == before


async def test_the_rest_of_a_refused_document_is_answered(execute, context):
    result = await execute("{ users { totalCount } vendors { key } }", by=as_token(context, ApiScope.LICENSES_READ))

    assert codes(result) == ["FORBIDDEN"]
    assert result.data == {"users": None, "vendors": [{"key": "superoffice"}]}
