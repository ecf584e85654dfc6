"""Permissions: every root field declares an access rule and enforces it."""

from dataclasses import replace

import pytest
import strawberry
from strawberry.types import get_object_definition

from licensing.enums import ApiScope
from models.license import License
from models.vendor import Vendor
from resolvers.context import Context
from schema import build
from schema.core.permissions import Access, rule_of
from schema.mutation import Mutation
from schema.query import Query
from schema.subscription import Subscription
from tests.schema.requests import as_token, codes

SCOPES_BY_QUERY = {
    "installation { licenseOwner }": ApiScope.LICENSES_READ,
    "vendors { key }": ApiScope.LICENSES_READ,
    'license(key: "superoffice.a") { key }': ApiScope.LICENSES_READ,
    "licenses { nodes { key } }": ApiScope.LICENSES_READ,
    "users { nodes { name } }": ApiScope.USERS_READ,
    "pendingChanges { id }": ApiScope.LICENSES_READ,
    "surplusRequirements { id }": ApiScope.LICENSES_READ,
    "changeSets { nodes { id } }": ApiScope.LICENSES_READ,
    "auditEvents { nodes { id } }": ApiScope.AUDIT_READ,
    "apiTokens { id }": ApiScope.TOKENS_WRITE,
    "webhooks { id deliveries { messageId } }": ApiScope.WEBHOOKS_WRITE,
}
LICENSES_WITH_HOLDERS = "{ licenses { nodes { key assignments { nodes { id } } } } }"


@pytest.mark.parametrize("type_", [Query, Mutation, Subscription])
def test_every_root_field_has_an_access_rule(type_):
    assert all(rule_of(field) for field in type_.__strawberry_definition__.fields)


def test_field_without_rule_fails_the_build(monkeypatch):
    @strawberry.type
    class OpenQuery:
        @strawberry.field
        def anything(self) -> str:
            return ""

    monkeypatch.setattr(build, "Query", OpenQuery)
    with pytest.raises(TypeError, match=r"OpenQuery\.anything does not declare"):
        build.build_schema()


def test_only_session_fields_are_public():
    fields = [
        field for type_ in (Query, Mutation, Subscription) for field in get_object_definition(type_, strict=True).fields
    ]

    assert {field.python_name for field in fields if rule_of(field) is Access.PUBLIC} == {
        "viewer",
        "sign_in",
        "sign_out",
    }


@pytest.mark.parametrize(("query", "scope"), list(SCOPES_BY_QUERY.items()))
async def test_query_needs_exactly_its_scope(execute, context, make_license, query, scope):
    await make_license("superoffice.a")
    others = set(ApiScope) - {scope}

    allowed = await execute(f"{{ {query} }}", by=as_token(context, scope))
    rejected = await execute(f"{{ {query} viewer {{ scopes }} }}", by=as_token(context, *others))
    anonymous = await execute(f"{{ {query} }}", by=Context(None, request_id="anonymous"))

    assert codes(allowed) == []
    assert codes(rejected) == ["FORBIDDEN"]
    assert len(rejected.data["viewer"]["scopes"]) == len(others)
    assert codes(anonymous) == ["UNAUTHENTICATED"]


async def test_viewer_is_null_without_credentials(execute):
    result = await execute("{ viewer { actor { name } } }", by=Context(None, request_id="anonymous"))

    assert codes(result) == []
    assert result.data == {"viewer": None}


async def test_license_assignments_need_users_read(execute, context, make_license):
    await make_license("superoffice.a", held_by=1)

    result = await execute(LICENSES_WITH_HOLDERS, by=as_token(context, ApiScope.LICENSES_READ))

    assert codes(result) == ["FORBIDDEN"]


async def test_activation_with_revocations_needs_users_write(execute, context):
    mutation = """mutation {
      activateLicenses(input: {changeSetId: "TGljZW5zZUNoYW5nZVNldDox", revocations: [
        {licenseId: "TGljZW5zZTox", userIds: ["VXNlcjox"]}]}) { userErrors { code } }
    }"""

    result = await execute(mutation, by=as_token(context, ApiScope.LICENSES_WRITE))

    assert codes(result) == ["FORBIDDEN"]


async def test_node_applies_the_rules_of_lists(run, context, make_license):
    made = await make_license("superoffice.a")
    [listed] = (await run("{ licenses { nodes { id } } }"))["licenses"]["nodes"]
    node = f'{{ node(id: "{listed["id"]}") {{ ... on License {{ key }} }} }}'

    visible = await run(node, by=as_token(context, ApiScope.LICENSES_READ))
    hidden = await run(node, by=as_token(context, ApiScope.USERS_READ))

    assert visible == {"node": {"key": made.key}}
    assert hidden == {"node": None}


async def test_objects_of_other_installations_are_null(run, context, make_license, other_installation):
    await make_license("superoffice.a", held_by=1)
    ids = [
        (await run("{ licenses { nodes { id } } }"))["licenses"]["nodes"][0]["id"],
        (await run("{ vendors { id } }"))["vendors"][0]["id"],
        (await run("{ users { nodes { id } } }"))["users"]["nodes"][0]["id"],
        (await run("{ users { nodes { assignments { id } } } }"))["users"]["nodes"][0]["assignments"][0]["id"],
        (await run("{ installation { id } }"))["installation"]["id"],
    ]
    stranger = Context(replace(context.principal, installation_id=await other_installation()), request_id="stranger")

    found = await run("query ($ids: [ID!]!) { nodes(ids: $ids) { id } users { totalCount } }", by=stranger, ids=ids)

    assert found == {"nodes": [None] * 5, "users": {"totalCount": 0}}


async def test_vendor_token_sees_only_its_vendor(run, context, make_vendor, make_license, make_user):
    vendor = await make_vendor("nordsync", name="NordSync AS")
    await make_license("superoffice.a", held_by=1)
    await make_license("nordsync.b")
    await make_user("Kari", holds=["superoffice.a", "nordsync.b"], email="kari@example.com")
    token = as_token(context, ApiScope.LICENSES_READ, ApiScope.USERS_READ, vendor_id=vendor.id)

    seen = await run(
        "{ vendors { key } licenses { nodes { key } } users { totalCount nodes { name email assignments {"
        " license { key } } } } }",
        by=token,
    )

    assert seen["vendors"] == [{"key": "nordsync"}]
    assert seen["licenses"]["nodes"] == [{"key": "nordsync.b"}]
    assert seen["users"] == {
        "totalCount": 1,
        "nodes": [{"name": "Kari", "email": "kari@example.com", "assignments": [{"license": {"key": "nordsync.b"}}]}],
    }


async def test_vendor_token_with_users_write_sees_basic_user_fields(execute, run, context, make_vendor, make_user):
    vendor = await make_vendor("nordsync", name="NordSync AS")
    await make_user("Kari", email="kari@example.com")
    token = as_token(context, ApiScope.USERS_READ, ApiScope.USERS_WRITE, vendor_id=vendor.id)

    basic = await run("{ users { nodes { id name login category status assignments { id } } } }", by=token)
    full = await execute("{ users { nodes { name email } } }", by=token)
    searched = await run('{ users(filter: {search: "kari@"}) { totalCount } }', by=token)
    ordered = await execute("{ users(orderBy: {field: LAST_LOGIN_AT}) { totalCount } }", by=token)

    assert [user["name"] for user in basic["users"]["nodes"]] == ["Inga Solheim", "Kari"]
    assert codes(full) == ["FORBIDDEN", "FORBIDDEN"]
    assert searched == {"users": {"totalCount": 0}}
    assert codes(ordered) == ["FORBIDDEN"]


async def test_removed_vendors_and_licenses_are_not_listed(run, make_vendor, make_license, context):
    vendor = await make_vendor("nordsync", name="NordSync AS")
    await make_license("nordsync.b")
    gone = await make_license("superoffice.gone", in_force=False)
    await Vendor.filter(id=vendor.id).update(removed_at=context.now())

    seen = await run('{ vendors { key } licenses { nodes { key } } license(key: "superoffice.gone") { key } }')

    assert seen == {"vendors": [{"key": "superoffice"}], "licenses": {"nodes": []}, "license": None}
    assert await License.exists(id=gone.id)
