"""A token for one vendor meets nothing of another's, whatever it asks for: the schema itself says what there is."""

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
from resolvers.context import ALL_SCOPES, Context, utc_now
from resolvers.unit_of_work import unit_of_work
from resolvers.webhooks.webhooks import create_webhook
from schema.build import schema
from schema.relay.node import global_id
from server.background.event_feed import event_feed
from tests.schema.core.test_permissions import as_token
from tests.schema.test_tenant_isolation import CORE, selection, value
from tests.support.documents import grant

MARK = "Hemmelig"
"""Stands in every text of the main vendor's."""
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


class Anywhere:
    """The way to webhooks' addresses, all of which will do."""

    async def check(self, url: str) -> None:
        """Refuses none."""


@pytest.fixture
async def bound(context, make_vendor, make_license, make_user, offer) -> Context:
    """A token of NordSync's, which has a license that Kari holds; she and others hold one of the main vendor's, too.

    The main vendor has a pending change set with a surplus, a webhook and a token, and another webhook is told of all.
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
    async with unit_of_work(context) as change:
        change.record(AuditAction.USER_CHANGED, user=MARK, what=MARK)
        change.record(AuditAction.VENDOR_CHANGED, vendor_id=main.id, vendor=MARK, what=MARK)
        change.record(AuditAction.VENDOR_CHANGED, vendor_id=nordsync.id, vendor="NordSync AS", what="its policy")
    token: Context = as_token(context, *SCOPES, vendor_id=nordsync.id)
    return token


def said(result: Any) -> str:
    """The whole of an answer."""
    return json.dumps([result.data, [str(error) for error in result.errors or ()]], ensure_ascii=False, default=str)


def read(name: str) -> tuple[str, dict[str, Any]]:
    """A query that selects all there is below a root field, and its variables."""
    field = CORE.query_type.fields[name]
    needed = {n: a.type for n, a in field.args.items() if isinstance(a.type, GraphQLNonNull)}
    declared = f"({', '.join(f'${n}: {type_}' for n, type_ in needed.items())})" if needed else ""
    given = [f"{n}: ${n}" for n in needed] + (["first: 3"] if "first" in field.args else [])
    used = f"({', '.join(given)})" if given else ""
    return f"query {declared} {{ {name}{used} {selection(field.type)} }}", {
        n: value(type_, "") for n, type_ in needed.items()
    }


@pytest.mark.parametrize("name", READS)
async def test_no_query_tells_of_it(execute, bound, name: str):
    text, variables = read(name)

    told = said(await execute(text, by=bound, **variables))
    everything = said(await execute(text, **variables))

    assert MARK not in told and "superoffice" not in told
    assert name in ("installation", "viewer") or MARK in everything


async def test_no_filter_finds_it(execute, bound):
    told, everything = await execute(FILTERED, by=bound), await execute(FILTERED)

    assert told.errors is None and everything.errors is None
    assert [one["totalCount"] if isinstance(one, dict) else one for one in told.data.values()] == [
        None, 0, 0, [], [], 0, 0, 0,
    ]  # fmt: skip
    assert all(one and one != {"totalCount": 0} for name, one in everything.data.items() if name != "ofLicense")


async def test_its_events_are_not_listened_to(bound, database):
    feed = event_feed(database)
    async with feed.running():
        bound.feed = feed
        begin = NEWEST_FIRST.cursor([0])
        events: Any = await schema.subscribe(WATCH, variable_values={"after": begin}, context_value=bound)
        async with aclosing(events):
            first: Any = await anext(events)

    assert MARK not in said(first)
    assert first.data["auditEvents"]["node"]["details"] == []
    assert first.data["auditEvents"]["node"]["summary"].endswith("changed the vendor NordSync AS: its policy.")


async def test_a_plan_of_another_vendor_that_a_user_holds_is_not_named(execute, run, context, bound, make_license):
    license = await make_license("nordsync.all", plan=True, total=5)
    kari = await User.get(name="Kari")
    bound = as_token(context, *SCOPES, ApiScope.USERS_WRITE, vendor_id=bound.caller.vendor_id)
    input = {"licenseId": global_id("License")(license.id), "userIds": [global_id("User")(kari.id)]}

    told = await execute(ASSIGN, by=bound, input=input)

    [error] = told.data["assignUserLicenses"]["userErrors"]
    assert error["code"] == "HAS_ANOTHER_PLAN"
    assert MARK not in error["message"]


async def test_a_webhook_that_it_makes_is_told_of_its_vendor_alone(context, bound):
    token = replace(bound, webhook_client=Anywhere())
    id_, _ = await create_webhook(token, name="ERP", url="https://erp.example", actions=[], vendor_id=None)
    assert (await Webhook.get(id=id_)).vendor_id == bound.caller.vendor_id
    with pytest.raises(NotFound):
        main = await Vendor.get(key="superoffice")
        await create_webhook(token, name="ERP", url="https://erp.example", actions=[], vendor_id=main.id)
