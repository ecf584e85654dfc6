"""Each scope alone reads its own objects and references to others, in queries and in payloads of mutations."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from graphql import DocumentNode, GraphQLList, GraphQLNonNull, get_named_type, parse

from licensing.enums import ApiScope
from models.license import License
from models.user import User
from models.vendor import Vendor
from models.webhook import Webhook, WebhookDelivery
from resolvers.context import Context, utc_now
from schema.build import build_schema
from schema.execution.compiled_executor import without_compilation
from schema.execution.graphql_core import core_schema, execute_document
from schema.relay.node import decode
from tests.schema.requests import as_token
from tests.support.schema_fields import UNKNOWN_ID, selection, value

READ, USERS, AUDIT = ApiScope.LICENSES_READ, ApiScope.USERS_READ, ApiScope.AUDIT_READ
TOKENS, WEBHOOKS = ApiScope.TOKENS_WRITE, ApiScope.WEBHOOKS_WRITE
SCOPES = {
    "Installation": READ, "Vendor": READ, "VendorCheck": READ, "License": READ, "LicenseSeats": READ,
    "LicenseChangeSet": READ, "LicenseChange": READ, "SurplusRequirement": READ, "LicenseConnection": READ,
    "LicenseEdge": READ, "LicenseChangeSetConnection": READ, "LicenseChangeSetEdge": READ,
    "User": USERS, "UserConnection": USERS, "UserEdge": USERS, "LicenseAssignment": USERS,
    "LicenseAssignmentConnection": USERS, "LicenseAssignmentEdge": USERS, "RevocationSuggestion": USERS,
    "AuditEvent": AUDIT, "AuditDetail": AUDIT, "AuditEventConnection": AUDIT, "AuditEventEdge": AUDIT,
    "ApiToken": TOKENS, "Webhook": WEBHOOKS, "WebhookDelivery": WEBHOOKS,
    "LicenseDocument": ApiScope.LICENSES_WRITE, "UserLicenseRevocation": ApiScope.USERS_WRITE,
}  # fmt: skip
"""The scope that reads objects of a type. Objects of the other types hold nothing of their own."""
REFERENCES = {
    "Vendor": {"id", "key", "name", "isMain"},
    "License": {"id", "key", "name", "description", "scope", "vendor", "isPlan", "includes", "isHidden"},
    "User": {"id", "name", "login", "category", "status"},
}
"""The fields that those read who may read a reference to the object."""
OF_ANOTHER_SCOPE = {
    ("LicenseAssignment", "license"), ("User", "plan"), ("License", "vendor"), ("AuditEvent", "vendor"),
    ("ApiToken", "vendor"), ("Webhook", "vendor"), ("AssignUserLicensesPayload", "users"),
    ("ReassignUserLicensesPayload", "users"),
}  # fmt: skip
"""References to objects that another scope reads; all others need the scope of their object."""
OBJECTS = {
    "licenseId": "License", "fromLicenseId": "License", "toLicenseId": "License", "userIds": "User",
    "changeSetId": "LicenseChangeSet", "vendorId": "Vendor", "apiTokenId": "ApiToken", "webhookId": "Webhook",
}  # fmt: skip
"""The type of object that an input field takes the ID of."""

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here depends on storage

SCHEMA = build_schema()
CORE = core_schema(SCHEMA)


def nullable(type_: Any) -> Any:
    """Return an output type without non-null types in it."""
    if isinstance(type_, GraphQLNonNull):
        return nullable(type_.of_type)
    return GraphQLList(nullable(type_.of_type)) if isinstance(type_, GraphQLList) else type_


for object_type in CORE.type_map.values():
    if not object_type.name.startswith("__"):
        for object_field in getattr(object_type, "fields", {}).values():
            if hasattr(object_field, "args"):
                # A rejected field is null alone: it hides no field that should be null, too.
                object_field.type = nullable(object_field.type)


def values(data: Any) -> Iterator[tuple[str, str]]:
    """Yield each type and field of a response that has a value."""
    if isinstance(data, list):
        for item in data:
            yield from values(item)
    elif isinstance(data, dict):
        type_: Any = CORE.type_map[data["__typename"]]
        for name, found in data.items():
            if name != "__typename" and found not in (None, []):
                yield type_.name, name
                yield from values(found)


def may_read(scope: ApiScope, type_name: str, field: str) -> bool:
    """Return whether a caller with one scope may read a field."""
    type_: Any = CORE.type_map[type_name]
    named: Any = get_named_type(type_.fields[field].type)
    below = SCOPES.get(named.name)
    if below is scope:
        return True
    if SCOPES.get(type_name, scope) is not scope and field not in REFERENCES.get(type_name, ()):
        return False
    return below is None or (type_name, field) in OF_ANOTHER_SCOPE


def operation(kind: str, name: str, ids: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """Return an operation that selects everything below a root field, and its variables."""
    field = getattr(CORE, f"{kind}_type").fields[name]
    needed = {n: a.type for n, a in field.args.items() if isinstance(a.type, GraphQLNonNull)}
    variables = {n: list(ids.values()) if n == "ids" else with_ids(value(t, ""), ids) for n, t in needed.items()}
    declared = f"({', '.join(f'${n}: {type_}' for n, type_ in needed.items())})" if needed else ""
    used = f"({', '.join(f'{n}: ${n}' for n in needed)})" if needed else ""
    return f"{kind} {declared} {{ {name}{used} {selection(field.type)} }}", variables


def with_ids(given: Any, ids: dict[str, str]) -> Any:
    """Return a value with the ID of an object in each field that is named after its type, such as `fromLicenseId`."""
    if isinstance(given, list):
        return [with_ids(item, ids) for item in given]
    if not isinstance(given, dict):
        return given
    result = {}
    for name, part in given.items():
        id_ = ids.get(OBJECTS.get(name, ""))
        result[name] = with_ids(part, ids) if id_ is None else [id_] if isinstance(part, list) else id_
    return result


@pytest.fixture
async def ids(node_ids: dict[str, str], context: Context, make_license: Any) -> dict[str, str]:
    """Return an ID of each type; all fields of objects that references lead to have values."""
    now, (_, user_id, _), (_, vendor_id, _) = utc_now(), decode(node_ids["User"]), decode(node_ids["Vendor"])
    await make_license("superoffice.base")
    await License.filter(key="superoffice.plan").update(description="A plan", includes=["web"], requires="base")
    await Webhook.all().update(vendor_id=vendor_id)
    await Vendor.filter(id=vendor_id).update(
        store_url="https://shop.example", support_url="https://help.example", warn_at=now, expires_at=now,
        grace_ends_at=now.replace(year=now.year + 1), maintenance_ends_at=now, checked_at=now,
        check_outcome="UP_TO_DATE", next_check_at=now,
    )  # fmt: skip
    await User.filter(id=user_id).update(email="kari@example.com", group="Sales", role="User", last_login_at=now)
    await WebhookDelivery.create(
        installation_id=context.installation_id, webhook_id=decode(node_ids["Webhook"])[1], message_id="m",
        sent_at=now, response_status=200, milliseconds=1, event_id=decode(node_ids["AuditEvent"])[1],
    )  # fmt: skip
    return node_ids


@cache
def parsed(text: str) -> DocumentNode:
    """Return the document of an operation, parsed once for all scopes."""
    return parse(text)


async def read(schema: Any, by: Context, ids: dict[str, str]) -> set[tuple[str, str]]:
    """Return the types and fields that a caller reads with any query or mutation, accepted or refused."""
    found: set[tuple[str, str]] = set()
    refused = {**dict.fromkeys(ids, UNKNOWN_ID), "User": ids["User"], "Vendor": ids["Vendor"]}
    for kind, objects in (("query", ids), ("mutation", refused), ("mutation", ids), ("query", ids)):
        for name in getattr(CORE, f"{kind}_type").fields:
            if name in ("signIn", "signOut"):
                continue
            text, variables = operation(kind, name, objects)
            by.clear_cache()
            pending: Any = execute_document(
                schema, parsed(text), by, operation_name=None, variables=variables, suggestions=False
            )
            result = await pending
            assert result.data is not None, result.errors
            found |= set(values(result.data[name]))
    return found


@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "interpreted"])
@pytest.mark.parametrize("scope", list(ApiScope))
async def test_scope_alone_reads_only_its_objects(context, ids, scope, compiled):
    found = await read(SCHEMA if compiled else without_compilation(SCHEMA), as_token(context, scope), ids)

    assert {field for field in found if not may_read(scope, *field)} == set()


async def test_walk_reaches_every_reference(context, ids):
    found = await read(SCHEMA, context, ids)

    expected = {
        (name, field)
        for name in SCOPES
        for field, core in CORE.type_map[name].fields.items()  # type: ignore[attr-defined]
        if name in REFERENCES or get_named_type(core.type).name in SCOPES
    }
    assert expected - found == set()


async def test_compiled_selection_requires_scopes(execute, run, context, ids):
    document = "{ users { nodes { assignments { license { key seats { total } } } } } }"
    everything = await run(document)

    result = await execute(document, by=as_token(context, USERS))

    assert {error.extensions["code"] for error in result.errors} == {"FORBIDDEN"}
    licenses = [item["license"] for user in result.data["users"]["nodes"] for item in user["assignments"]]
    assert licenses and all(license == {"key": "superoffice.plan", "seats": None} for license in licenses)
    assert {"total": 5} in [a["license"]["seats"] for user in everything["users"]["nodes"] for a in user["assignments"]]
