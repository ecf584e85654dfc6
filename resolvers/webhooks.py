"""Webhooks: addresses that are told of events. Made, changed, deleted and listed; `webhook_deliveries` tells them."""

import secrets
from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from licensing.enums import ApiScope, AuditAction
from licensing.errors import Invalid, NotFound
from models import Vendor, Webhook, WebhookDelivery
from resolvers.audit import NEWEST_FIRST
from resolvers.context import Context
from resolvers.events import Change, Detail, changing
from resolvers.vendors import own

MOST = 50
"""Webhooks of an installation."""
KEPT = 100
"""Tries of a webhook that are kept to be shown."""
SECRETS_OVERLAP = timedelta(hours=24)
"""How long it is signed with the secret before, too."""
READS = (ApiScope.AUDIT_READ, ApiScope.LICENSES_READ, ApiScope.USERS_READ)
"""What a caller must be able to read who has it sent somewhere."""


class EndpointRefused(Exception):
    """Nothing may be sent to an address; the text is a clause of which the address is the subject."""


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
    return await Webhook.filter(**own(context)).order_by("-id")


async def load_webhooks(context: Context, ids: Iterable[int]) -> dict[int, Webhook]:
    """Webhooks by id."""
    return {webhook.id: webhook for webhook in await Webhook.filter(id__in=list(ids), **own(context))}


async def load_deliveries(context: Context, webhook_ids: Sequence[int]) -> list[list[WebhookDelivery]]:
    """The latest tries of each of the webhooks, newest first, in one statement."""
    found: dict[int, list[WebhookDelivery]] = {id_: [] for id_ in webhook_ids}
    kept = WebhookDelivery.filter(webhook_id__in=list(webhook_ids), installation_id=context.installation_id)
    for delivery in await kept.order_by("-id"):
        found[delivery.webhook_id].append(delivery)
    return [found[id_] for id_ in webhook_ids]


async def create_webhook(
    context: Context, *, name: str, url: str, actions: Sequence[AuditAction], vendor_id: int | None
) -> tuple[int, str]:
    """Makes a webhook that is told of events from now on, and returns its id and its secret.

    Raises:
        NotFound: The caller can see no such vendor.
        Invalid: The name or the address will not do, or there are too many webhooks.
    """
    vendor_id = await _vendor_id(context, vendor_id)
    _check_name(name)
    await _check_url(context, url)
    secret = _new_secret()
    async with changing(context) as change:
        if await Webhook.filter(installation_id=context.installation_id).count() >= MOST:
            raise Invalid(reason=f"There are {MOST} webhooks already. Delete one that is not needed any more.")
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
    return webhook.id, secret


async def update_webhook(
    context: Context,
    webhook_id: int,
    *,
    name: str | None = None,
    url: str | None = None,
    actions: Sequence[AuditAction] | None = None,
    is_enabled: bool | None = None,
    after: str | None = None,
    rotate_secret: bool = False,
) -> str | None:
    """Changes what is given of a webhook, which is tried at once then, and returns its new secret if it gets one.

    Raises:
        NotFound: The caller can see no such webhook.
        Invalid: The name or the address will not do.
        BadUserInput: What it is to go on after is no cursor of the audit log.
    """
    if await Webhook.filter(id=webhook_id, **own(context)).get_or_none() is None:
        raise NotFound(["input", "webhookId"])
    if name is not None:
        _check_name(name)
    if url is not None:
        await _check_url(context, url)  # outside of the transaction: it asks the name server
    async with changing(context) as change:
        webhook = await _get(context, webhook_id)
        before = _shown(webhook)
        webhook.name = webhook.name if name is None else name
        webhook.url = webhook.url if url is None else url
        webhook.actions = webhook.actions if actions is None else _sorted(actions)
        if after is not None:
            webhook.position = min(int(NEWEST_FIRST.values(after)[0]), change.installation.event_position)
        if is_enabled is not None and is_enabled != (webhook.disabled_at is None):
            webhook.disabled_at = None if is_enabled else change.now
        if rotate_secret:
            webhook.previous_secret, webhook.previous_secret_ends_at = webhook.secret, change.now + SECRETS_OVERLAP
            webhook.secret = _new_secret()
        # Whoever is at it now finds that it has it no longer, and leaves the rest to who reads this.
        webhook.claimed_until, webhook.next_try_at = None, change.now
        webhook.tries, webhook.failing_since = 0, None
        await webhook.save()
        after_ = _shown(webhook)
        details = [(what, before[what], after_[what]) for what in after_ if before[what] != after_[what]]
        if rotate_secret:
            details.append(("secret", None, None))
        _record_change(change, webhook, details)
    return webhook.secret if rotate_secret else None


async def delete_webhook(context: Context, webhook_id: int) -> None:
    """Deletes a webhook, its secret and what is kept of its deliveries.

    Raises:
        NotFound: The caller can see no such webhook.
    """
    async with changing(context) as change:
        webhook = await _get(context, webhook_id)
        await Webhook.filter(id=webhook.id).update(claimed_until=None)  # from now on nobody adds to its deliveries
        await WebhookDelivery.filter(webhook_id=webhook.id).delete()
        await webhook.delete()
        change.record(AuditAction.WEBHOOK_DELETED, vendor_id=webhook.vendor_id, webhook=webhook.name)


async def send_test_event(context: Context, webhook_id: int) -> WebhookDelivery:
    """Sends a webhook a test event now, switched off or not, and says how that went.

    Raises:
        NotFound: The caller can see no such webhook.
    """
    webhook = await _get(context, webhook_id)
    assert context.endpoints is not None, "nowhere to send to: the context was made without endpoints"
    delivery = await context.endpoints.test(context, webhook)
    async with changing(context):
        if await Webhook.exists(id=webhook.id):
            await delivery.save()
            await forget_old_deliveries(webhook.id)
    return delivery


async def forget_old_deliveries(webhook_id: int) -> None:
    """Drops all but the latest tries of a webhook."""
    kept = WebhookDelivery.filter(webhook_id=webhook_id).order_by("-id")
    if oldest := await kept.offset(KEPT).first():
        await WebhookDelivery.filter(webhook_id=webhook_id, id__lte=oldest.id).delete()


async def _get(context: Context, webhook_id: int) -> Webhook:
    webhook = await Webhook.get_or_none(id=webhook_id, **own(context))
    if webhook is None:
        raise NotFound(["input", "webhookId"])
    return webhook


async def _vendor_id(context: Context, wanted: int | None) -> int | None:
    """The vendor whose events it is told; a token for one vendor makes webhooks for that one alone."""
    if wanted is None:
        return context.caller.vendor_id
    if not await Vendor.filter(removed_at__isnull=True, **own(context, "id")).filter(id=wanted).exists():
        raise NotFound(["input", "vendorId"])
    return wanted


async def _check_url(context: Context, url: str) -> None:
    assert context.endpoints is not None, "nobody to ask: the context was made without endpoints"
    try:
        await context.endpoints.check(url)
    except EndpointRefused as refused:
        raise Invalid(
            ["input", "url"], reason=f"The address {refused}. Give another, or see docs/webhooks.md."
        ) from None


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > 200:
        raise Invalid(["input", "name"], reason="A name has 1 to 200 characters. Say what the webhook is for.")


def _sorted(actions: Iterable[AuditAction]) -> list[str]:
    return sorted({action.value for action in actions})


def _new_secret() -> str:
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


def _shown(webhook: Webhook) -> dict[str, str | None]:
    """What the audit log says of a webhook: not its whole address, which may hold a secret of its owner's."""
    return {
        "name": webhook.name,
        "host": urlsplit(webhook.url).netloc,
        "actions": " ".join(webhook.actions) or None,
        "isEnabled": "true" if webhook.disabled_at is None else "false",
        "position": str(webhook.position),
    }


def _record_change(change: Change, webhook: Webhook, details: list[Any]) -> None:
    if details:
        what = ", ".join(
            {"isEnabled": "whether it is on", "position": "where it goes on"}.get(d[0], d[0]) for d in details
        )
        change.record(
            AuditAction.WEBHOOK_CHANGED, vendor_id=webhook.vendor_id, details=details, webhook=webhook.name, what=what
        )


def secrets_of(webhook: Webhook, now: datetime) -> list[str]:
    """The secrets by which it is signed, the newest first."""
    until = webhook.previous_secret_ends_at
    return (
        [webhook.secret, webhook.previous_secret]
        if webhook.previous_secret and until and now < until
        else [webhook.secret]
    )
