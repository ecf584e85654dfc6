"""Deny by default: every root field declares who may call it, and keeps to it."""

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

READS = {
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


def as_token(context, *scopes, vendor_id=None):
    """The same request by a token with these scopes."""
    principal = replace(context.principal, scopes=frozenset(scopes), vendor_id=vendor_id)
    return Context(principal, request_id="token")


def codes(result):
    """The codes of the errors of an answer."""
    return [error.extensions["code"] for error in result.errors or ()]


@pytest.mark.parametrize("type_", [Query, Mutation, Subscription])
def test_every_root_field_has_a_rule(type_):
    assert all(rule_of(field) for field in type_.__strawberry_definition__.fields)


def test_a_root_without_a_rule_is_not_built(monkeypatch):
    @strawberry.type
    class Open:
        @strawberry.field
        def anything(self) -> str:
            return ""

    monkeypatch.setattr(build, "Query", Open)
    with pytest.raises(TypeError, match=r"Open\.anything does not declare"):
        build.build_schema()


def test_public_is_only_what_says_who_calls():
    fields = [
        field for type_ in (Query, Mutation, Subscription) for field in get_object_definition(type_, strict=True).fields
    ]

    assert {field.python_name for field in fields if rule_of(field) is Access.PUBLIC} == {
        "viewer",
        "sign_in",
        "sign_out",
    }


@pytest.mark.parametrize(("read", "scope"), list(READS.items()))
async def test_a_read_needs_its_scope_and_no_other(execute, context, make_license, read, scope):
    await make_license("superoffice.a")
    others = set(ApiScope) - {scope}

    allowed = await execute(f"{{ {read} }}", by=as_token(context, scope))
    refused = await execute(f"{{ {read} viewer {{ scopes }} }}", by=as_token(context, *others))
    nobody = await execute(f"{{ {read} }}", by=Context(None, request_id="nobody"))

    assert codes(allowed) == []
    assert codes(refused) == ["FORBIDDEN"]
    assert len(refused.data["viewer"]["scopes"]) == len(others)
    assert codes(nobody) == ["UNAUTHENTICATED"]


async def test_nobody_is_no_viewer(execute):
    result = await execute("{ viewer { actor { name } } }", by=Context(None, request_id="nobody"))

    assert codes(result) == []
    assert result.data == {"viewer": None}


async def test_who_holds_a_license_needs_users_read(execute, context, make_license):
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


async def test_node_keeps_the_rules_of_the_lists(run, context, make_license):
    made = await make_license("superoffice.a")
    [listed] = (await run("{ licenses { nodes { id } } }"))["licenses"]["nodes"]
    node = f'{{ node(id: "{listed["id"]}") {{ ... on License {{ key }} }} }}'

    seen = await run(node, by=as_token(context, ApiScope.LICENSES_READ))
    hidden = await run(node, by=as_token(context, ApiScope.USERS_READ))

    assert seen == {"node": {"key": made.key}}
    assert hidden == {"node": None}


async def test_another_installation_is_not_there(run, context, make_license, other_installation):
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


async def test_a_token_for_one_vendor_sees_that_vendor_alone(run, context, make_vendor, make_license, make_user):
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


async def test_with_users_write_it_sees_a_little_of_all_users(execute, run, context, make_vendor, make_user):
    vendor = await make_vendor("nordsync", name="NordSync AS")
    await make_user("Kari", email="kari@example.com")
    token = as_token(context, ApiScope.USERS_READ, ApiScope.USERS_WRITE, vendor_id=vendor.id)

    little = await run("{ users { nodes { id name login category status assignments { id } } } }", by=token)
    more = await execute("{ users { nodes { name email } } }", by=token)
    guessed = await run('{ users(filter: {search: "kari@"}) { totalCount } }', by=token)
    ordered = await execute("{ users(orderBy: {field: LAST_LOGIN_AT}) { totalCount } }", by=token)

    assert [user["name"] for user in little["users"]["nodes"]] == ["Inga Solheim", "Kari"]
    assert codes(more) == ["FORBIDDEN", "FORBIDDEN"]
    assert guessed == {"users": {"totalCount": 0}}
    assert codes(ordered) == ["FORBIDDEN"]


async def test_removed_vendors_and_licenses_are_not_listed(run, make_vendor, make_license, context):
    vendor = await make_vendor("nordsync", name="NordSync AS")
    await make_license("nordsync.b")
    gone = await make_license("superoffice.gone", in_force=False)
    await Vendor.filter(id=vendor.id).update(removed_at=context.now())

    seen = await run('{ vendors { key } licenses { nodes { key } } license(key: "superoffice.gone") { key } }')

    assert seen == {"vendors": [{"key": "superoffice"}], "licenses": {"nodes": []}, "license": None}
    assert await License.exists(id=gone.id)
