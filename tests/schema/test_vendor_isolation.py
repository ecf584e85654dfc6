"""A token for one vendor can read nothing of another vendor, by any field of the schema."""

import json
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLNonNull

from licensing.enums import ApiScope, AuditAction
from licensing.errors import NotFound
from models.user import User
from models.vendor import Vendor
from models.webhook import Webhook
from resolvers.audit.log import NEWEST_FIRST
from resolvers.auth.api_tokens import create_api_token
from resolvers.context import Context, utc_now
from resolvers.principals import ALL_SCOPES
from resolvers.unit_of_work import unit_of_work
from resolvers.webhooks.webhooks import create_webhook
from schema.build import schema
from schema.relay.node import global_id
from server.background.event_feed import event_feed
from tests.schema.requests import as_token
from tests.support.documents import grant
from tests.support.schema_fields import CORE, selection, value

MARK = "Hemmelig"
"""Marker in every text of the main vendor."""
READS = [name for name in CORE.query_type.fields if name not in ("node", "nodes")]
SCOPES = ALL_SCOPES - {ApiScope.TOKENS_WRITE, ApiScope.USERS_WRITE}
WATCH = f"""subscription ($after: String) {{
  auditEvents(after: $after) {selection(CORE.subscription_type.fields["auditEvents"].type)}
}}"""
ASSIGN = """
mutation ($input: AssignUserLicensesInput!) { assignUserLicenses(input: $input) { userErrors { code message } } }
"""
FILTERED = """
query ($vendor: String = "superoffice", $license: String = "superoffice.plan") {
  license(key: $license) { id }
  licenses(filter: {vendor: $vendor}) { totalCount }
  users(filter: {licenseType: $license}) { totalCount }
  pendingChanges(vendor: $vendor) { id }
  surplusRequirements(vendor: $vendor) { id }
  changeSets(filter: {vendor: $vendor}) { totalCount }
  auditEvents(filter: {vendor: $vendor}) { totalCount }
  ofLicense: auditEvents(filter: {licenseType: $license}) { totalCount }
}
"""


class PermissiveWebhookClient:
    """A webhook client that accepts all URLs."""

    async def check(self, url: str) -> None:
        """Accept the URL."""


@pytest.fixture
async def vendor_token(context, make_vendor, make_license, make_user, offer) -> Context:
    """Return the context of a token restricted to the vendor NordSync.

    Kari holds a license of NordSync and one of the main vendor, which other users hold as well. The main vendor has an
    open change set with a surplus, and there are webhooks and tokens for the main vendor and for all vendors.
    """
    nordsync = await make_vendor("nordsync", name="NordSync AS")
    main = await Vendor.get(key="superoffice")
    await Vendor.filter(id=main.id).update(name=MARK)
    await make_license("nordsync.connector", total=5)
    await make_license("superoffice.plan", name=f"{MARK} plan", total=5, plan=True)
    await make_user("Kari", holds=["nordsync.connector", "superoffice.plan"])
    await make_user(MARK, holds=["superoffice.plan"])
    await offer({}, licenses=[grant("plan", name=f"{MARK} plan", total=1, plan=True)])
    for vendor_id in (main.id, None):
        await Webhook.create(
            installation_id=main.installation_id, name=MARK, url=f"https://{MARK}.example", secret=MARK,
            created_at=utc_now(), position=0, next_try_at=utc_now(), vendor_id=vendor_id,
        )  # fmt: skip
        await create_api_token(context, name=MARK, scopes=[ApiScope.AUDIT_READ], vendor_id=vendor_id, expires_at=None)
    async with unit_of_work(context) as unit:
        unit.record(AuditAction.USER_CHANGED, user=MARK, what=MARK)
        unit.record(AuditAction.VENDOR_CHANGED, vendor_id=main.id, vendor=MARK, what=MARK)
        unit.record(AuditAction.VENDOR_CHANGED, vendor_id=nordsync.id, vendor="NordSync AS", what="its policy")
    token: Context = as_token(context, *SCOPES, vendor_id=nordsync.id)
    return token


def response_text(result: Any) -> str:
    """Return a result as text."""
    return json.dumps([result.data, [str(error) for error in result.errors or ()]], ensure_ascii=False, default=str)


def full_query(name: str) -> tuple[str, dict[str, Any]]:
    """Return a query that selects everything below a root field, and its variables."""
    field = CORE.query_type.fields[name]
    needed = {n: a.type for n, a in field.args.items() if isinstance(a.type, GraphQLNonNull)}
    declared = f"({', '.join(f'${n}: {type_}' for n, type_ in needed.items())})" if needed else ""
    given = [f"{n}: ${n}" for n in needed] + (["first: 3"] if "first" in field.args else [])
    used = f"({', '.join(given)})" if given else ""
    return f"query {declared} {{ {name}{used} {selection(field.type)} }}", {
        n: value(type_, "") for n, type_ in needed.items()
    }


@pytest.mark.parametrize("name", READS)
async def test_queries_disclose_nothing_of_other_vendors(execute, vendor_token, name: str):
    text, variables = full_query(name)

    restricted = response_text(await execute(text, by=vendor_token, **variables))
    everything = response_text(await execute(text, **variables))

    assert MARK not in restricted and "superoffice" not in restricted
    assert name in ("installation", "viewer") or MARK in everything


async def test_filters_match_nothing_of_other_vendors(execute, vendor_token):
    restricted, everything = await execute(FILTERED, by=vendor_token), await execute(FILTERED)

    assert restricted.errors is None and everything.errors is None
    assert [value["totalCount"] if isinstance(value, dict) else value for value in restricted.data.values()] == [
        None, 0, 0, [], [], 0, 0, 0,
    ]  # fmt: skip
    assert all(value and value != {"totalCount": 0} for name, value in everything.data.items() if name != "ofLicense")


async def test_subscription_omits_events_of_other_vendors(vendor_token, database):
    feed = event_feed(database)
    async with feed.running():
        vendor_token.feed = feed
        begin = NEWEST_FIRST.cursor([0])
        events: Any = await schema.subscribe(WATCH, variable_values={"after": begin}, context_value=vendor_token)
        async with aclosing(events):
            first: Any = await anext(events)

    assert MARK not in response_text(first)
    assert first.data["auditEvents"]["node"]["details"] == []
    assert first.data["auditEvents"]["node"]["summary"].endswith("changed the vendor NordSync AS: its policy.")


async def test_error_does_not_name_another_vendors_plan(execute, run, context, vendor_token, make_license):
    license = await make_license("nordsync.all", plan=True, total=5)
    kari = await User.get(name="Kari")
    vendor_token = as_token(context, *SCOPES, ApiScope.USERS_WRITE, vendor_id=vendor_token.caller.vendor_id)
    input = {"licenseId": global_id("License")(license.id), "userIds": [global_id("User")(kari.id)]}

    result = await execute(ASSIGN, by=vendor_token, input=input)

    [error] = result.data["assignUserLicenses"]["userErrors"]
    assert error["code"] == "HAS_ANOTHER_PLAN"
    assert MARK not in error["message"]


async def test_vendor_token_webhook_is_restricted_to_its_vendor(context, vendor_token):
    token = replace(vendor_token, webhook_client=PermissiveWebhookClient())
    id_, _ = await create_webhook(token, name="ERP", url="https://erp.example", actions=[], vendor_id=None)
    assert (await Webhook.get(id=id_)).vendor_id == vendor_token.caller.vendor_id
    with pytest.raises(NotFound):
        main = await Vendor.get(key="superoffice")
        await create_webhook(token, name="ERP", url="https://erp.example", actions=[], vendor_id=main.id)
