"""Webhooks over a real connection: what arrives, in which order, and what happens where it does not."""

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
from resolvers.webhooks.deliveries import LEASE, claim_due_webhook, mark_delivered
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
    """A time that a test moves."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def __call__(self) -> datetime:
        """The time."""
        return self.time

    def move(self, **by: float) -> None:
        """Let time pass."""
        self.time += timedelta(**by)


@pytest.fixture
async def address():
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
def make_webhook(context, client, address, clock):
    """Makes a webhook, and returns its id and secret."""
    context.webhook_client = client

    async def make(*, url=None, actions=(), vendor_id=None):
        return await create_webhook(context, name="ERP", url=url or address.url, actions=actions, vendor_id=vendor_id)

    return make


@pytest.fixture
def record(context):
    """Records so many events, as if somebody had logged in, or others."""

    async def do(count=1, action=AuditAction.SIGNED_IN, **event):
        async with unit_of_work(context) as change:
            for _ in range(count):
                change.record(action, **event)

    return do


def actions(address):
    return [event["data"]["action"] for event in address.events]


async def test_events_arrive_in_order_and_name_what_they_concern(
    address, make_webhook, record, sender, make_license, make_user, context
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

    assert actions(address) == ["WEBHOOK_CREATED", "SIGNED_IN", "SIGNED_IN", "SIGNED_IN", "USER_LICENSE_ASSIGNED"]
    positions = [NEWEST_FIRST.values(event["data"]["cursor"])[0] for event in address.events]
    assert positions == sorted(positions)
    last = address.events[-1]
    assert last["type"] == "audit_event.user_license_assigned"
    assert last["data"]["summary"] == "Inga Solheim gave Sales Premium to Kari."
    assert last["data"]["vendor"]["key"] == "superoffice"
    assert (last["data"]["license"]["key"], last["data"]["license"]["name"]) == (license.key, "Sales Premium")
    assert (last["data"]["user"]["login"], last["data"]["user"]["name"]) == ("kari", "Kari")
    await sender.run_once()
    assert len(address.received) == 5


async def test_the_reference_library_verifies_what_arrives(address, make_webhook, sender):
    _, secret = await make_webhook()
    await sender.run_once()
    [received] = address.received

    assert Verifier(secret).verify(received.body, received.headers)["type"] == "audit_event.webhook_created"
    with pytest.raises(WebhookVerificationError):
        Verifier(secret).verify(received.body + b" ", received.headers)
    with pytest.raises(WebhookVerificationError):
        Verifier("whsec_" + "A" * 44).verify(received.body, received.headers)


async def test_for_a_day_both_secrets_verify_after_a_rotation(address, make_webhook, sender, context, clock, record):
    webhook_id, old = await make_webhook()
    new = await update_webhook(context, webhook_id, WebhookChanges(rotate_secret=True))
    assert new is not None and new != old

    await sender.run_once()
    for secret in (old, new):
        assert Verifier(secret).verify(address.received[-1].body, address.received[-1].headers)

    clock.move(hours=24)
    await record()
    await sender.run_once()
    headers = address.received[-1].headers
    assert len(headers["webhook-signature"].split()) == 1
    assert headers["webhook-timestamp"] == str(int(clock().timestamp()))


async def test_only_the_actions_and_the_vendor_wanted_arrive(address, make_webhook, record, sender, make_vendor):
    vendor = await make_vendor("nordsync", name="NordSync AS")
    changed = {"action": AuditAction.VENDOR_CHANGED, "what": "it was changed"}
    await make_webhook(actions=[AuditAction.VENDOR_CHANGED], vendor_id=vendor.id)
    await record(2)
    await record(vendor_id=vendor.id)
    await record(**changed, vendor_id=(await Vendor.get(key="superoffice")).id, vendor="SuperOffice AS")
    await record(**changed, vendor_id=vendor.id, vendor="NordSync AS")
    await record(150)

    await sender.run_once()

    assert [event["data"]["summary"] for event in address.events] == [
        "Inga Solheim changed the vendor NordSync AS: it was changed."
    ]
    webhook = await Webhook.get()
    assert webhook.position == (await AuditEvent.all().order_by("-position").first()).position
    assert webhook.claimed_until is None


async def test_a_failed_try_is_made_again_later_with_the_same_id(address, make_webhook, sender, clock, record):
    await make_webhook()
    await record()
    address.status = 500
    await sender.run_once()
    await sender.run_once()
    assert len(address.received) == 1

    address.status = 200
    clock.move(seconds=4)
    await sender.run_once()
    assert len(address.received) == 1
    clock.move(seconds=1)
    await sender.run_once()

    ids = [one.id for one in address.received]
    assert ids[0] == ids[1] and len(set(ids)) == 2
    assert address.received[0].body == address.received[1].body
    assert actions(address) == ["WEBHOOK_CREATED", "SIGNED_IN"]
    webhook = await Webhook.get()
    assert (webhook.tries, webhook.failing_since) == (0, None)


async def test_what_arrived_before_a_failure_is_not_sent_again(address, make_webhook, sender, clock, record):
    await make_webhook()
    await record(3)
    address.exceptions = {3: 500}
    await sender.run_once()
    assert len(address.received) == 3

    clock.move(minutes=1)
    await sender.run_once()

    ids = [one.id for one in address.received]
    assert len(ids) == 5 and ids[2] == ids[3] and len(set(ids)) == 4


async def test_an_address_that_was_dead_for_an_hour_gets_all_in_order(address, make_webhook, sender, clock, record):
    await make_webhook()
    address.status = 503
    began = clock()
    while clock() - began < timedelta(hours=1):
        await record()
        await sender.run_once()
        clock.move(minutes=1)
    tried = len(address.received)
    assert 8 <= tried <= 12

    address.status = 200
    clock.move(hours=1)
    await sender.run_once()

    delivered = [one.event["data"]["cursor"] for one in address.received[tried:]]
    assert len(delivered) == len(set(delivered)) == await AuditEvent.all().count() == 61
    positions = [NEWEST_FIRST.values(cursor)[0] for cursor in delivered]
    assert positions == sorted(positions)


async def test_after_a_day_of_failures_it_is_switched_off_and_can_be_switched_on_again(
    address, make_webhook, sender, clock, record, context
):
    webhook_id, _ = await make_webhook()
    address.status = 500
    for _ in range(60):
        await sender.run_once()
        clock.move(minutes=30)
    tried = len(address.received)

    webhook = await Webhook.get(id=webhook_id)
    assert webhook.disabled_at is not None and webhook.failing_since is not None
    assert timedelta(hours=24) <= webhook.disabled_at - webhook.failing_since < timedelta(hours=26)
    event = await AuditEvent.get(action="WEBHOOK_DISABLED")
    assert event.facts["webhook"] == "ERP" and "answered with status 500" in str(
        Message.from_json(event.facts["reason"])
    )

    address.status = 200
    await update_webhook(context, webhook_id, WebhookChanges(is_enabled=True))
    await sender.run_once()

    arrived = [one.event["data"]["action"] for one in address.received[tried:]]
    assert arrived == ["WEBHOOK_CREATED", "WEBHOOK_DISABLED", "WEBHOOK_CHANGED"]


async def test_an_address_that_is_gone_is_left_alone_at_once(address, make_webhook, sender):
    await make_webhook()
    address.status = 410

    await sender.run_once()

    assert (await Webhook.get()).disabled_at is not None
    assert await AuditEvent.exists(action="WEBHOOK_DISABLED")


async def test_it_goes_on_after_the_event_that_is_named(address, make_webhook, sender, context, record):
    webhook_id, _ = await make_webhook()
    await record(3)
    await sender.run_once()
    first = address.events[0]["data"]["cursor"]

    await update_webhook(context, webhook_id, WebhookChanges(after=first))
    await sender.run_once()

    again = [one.id for one in address.received]
    assert again[4:7] == again[1:4]


async def test_a_slow_address_holds_up_no_other(address, make_webhook, sender, record):
    async with endpoint() as slow:
        slow.delay = 30
        await make_webhook(url=slow.url)
        await make_webhook()
        await record(5)
        slow_run = asyncio.create_task(sender.run_once())
        await address.until(lambda: len(address.received) == 6)
        await slow.until(lambda: len(slow.received) == 1)
        slow_run.cancel()
        await asyncio.gather(slow_run, return_exceptions=True)


async def test_an_answer_without_end_is_not_read(address, make_webhook, sender):
    await make_webhook()
    address.status, address.headers = 200, {"Content-Length": "1000000000"}  # and then nothing comes

    await asyncio.wait_for(sender.run_once(), timeout=3)

    assert (await WebhookDelivery.get()).error is None


async def test_an_address_that_hangs_is_given_up(address, make_webhook, client, context):
    webhook_id, _ = await make_webhook()
    address.delay = 30
    webhook = await Webhook.get(id=webhook_id)

    async with asyncio.timeout(5):
        delivery, _ = await client.deliver(context, webhook, WebhookMessage("msg_1", b"{}"), None, seconds=0.2)

    assert (delivery.response_status, delivery.error) == (None, "did not answer in time")


async def test_a_redirect_is_not_followed(address, make_webhook, sender):
    async with endpoint() as elsewhere:
        await make_webhook()
        address.status, address.headers = 307, {"Location": elsewhere.url}

        await sender.run_once()

        assert elsewhere.received == []
    delivery = await WebhookDelivery.get()
    assert (delivery.response_status, delivery.error) == (307, "redirected elsewhere, which is not followed")


async def test_nobody_else_has_a_webhook_while_one_is_at_it(make_webhook, clock):
    await make_webhook()
    claims = await asyncio.gather(*(claim_due_webhook(clock()) for _ in range(10)))
    assert sum(claim is not None for claim in claims) == 1

    clock.move(seconds=LEASE.total_seconds() - 1)
    assert await claim_due_webhook(clock()) is None
    clock.move(seconds=1)
    assert await claim_due_webhook(clock()) is not None


async def test_who_has_lost_the_lease_writes_nothing(make_webhook, clock, context):
    await make_webhook()
    claim = await claim_due_webhook(clock())
    clock.move(seconds=LEASE.total_seconds())
    assert claim is not None and await claim_due_webhook(clock()) is not None

    event = await AuditEvent.get()
    delivery = WebhookDelivery(
        installation_id=context.installation_id, webhook_id=claim.webhook.id, event_id=event.id,
        message_id="msg", sent_at=clock(), milliseconds=1,
    )  # fmt: skip
    assert not await mark_delivered(claim, (event.id, event.position), delivery, clock())
    assert await WebhookDelivery.all().count() == 0


async def test_a_change_and_a_delivery_at_once_do_not_wait_for_each_other(make_webhook, clock, context):
    webhook_id, _ = await make_webhook()
    claim = await claim_due_webhook(clock())
    assert claim is not None
    event = await AuditEvent.get()
    delivery = WebhookDelivery(
        installation_id=context.installation_id, webhook_id=webhook_id, event_id=event.id,
        message_id="msg", sent_at=clock(), milliseconds=1,
    )  # fmt: skip
    is_locked = asyncio.Event()

    async def settle():
        await is_locked.wait()
        return await mark_delivered(claim, (event.id, event.position), delivery, clock())

    settling = asyncio.create_task(settle())
    async with unit_of_work(context):
        is_locked.set()
        await asyncio.sleep(0.5)  # as far as it comes; the test holds however far that is
        await Webhook.filter(id=webhook_id).update(claimed_until=None)

    assert not await settling


async def test_a_change_takes_effect_in_the_middle_of_a_run(address, make_webhook, sender, context, record):
    webhook_id, _ = await make_webhook()
    await record(20)
    address.delay = 0.02
    running = asyncio.create_task(sender.run_once())
    await address.until(lambda: len(address.received) >= 3)
    await update_webhook(context, webhook_id, WebhookChanges(is_enabled=False))
    await running

    assert len(address.received) < 20
    await sender.run_once()
    assert len(address.received) < 20


async def test_a_test_event_is_sent_at_once_also_while_it_is_off(address, make_webhook, context):
    webhook_id, secret = await make_webhook()
    await update_webhook(context, webhook_id, WebhookChanges(is_enabled=False))

    delivery = await send_test_event(context, webhook_id)

    assert delivery.error is None
    [received] = address.received
    assert Verifier(secret).verify(received.body, received.headers)["type"] == "webhook.test"


async def test_the_latest_tries_are_kept(address, make_webhook, sender, record):
    await make_webhook()
    await record(DELIVERY_RETENTION + 50)

    await sender.run_once()

    assert len(address.received) == DELIVERY_RETENTION + 51
    assert await WebhookDelivery.all().count() == DELIVERY_RETENTION


async def test_what_is_deleted_is_told_nothing_more(address, make_webhook, sender, context, record):
    webhook_id, _ = await make_webhook()
    await sender.run_once()
    await delete_webhook(context, webhook_id)
    await record()

    await sender.run_once()

    assert len(address.received) == 1
    assert await WebhookDelivery.all().count() == 0


async def test_what_is_under_way_when_the_server_stops_is_finished_and_given_back(
    address, make_webhook, sender, record
):
    await make_webhook()
    await record(50)
    address.delay = 0.2
    async with sender.running():
        await address.until(lambda: len(address.received) == 2)

    webhook = await Webhook.get()
    assert (webhook.position, webhook.claimed_until) == (len(address.received), None)
    assert len(address.received) < 5


async def test_there_are_not_any_number_of_webhooks(make_webhook, monkeypatch):
    monkeypatch.setattr(webhooks, "MAX_WEBHOOKS", 1)
    await make_webhook()

    with pytest.raises(Invalid, match="There are 1 webhooks already"):
        await make_webhook()


async def test_each_change_is_one_event_and_tells_no_secret(make_webhook, context, address):
    webhook_id, secret = await make_webhook()
    for wanted in (
        WebhookChanges(name="ERP 2"),
        WebhookChanges(url=address.url + "?key=hunter2"),
        WebhookChanges(actions=[AuditAction.SIGNED_IN]),
        WebhookChanges(rotate_secret=True),
        WebhookChanges(name="ERP 2", is_enabled=True),  # as it is
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
