"""Tests of webhook deliveries over a real connection: contents, order, retries and failures."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from licensing.enums import AuditAction
from licensing.errors import Invalid
from licensing.messages import Message
from models.audit_event import AuditEvent
from models.vendor import Vendor
from models.webhook import Webhook, WebhookDelivery
from resolvers.audit.log import NEWEST_FIRST
from resolvers.unit_of_work import unit_of_work
from resolvers.webhooks import webhooks
from resolvers.webhooks.deliveries import LEASE_DURATION, claim_due_webhook, mark_delivered
from resolvers.webhooks.webhooks import (
    DELIVERY_RETENTION,
    WebhookChanges,
    create_webhook,
    delete_webhook,
    send_test_event,
    update_webhook,
)
from server.background.webhook_sender import WebhookSender
from server.http_clients.webhook_client import WebhookClient
from server.http_clients.webhook_messages import WebhookMessage
from tests.support.endpoints import endpoint

HERE = frozenset({"127.0.0.1"})


class Clock:
    """A clock that a test advances."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def __call__(self) -> datetime:
        """Return the current time."""
        return self.time

    def move(self, **by: float) -> None:
        """Advance the time."""
        self.time += timedelta(**by)


@pytest.fixture
async def receiver():
    async with endpoint() as running:
        yield running


@pytest.fixture
def clock(context):
    context.now = Clock()
    return context.now


@pytest.fixture
async def client():
    client = WebhookClient(HERE)
    yield client
    await client.aclose()


@pytest.fixture
def sender(client, clock):
    return WebhookSender(client, now=clock)


@pytest.fixture
def make_webhook(context, client, receiver, clock):
    """Return a function that creates a webhook and returns its id and secret."""
    context.webhook_client = client

    async def make(*, url=None, actions=(), vendor_id=None):
        return await create_webhook(context, name="ERP", url=url or receiver.url, actions=actions, vendor_id=vendor_id)

    return make


@pytest.fixture
def record(context):
    """Return a function that records a number of events, of signing in by default."""

    async def do(count=1, action=AuditAction.SIGNED_IN, **event):
        async with unit_of_work(context) as unit:
            for _ in range(count):
                unit.record(action, **event)

    return do


def actions(receiver):
    return [event["data"]["action"] for event in receiver.events]


async def test_events_arrive_in_order_with_related_objects(
    receiver, make_webhook, record, sender, make_license, make_user, context
):
    license = await make_license("superoffice.ten-sales", name="Sales Premium")
    user = await make_user("Kari", login="kari")
    await make_webhook()
    await record(3)
    vendor = await Vendor.get(key="superoffice")
    await record(
        action=AuditAction.USER_LICENSE_ASSIGNED,
        vendor_id=vendor.id, license_id=license.id, user_id=user.id, license="Sales Premium", user="Kari",
    )  # fmt: skip

    await sender.run_once()

    assert actions(receiver) == ["WEBHOOK_CREATED", "SIGNED_IN", "SIGNED_IN", "SIGNED_IN", "USER_LICENSE_ASSIGNED"]
    positions = [NEWEST_FIRST.values(event["data"]["cursor"])[0] for event in receiver.events]
    assert positions == sorted(positions)
    last = receiver.events[-1]
    assert last["type"] == "audit_event.user_license_assigned"
    assert last["data"]["summary"] == "Inga Solheim assigned Sales Premium to Kari."
    assert last["data"]["vendor"]["key"] == "superoffice"
    assert (last["data"]["license"]["key"], last["data"]["license"]["name"]) == (license.key, "Sales Premium")
    assert (last["data"]["user"]["login"], last["data"]["user"]["name"]) == ("kari", "Kari")
    await sender.run_once()
    assert len(receiver.received) == 5


async def test_reference_library_verifies_signatures(receiver, make_webhook, sender):
    _, secret = await make_webhook()
    await sender.run_once()
    [received] = receiver.received

    assert Verifier(secret).verify(received.body, received.headers)["type"] == "audit_event.webhook_created"
    with pytest.raises(WebhookVerificationError):
        Verifier(secret).verify(received.body + b" ", received.headers)
    with pytest.raises(WebhookVerificationError):
        Verifier("whsec_" + "A" * 44).verify(received.body, received.headers)


async def test_old_secret_is_valid_for_a_day_after_rotation(receiver, make_webhook, sender, context, clock, record):
    webhook_id, old = await make_webhook()
    new = await update_webhook(context, webhook_id, WebhookChanges(rotate_secret=True))
    assert new is not None and new != old

    await sender.run_once()
    for secret in (old, new):
        assert Verifier(secret).verify(receiver.received[-1].body, receiver.received[-1].headers)

    clock.move(hours=24)
    await record()
    await sender.run_once()
    headers = receiver.received[-1].headers
    assert len(headers["webhook-signature"].split()) == 1
    assert headers["webhook-timestamp"] == str(int(clock().timestamp()))


async def test_events_are_filtered_by_action_and_vendor(receiver, make_webhook, record, sender, make_vendor):
    vendor = await make_vendor("nordsync", name="NordSync AS")
    changed = {"action": AuditAction.VENDOR_CHANGED, "what": "it was changed"}
    await make_webhook(actions=[AuditAction.VENDOR_CHANGED], vendor_id=vendor.id)
    await record(2)
    await record(vendor_id=vendor.id)
    await record(**changed, vendor_id=(await Vendor.get(key="superoffice")).id, vendor="SuperOffice AS")
    await record(**changed, vendor_id=vendor.id, vendor="NordSync AS")
    await record(150)

    await sender.run_once()

    assert [event["data"]["summary"] for event in receiver.events] == [
        "Inga Solheim changed the vendor NordSync AS: it was changed."
    ]
    webhook = await Webhook.get()
    assert webhook.position == (await AuditEvent.all().order_by("-position").first()).position
    assert webhook.claimed_until is None


async def test_failed_delivery_is_retried_with_the_same_id(receiver, make_webhook, sender, clock, record):
    await make_webhook()
    await record()
    receiver.status = 500
    await sender.run_once()
    await sender.run_once()
    assert len(receiver.received) == 1

    receiver.status = 200
    clock.move(seconds=4)
    await sender.run_once()
    assert len(receiver.received) == 1
    clock.move(seconds=1)
    await sender.run_once()

    ids = [one.id for one in receiver.received]
    assert ids[0] == ids[1] and len(set(ids)) == 2
    assert receiver.received[0].body == receiver.received[1].body
    assert actions(receiver) == ["WEBHOOK_CREATED", "SIGNED_IN"]
    webhook = await Webhook.get()
    assert (webhook.tries, webhook.failing_since) == (0, None)


async def test_delivered_events_are_not_resent_after_a_failure(receiver, make_webhook, sender, clock, record):
    await make_webhook()
    await record(3)
    receiver.status_overrides = {3: 500}
    await sender.run_once()
    assert len(receiver.received) == 3

    clock.move(minutes=1)
    await sender.run_once()

    ids = [one.id for one in receiver.received]
    assert len(ids) == 5 and ids[2] == ids[3] and len(set(ids)) == 4


async def test_events_arrive_in_order_after_an_hour_of_downtime(receiver, make_webhook, sender, clock, record):
    await make_webhook()
    receiver.status = 503
    began = clock()
    while clock() - began < timedelta(hours=1):
        await record()
        await sender.run_once()
        clock.move(minutes=1)
    tried = len(receiver.received)
    assert 8 <= tried <= 12

    receiver.status = 200
    clock.move(hours=1)
    await sender.run_once()

    delivered = [one.event["data"]["cursor"] for one in receiver.received[tried:]]
    assert len(delivered) == len(set(delivered)) == await AuditEvent.all().count() == 61
    positions = [NEWEST_FIRST.values(cursor)[0] for cursor in delivered]
    assert positions == sorted(positions)


async def test_webhook_is_disabled_after_a_day_of_failures(receiver, make_webhook, sender, clock, record, context):
    webhook_id, _ = await make_webhook()
    receiver.status = 500
    for _ in range(60):
        await sender.run_once()
        clock.move(minutes=30)
    tried = len(receiver.received)

    webhook = await Webhook.get(id=webhook_id)
    assert webhook.disabled_at is not None and webhook.failing_since is not None
    assert timedelta(hours=24) <= webhook.disabled_at - webhook.failing_since < timedelta(hours=26)
    event = await AuditEvent.get(action="WEBHOOK_DISABLED")
    assert event.facts["webhook"] == "ERP" and "answered with status 500" in str(
        Message.from_json(event.facts["reason"])
    )

    receiver.status = 200
    await update_webhook(context, webhook_id, WebhookChanges(is_enabled=True))
    await sender.run_once()

    arrived = [one.event["data"]["action"] for one in receiver.received[tried:]]
    assert arrived == ["WEBHOOK_CREATED", "WEBHOOK_DISABLED", "WEBHOOK_CHANGED"]


async def test_status_410_disables_the_webhook_at_once(receiver, make_webhook, sender):
    await make_webhook()
    receiver.status = 410

    await sender.run_once()

    assert (await Webhook.get()).disabled_at is not None
    assert await AuditEvent.exists(action="WEBHOOK_DISABLED")


async def test_delivery_resumes_after_the_given_event(receiver, make_webhook, sender, context, record):
    webhook_id, _ = await make_webhook()
    await record(3)
    await sender.run_once()
    first = receiver.events[0]["data"]["cursor"]

    await update_webhook(context, webhook_id, WebhookChanges(after=first))
    await sender.run_once()

    again = [one.id for one in receiver.received]
    assert again[4:7] == again[1:4]


async def test_slow_endpoint_does_not_delay_others(receiver, make_webhook, sender, record):
    async with endpoint() as slow:
        slow.delay = 30
        await make_webhook(url=slow.url)
        await make_webhook()
        await record(5)
        slow_run = asyncio.create_task(sender.run_once())
        await receiver.until(lambda: len(receiver.received) == 6)
        await slow.until(lambda: len(slow.received) == 1)
        slow_run.cancel()
        await asyncio.gather(slow_run, return_exceptions=True)


async def test_response_body_is_not_read(receiver, make_webhook, sender):
    await make_webhook()
    receiver.status, receiver.headers = 200, {"Content-Length": "1000000000"}  # no body follows

    await asyncio.wait_for(sender.run_once(), timeout=3)

    assert (await WebhookDelivery.get()).error is None


async def test_hanging_endpoint_times_out(receiver, make_webhook, client, context):
    webhook_id, _ = await make_webhook()
    receiver.delay = 30
    webhook = await Webhook.get(id=webhook_id)

    async with asyncio.timeout(5):
        delivery, _ = await client.deliver(context, webhook, WebhookMessage("msg_1", b"{}"), None, seconds=0.2)

    assert (delivery.response_status, delivery.error) == (None, "did not answer in time")


async def test_redirect_is_not_followed(receiver, make_webhook, sender):
    async with endpoint() as elsewhere:
        await make_webhook()
        receiver.status, receiver.headers = 307, {"Location": elsewhere.url}

        await sender.run_once()

        assert elsewhere.received == []
    delivery = await WebhookDelivery.get()
    assert (delivery.response_status, delivery.error) == (307, "redirected to another address, which is not followed")


async def test_webhook_is_leased_to_one_process(make_webhook, clock):
    await make_webhook()
    leases = await asyncio.gather(*(claim_due_webhook(clock()) for _ in range(10)))
    assert sum(lease is not None for lease in leases) == 1

    clock.move(seconds=LEASE_DURATION.total_seconds() - 1)
    assert await claim_due_webhook(clock()) is None
    clock.move(seconds=1)
    assert await claim_due_webhook(clock()) is not None


async def test_expired_lease_writes_nothing(make_webhook, clock, context):
    await make_webhook()
    lease = await claim_due_webhook(clock())
    clock.move(seconds=LEASE_DURATION.total_seconds())
    assert lease is not None and await claim_due_webhook(clock()) is not None

    event = await AuditEvent.get()
    delivery = WebhookDelivery(
        installation_id=context.installation_id, webhook_id=lease.webhook.id, event_id=event.id,
        message_id="msg", sent_at=clock(), milliseconds=1,
    )  # fmt: skip
    assert not await mark_delivered(lease, (event.id, event.position), delivery, clock())
    assert await WebhookDelivery.all().count() == 0


async def test_concurrent_change_and_delivery_do_not_deadlock(make_webhook, clock, context):
    webhook_id, _ = await make_webhook()
    lease = await claim_due_webhook(clock())
    assert lease is not None
    event = await AuditEvent.get()
    delivery = WebhookDelivery(
        installation_id=context.installation_id, webhook_id=webhook_id, event_id=event.id,
        message_id="msg", sent_at=clock(), milliseconds=1,
    )  # fmt: skip
    is_locked = asyncio.Event()

    async def deliver():
        await is_locked.wait()
        return await mark_delivered(lease, (event.id, event.position), delivery, clock())

    delivering = asyncio.create_task(deliver())
    async with unit_of_work(context):
        is_locked.set()
        await asyncio.sleep(0.5)  # let the delivery proceed; the test passes however far it gets
        await Webhook.filter(id=webhook_id).update(claimed_until=None)

    assert not await delivering


async def test_disabling_takes_effect_during_a_run(receiver, make_webhook, sender, context, record):
    webhook_id, _ = await make_webhook()
    await record(20)
    receiver.delay = 0.02
    running = asyncio.create_task(sender.run_once())
    await receiver.until(lambda: len(receiver.received) >= 3)
    await update_webhook(context, webhook_id, WebhookChanges(is_enabled=False))
    await running

    assert len(receiver.received) < 20
    await sender.run_once()
    assert len(receiver.received) < 20


async def test_test_event_is_sent_while_the_webhook_is_disabled(receiver, make_webhook, context):
    webhook_id, secret = await make_webhook()
    await update_webhook(context, webhook_id, WebhookChanges(is_enabled=False))

    delivery = await send_test_event(context, webhook_id)

    assert delivery.error is None
    [received] = receiver.received
    assert Verifier(secret).verify(received.body, received.headers)["type"] == "webhook.test"


async def test_latest_deliveries_are_kept(receiver, make_webhook, sender, record):
    await make_webhook()
    await record(DELIVERY_RETENTION + 50)

    await sender.run_once()

    assert len(receiver.received) == DELIVERY_RETENTION + 51
    assert await WebhookDelivery.all().count() == DELIVERY_RETENTION


async def test_deleted_webhook_receives_no_events(receiver, make_webhook, sender, context, record):
    webhook_id, _ = await make_webhook()
    await sender.run_once()
    await delete_webhook(context, webhook_id)
    await record()

    await sender.run_once()

    assert len(receiver.received) == 1
    assert await WebhookDelivery.all().count() == 0


async def test_shutdown_finishes_deliveries_and_releases_leases(receiver, make_webhook, sender, record):
    await make_webhook()
    await record(50)
    receiver.delay = 0.2
    async with sender.running():
        await receiver.until(lambda: len(receiver.received) == 2)

    webhook = await Webhook.get()
    assert (webhook.position, webhook.claimed_until) == (len(receiver.received), None)
    assert len(receiver.received) < 5


async def test_number_of_webhooks_is_limited(make_webhook, monkeypatch):
    monkeypatch.setattr(webhooks, "MAX_WEBHOOKS", 1)
    await make_webhook()

    with pytest.raises(Invalid, match="There are 1 webhooks already"):
        await make_webhook()


async def test_webhook_changes_are_recorded_without_secrets(make_webhook, context, receiver):
    webhook_id, secret = await make_webhook()
    for wanted in (
        WebhookChanges(name="ERP 2"),
        WebhookChanges(url=receiver.url + "?key=hunter2"),
        WebhookChanges(actions=[AuditAction.SIGNED_IN]),
        WebhookChanges(rotate_secret=True),
        WebhookChanges(name="ERP 2", is_enabled=True),  # no change
    ):
        await update_webhook(context, webhook_id, wanted)

    events = await AuditEvent.filter(action="WEBHOOK_CHANGED").order_by("position")
    assert [str(Message.from_json(event.facts["what"][0])) for event in events] == [
        "name",
        "address",
        "actions",
        "secret",
    ]
    assert "hunter2" not in str([event.details for event in events])
    assert secret not in str([event.details for event in events])
