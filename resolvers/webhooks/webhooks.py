"""Webhooks: addresses that are told of events. Made, changed, deleted and listed; `webhook_deliveries` tells them."""

import secrets
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from licensing.enums import ApiScope, AuditAction
from licensing.errors import Invalid, NotFound
from licensing.messages import Message
from models.vendor import Vendor
from models.webhook import Webhook, WebhookDelivery
from resolvers.audit.log import NEWEST_FIRST
from resolvers.context import Context
from resolvers.idempotency import Outcome, idempotent, tell_without_secret
from resolvers.unit_of_work import Change, Detail, unit_of_work
from resolvers.vendors.vendors import tenant_filter

MAX_WEBHOOKS = 50
"""Webhooks of an installation."""
DELIVERY_RETENTION = 100
"""Tries of a webhook that are kept to be shown."""
SECRET_ROTATION_OVERLAP = timedelta(hours=24)
"""How long it is signed with the secret before, too."""
READS = (ApiScope.AUDIT_READ, ApiScope.LICENSES_READ, ApiScope.USERS_READ)
"""What a caller must be able to read who has it sent somewhere."""

_IN_WORDS = {
    "name": Message("name"),
    "host": Message("address"),
    "actions": Message("actions"),
    "isEnabled": Message("whether it is on"),
    "position": Message("where it goes on"),
    "secret": Message("secret"),
}


class EndpointRefused(Exception):
    """Nothing may be sent to an address; the words are a clause of which the address is the subject."""

    def __init__(self, message: Message) -> None:
        """Say why."""
        self.message = message
        super().__init__(str(message))


@dataclass(frozen=True, slots=True)
class WebhookChanges:
    """What is wanted of a webhook; what is None stays as it is."""

    name: str | None = None
    url: str | None = None
    actions: Sequence[AuditAction] | None = None
    is_enabled: bool | None = None
    after: str | None = None
    """A cursor of the audit log: tell what comes after it."""
    rotate_secret: bool = False


class Endpoints(Protocol):
    """The way to webhooks' addresses."""

    async def check(self, url: str) -> None:
        """Refuses an address to which nothing may be sent.

        Raises:
            EndpointRefused: It is one.
        """

    async def test(self, context: Context, webhook: Webhook) -> WebhookDelivery:
        """Sends a test event, once, and says how that went; the delivery is not kept yet."""


async def webhooks(context: Context) -> list[Webhook]:
    """Webhooks that the caller may see, newest first."""
    return await Webhook.filter(**tenant_filter(context)).order_by("-id")


async def load_webhooks(context: Context, ids: Iterable[int]) -> dict[int, Webhook]:
    """Webhooks by id."""
    return {webhook.id: webhook for webhook in await Webhook.filter(id__in=list(ids), **tenant_filter(context))}


async def load_deliveries(context: Context, webhook_ids: Sequence[int]) -> list[list[WebhookDelivery]]:
    """The latest tries of each of the webhooks, newest first, in one statement."""
    found: dict[int, list[WebhookDelivery]] = {id_: [] for id_ in webhook_ids}
    kept = WebhookDelivery.filter(webhook_id__in=list(webhook_ids), installation_id=context.installation_id)
    for delivery in await kept.order_by("-id"):
        found[delivery.webhook_id].append(delivery)
    return [found[id_] for id_ in webhook_ids]


@idempotent(replay=tell_without_secret)
async def create_webhook(
    context: Context, *, name: str, url: str, actions: Sequence[AuditAction], vendor_id: int | None
) -> tuple[int, str]:
    """Makes a webhook that is told of events from now on, and returns its id and its secret: empty if repeated.

    Raises:
        NotFound: The caller can see no such vendor.
        Invalid: The name or the address will not do, or there are too many webhooks.
    """
    vendor_id = await _vendor_id(context, vendor_id)
    _check_name(name)
    await _check_url(context, url)
    secret = _new_secret()
    async with unit_of_work(context) as change:
        if await Webhook.filter(installation_id=context.installation_id).count() >= MAX_WEBHOOKS:
            raise Invalid(
                reason=Message(
                    "There are {most} webhooks already. Delete one that is not needed any more.", most=MAX_WEBHOOKS
                )
            )
        webhook = await Webhook.create(
            installation_id=context.installation_id,
            name=name,
            url=url,
            vendor_id=vendor_id,
            actions=_sorted(actions),
            secret=secret,
            created_at=change.now,
            position=change.installation.event_position,
            next_try_at=change.now,
        )
        details: list[Detail] = [("host", None, urlsplit(url).netloc), ("actions", None, " ".join(webhook.actions))]
        change.record(AuditAction.WEBHOOK_CREATED, vendor_id=vendor_id, details=details, webhook=name)
        change.answer = webhook.id
    return webhook.id, secret


@idempotent()
async def update_webhook(context: Context, webhook_id: int, wanted: WebhookChanges) -> str | None:
    """Changes a webhook, tries at once what is still to be told, and returns the secret that it has made, if any.

    Raises:
        NotFound: The caller can see no such webhook.
        Invalid: The name or the address will not do.
        BadUserInput: What it is to go on after is no cursor of the audit log.
    """
    await _get(context, webhook_id)
    if wanted.name is not None:
        _check_name(wanted.name)
    if wanted.url is not None:
        await _check_url(context, wanted.url)  # outside of the transaction: it asks the name server
    async with unit_of_work(context) as change:
        webhook = await _take(context, webhook_id)
        details = _set(webhook, wanted, change)
        webhook.tries, webhook.failing_since, webhook.next_try_at = 0, None, change.now
        await webhook.save()
        if details:
            what = [_IN_WORDS[name] for name, _, _ in details]
            vendor_id, action = webhook.vendor_id, AuditAction.WEBHOOK_CHANGED
            change.record(action, vendor_id=vendor_id, details=details, webhook=webhook.name, what=what)
    return webhook.secret if wanted.rotate_secret else None


def _set(webhook: Webhook, wanted: WebhookChanges, change: Change) -> list[Detail]:
    """Sets what is wanted, and says what of it is another than before, but for secrets: an address may hold one."""
    details: list[Detail] = []
    if wanted.name is not None and wanted.name != webhook.name:
        details.append(("name", webhook.name, wanted.name))
        webhook.name = wanted.name
    if wanted.url is not None and wanted.url != webhook.url:
        details.append(("host", urlsplit(webhook.url).netloc, urlsplit(wanted.url).netloc))
        webhook.url = wanted.url
    if wanted.actions is not None and _sorted(wanted.actions) != webhook.actions:
        before, webhook.actions = webhook.actions, _sorted(wanted.actions)
        details.append(("actions", " ".join(before) or None, " ".join(webhook.actions) or None))
    if wanted.is_enabled is not None and wanted.is_enabled != (webhook.disabled_at is None):
        details.append(("isEnabled", str(not wanted.is_enabled).lower(), str(wanted.is_enabled).lower()))
        webhook.disabled_at = None if wanted.is_enabled else change.now
    if wanted.after is not None:
        place = min(int(NEWEST_FIRST.values(wanted.after)[0]), change.installation.event_position)
        details.append(("position", str(webhook.position), str(place)))
        webhook.position = place
    if wanted.rotate_secret:
        details.append(("secret", None, None))
        webhook.previous_secret, webhook.previous_secret_ends_at = webhook.secret, change.now + SECRET_ROTATION_OVERLAP
        webhook.secret = _new_secret()
    return details


@idempotent()
async def delete_webhook(context: Context, webhook_id: int) -> None:
    """Deletes a webhook, its secret and what is kept of its deliveries.

    Raises:
        NotFound: The caller can see no such webhook.
    """
    async with unit_of_work(context) as change:
        webhook = await _take(context, webhook_id)
        await WebhookDelivery.filter(webhook_id=webhook.id).delete()
        await webhook.delete()
        change.record(AuditAction.WEBHOOK_DELETED, vendor_id=webhook.vendor_id, webhook=webhook.name)


async def _delivery_again(outcome: Outcome, *call: object, **named: object) -> WebhookDelivery:
    delivery = await WebhookDelivery.get_or_none(id=outcome.result())
    if delivery is None:
        raise NotFound(["input", "webhookId"])  # it was deleted since, or a hundred tries followed
    return delivery


@idempotent(replay=_delivery_again)
async def send_test_event(context: Context, webhook_id: int) -> WebhookDelivery:
    """Sends a webhook a test event now, switched off or not, and says how that went.

    Raises:
        NotFound: The caller can see no such webhook.
    """
    webhook = await _get(context, webhook_id)
    assert context.webhook_client is not None, "nowhere to send to: the context was made without endpoints"
    delivery = await context.webhook_client.test(context, webhook)
    async with unit_of_work(context) as change:
        if await Webhook.exists(id=webhook.id):
            await delivery.save()
            await purge_deliveries(webhook.id)
            change.answer = delivery.id
    return delivery


async def purge_deliveries(webhook_id: int) -> None:
    """Drops all but the latest tries of a webhook."""
    kept = WebhookDelivery.filter(webhook_id=webhook_id).order_by("-id")
    if oldest := await kept.offset(DELIVERY_RETENTION).first():
        await WebhookDelivery.filter(webhook_id=webhook_id, id__lte=oldest.id).delete()


async def _get(context: Context, webhook_id: int) -> Webhook:
    webhook = await Webhook.get_or_none(id=webhook_id, **tenant_filter(context))
    if webhook is None:
        raise NotFound(["input", "webhookId"])
    return webhook


async def _take(context: Context, webhook_id: int) -> Webhook:
    """The webhook, taken from the process that may be telling it something, which then leaves off."""
    await Webhook.filter(id=webhook_id, **tenant_filter(context)).update(claimed_until=None)
    return await _get(context, webhook_id)


async def _vendor_id(context: Context, wanted: int | None) -> int | None:
    """The vendor whose events it is told; a token for one vendor makes webhooks for that one alone."""
    if wanted is None:
        return context.caller.vendor_id
    if not await Vendor.filter(removed_at__isnull=True, **tenant_filter(context, "id")).filter(id=wanted).exists():
        raise NotFound(["input", "vendorId"])
    return wanted


async def _check_url(context: Context, url: str) -> None:
    assert context.webhook_client is not None, "nobody to ask: the context was made without endpoints"
    try:
        await context.webhook_client.check(url)
    except EndpointRefused as refused:
        raise Invalid(
            ["input", "url"],
            reason=Message("The address {error}. Give another, or see docs/webhooks.md.", error=refused.message),
        ) from None


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > 200:
        raise Invalid(["input", "name"], reason=Message("A name has 1 to 200 characters. Say what the webhook is for."))


def _sorted(actions: Iterable[AuditAction]) -> list[str]:
    return sorted({action.value for action in actions})


def _new_secret() -> str:
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


def secrets_of(webhook: Webhook, now: datetime) -> list[str]:
    """The secrets by which it is signed, the newest first."""
    until = webhook.previous_secret_ends_at
    if webhook.previous_secret and until and now < until:
        return [webhook.secret, webhook.previous_secret]
    return [webhook.secret]
