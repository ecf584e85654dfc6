"""Webhooks deliver every event to a partner's endpoint in order, also when the server crashes."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from standardwebhooks import Webhook as Verifier
from tortoise import Tortoise
from tortoise.backends.base.executor import EXECUTOR_CACHE

from models.audit_event import AuditEvent
from models.db.config import tortoise_config
from models.webhook import Webhook
from server.demo.installation import Demo
from tests.support.api_client import Client, codes
from tests.support.endpoints import Endpoint, endpoint
from tests.support.postgres import create_database, drop_database
from tests.support.processes import process

CREATE = """mutation Create($input: CreateWebhookInput!) {
  createWebhook(input: $input) {
    secret
    webhook { id name url isEnabled actions vendor { key } deliveries { messageId } }
    userErrors { code message path }
  }
}"""
UPDATE = """mutation Update($input: UpdateWebhookInput!) {
  updateWebhook(input: $input) {
    secret
    webhook { id name isEnabled deliveredUpTo actions previousSecretEndsAt }
    userErrors { code message path }
  }
}"""
DELETE = """mutation Delete($input: DeleteWebhookInput!) {
  deleteWebhook(input: $input) { deletedWebhookId query { webhooks { id } } userErrors { code } }
}"""
TEST = """mutation Test($input: SendTestEventInput!) {
  sendTestEvent(input: $input) {
    delivery { isDelivered responseStatus error messageId }
    webhook { deliveries { isDelivered event { id } } }
    userErrors { code message }
  }
}"""
LIST = "{ webhooks { id name deliveries { isDelivered error event { action } } } }"
CREATE_TOKEN = """mutation Token($input: CreateApiTokenInput!) {
  createApiToken(input: $input) { secret userErrors { code } }
}"""
READS = ["AUDIT_READ", "LICENSES_READ", "USERS_READ"]
POLICY = """mutation Policy($input: UpdateVendorInput!) { updateVendor(input: $input) { userErrors { code } } }"""


@pytest.fixture
async def address() -> AsyncIterator[Endpoint]:
    """The partner's endpoint."""
    async with endpoint() as running:
        yield running


@pytest.fixture
def webhook_hosts() -> frozenset[str]:
    """The local host, which is not public."""
    return frozenset({"127.0.0.1"})


async def test_administrator_manages_a_webhook(inga: Client, address: Endpoint) -> None:
    made = await inga.run(CREATE, input={"name": " ERP ", "url": address.url, "actions": ["LICENSES_ACTIVATED"]})
    assert made["userErrors"] == []
    webhook = made["webhook"]
    assert (webhook["name"], webhook["actions"], webhook["isEnabled"]) == ("ERP", ["LICENSES_ACTIVATED"], True)

    tested = await inga.run(TEST, input={"webhookId": webhook["id"]})
    assert (tested["delivery"]["isDelivered"], tested["userErrors"]) == (True, [])
    assert tested["webhook"]["deliveries"] == [{"isDelivered": True, "event": None}]
    assert Verifier(made["secret"]).verify(address.received[0].body, address.received[0].headers)

    address.status = 500
    failed = await inga.run(TEST, input={"webhookId": webhook["id"]})
    assert codes(failed) == ["DELIVERY_FAILED"]
    assert (failed["delivery"]["isDelivered"], failed["delivery"]["responseStatus"]) == (False, 500)

    changed = await inga.run(UPDATE, input={"webhookId": webhook["id"], "actions": [], "rotateSecret": True})
    assert changed["webhook"]["actions"] == [] and changed["webhook"]["previousSecretEndsAt"]
    assert changed["secret"] not in (None, made["secret"])
    kept = await inga.run(UPDATE, input={"webhookId": webhook["id"], "isEnabled": False})
    assert (kept["secret"], kept["webhook"]["isEnabled"]) == (None, False)

    gone = await inga.run(DELETE, input={"webhookId": webhook["id"]})
    assert gone == {"deletedWebhookId": webhook["id"], "query": {"webhooks": []}, "userErrors": []}
    assert codes(await inga.run(DELETE, input={"webhookId": webhook["id"]})) == ["NOT_FOUND"]
    log = await inga.run("{ auditEvents(first: 4) { nodes { summary } } }")
    assert [event["summary"] for event in log["nodes"]] == [
        "Inga Solheim deleted the webhook ERP.",
        "Inga Solheim changed the webhook ERP: whether it is on.",
        "Inga Solheim changed the webhook ERP: actions, secret.",
        "Inga Solheim created the webhook ERP.",
    ]


@pytest.mark.parametrize(
    "url", ["https://10.0.0.1/", "https://169.254.169.254/latest/meta-data", "http://example.com/"]
)
async def test_private_addresses_are_rejected(inga: Client, url: str) -> None:
    refused = await inga.run(CREATE, input={"name": "ERP", "url": url})

    assert codes(refused) == ["INVALID"]
    assert refused["userErrors"][0]["path"] == ["input", "url"]
    assert (refused["webhook"], refused["secret"]) == (None, None)


async def test_webhooks_require_all_read_scopes(inga: Client, another_browser, address: Endpoint) -> None:
    made = await inga.run(CREATE, input={"name": "ERP", "url": address.url})
    for lacking in READS:
        scopes = ["WEBHOOKS_WRITE", *(scope for scope in READS if scope != lacking)]
        token = (await inga.run(CREATE_TOKEN, input={"name": "half", "scopes": scopes}))["secret"]
        partner = await another_browser(token=token)
        for operation, given in (
            (CREATE, {"name": "x", "url": address.url}),
            (UPDATE, {"webhookId": made["webhook"]["id"]}),
        ):
            answer = await partner.answer(operation, input=given)
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
        await partner.http.aclose()


async def test_vendor_token_manages_only_its_webhooks(inga: Client, another_browser, address: Endpoint) -> None:
    vendors = {one["key"]: one["id"] for one in await inga.run("{ vendors { id key } }")}
    others = await inga.run(CREATE, input={"name": "all", "url": address.url})
    given = {"name": "NordSync", "scopes": ["WEBHOOKS_WRITE", *READS], "vendorId": vendors["nordsync"]}
    partner = await another_browser(token=(await inga.run(CREATE_TOKEN, input=given))["secret"])

    made = await partner.run(CREATE, input={"name": "mine", "url": address.url})
    assert made["webhook"]["vendor"] == {"key": "nordsync"}
    foreign = await partner.run(CREATE, input={"name": "x", "url": address.url, "vendorId": vendors["superoffice"]})
    assert codes(foreign) == ["NOT_FOUND"]
    assert [one["name"] for one in await partner.run(LIST)] == ["mine"]
    for operation in (UPDATE, DELETE, TEST):
        assert codes(await partner.run(operation, input={"webhookId": others["webhook"]["id"]})) == ["NOT_FOUND"]
    await partner.http.aclose()


async def event_positions(database_url: str) -> tuple[list[int], list[int]]:
    """Return the IDs of the events since the webhook was created, and the webhooks' positions."""
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=tortoise_config(database_url), _enable_global_fallback=True)
    try:
        made = await AuditEvent.get(action="WEBHOOK_CREATED")
        events = AuditEvent.filter(position__gte=made.position).order_by("position")
        return [one.id for one in await events], [one.position for one in await Webhook.all()]
    finally:
        await Tortoise.close_connections()


async def end_lease(database_url: str) -> None:
    """End the lease of a process that has died, so that another process takes over its webhooks."""
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=tortoise_config(database_url), _enable_global_fallback=True)
    await Webhook.all().update(claimed_until=None)
    await Tortoise.close_connections()


async def record_events(client: Client, times: int) -> None:
    """Record a number of audit events by changing a vendor's policy."""
    vendor = next(one for one in await client.run("{ vendors { id key } }") if one["key"] == "nordsync")
    for number in range(times):
        policy = ("MANUAL", "AUTOMATIC")[number % 2]
        await client.run(POLICY, input={"vendorId": vendor["id"], "activationPolicy": policy})


def delivered_event_ids(address: Endpoint) -> list[int]:
    """Return the IDs of the delivered events without repetitions, in order of first delivery."""
    return list(dict.fromkeys(int(one.id.rsplit("_", 1)[1]) for one in address.received))


async def test_events_are_delivered_after_a_crash(
    copied_demo: tuple[str, Demo], tmp_path: Path, address: Endpoint
) -> None:
    database_url, _ = copied_demo
    address.delay = 0.02
    async with process(database_url, tmp_path, webhook_hosts="127.0.0.1") as (url, running):
        client = Client(url)
        await client.sign_in()
        assert codes(await client.run(CREATE, input={"name": "ERP", "url": address.url})) == []
        await record_events(client, 40)
        await address.until(lambda: len(address.received) >= 10)
        os.kill(running.pid, signal.SIGKILL)
        await running.wait()
        await client.http.aclose()
    before = len(delivered_event_ids(address))
    events, _ = await event_positions(database_url)
    assert before < len(events)

    await end_lease(database_url)
    async with process(database_url, tmp_path, webhook_hosts="127.0.0.1"):
        await address.until(lambda: len(delivered_event_ids(address)) == len(events))

    assert delivered_event_ids(address) == events
    assert len(address.received) <= len(events) + 1


async def test_two_processes_deliver_each_event_in_order(
    postgres_demos, postgres_server: str, tmp_path: Path, address: Endpoint
) -> None:
    name = await asyncio.to_thread(create_database, postgres_server, template=postgres_demos[False][0])
    database_url = f"{postgres_server}/{name}"
    try:
        async with process(database_url, tmp_path, "--workers", "2", webhook_hosts="127.0.0.1") as (url, _):
            client = Client(url)
            await client.sign_in()
            for number in range(3):
                made = await client.run(CREATE, input={"name": f"ERP {number}", "url": f"{address.url}/{number}"})
                assert codes(made) == []
            await record_events(client, 60)
            await client.http.aclose()
            expected = 3 * 60 + 3 + 2 + 1
            await address.until(lambda: len({one.id for one in address.received}) == expected)
    finally:
        await asyncio.to_thread(drop_database, postgres_server, name)

    assert len(address.received) == expected
    by_webhook: dict[str, list[int]] = {}
    for one in address.received:
        _, webhook, event = one.id.split("_")
        by_webhook.setdefault(webhook, []).append(int(event))
    assert sorted(map(len, by_webhook.values())) == [61, 62, 63]
    assert all(events == sorted(events) for events in by_webhook.values())
