"""Webhooks: URLs that receive audit events. Their deliveries are in `deliveries`."""

import secrets
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from licensing.enums import ApiScope, AuditAction
from licensing.errors import Invalid, NotFound
from licensing.messages import Message
from models.vendor import Vendor
from models.webhook import Webhook, WebhookDelivery
from resolvers.audit.log import NEWEST_FIRST
from resolvers.context import Context
from resolvers.idempotency import idempotent, replay_without_secret
from resolvers.ports import EndpointRefused, Outcome
from resolvers.tenancy import tenant_filter
from resolvers.unit_of_work import Detail, UnitOfWork, unit_of_work

MAX_WEBHOOKS = 50
"""The maximum number of webhooks per installation."""
DELIVERY_RETENTION = 100
"""The number of deliveries kept per webhook."""
SECRET_ROTATION_OVERLAP = timedelta(hours=24)
"""The time during which messages are signed with the previous secret as well."""
REQUIRED_SCOPES = (ApiScope.AUDIT_READ, ApiScope.LICENSES_READ, ApiScope.USERS_READ)
"""The scopes required to create a webhook, because it sends what they allow to read."""

_ATTRIBUTE_NAMES = {
    "name": Message("name"),
    "host": Message("address"),
    "actions": Message("actions"),
    "isEnabled": Message("whether it is on"),
    "position": Message("where it goes on"),
    "secret": Message("secret"),
}


@dataclass(frozen=True, slots=True)
class WebhookChanges:
    """The changes to a webhook; None leaves an attribute unchanged."""

    name: str | None = None
    url: str | None = None
    actions: Sequence[AuditAction] | None = None
    is_enabled: bool | None = None
    after: str | None = None
    """A cursor of the audit log after which delivery continues."""
    rotate_secret: bool = False


async def webhooks(context: Context) -> list[Webhook]:
    """Return the webhooks that the caller has access to, newest first."""
    return await Webhook.filter(**tenant_filter(context)).order_by("-id")


async def load_webhooks(context: Context, ids: Iterable[int]) -> dict[int, Webhook]:
    """Return webhooks by ID."""
    return {webhook.id: webhook for webhook in await Webhook.filter(id__in=list(ids), **tenant_filter(context))}


async def load_deliveries(context: Context, webhook_ids: Sequence[int]) -> list[list[WebhookDelivery]]:
    """Return the latest deliveries of each webhook, newest first, in the order of the IDs."""
    by_webhook: dict[int, list[WebhookDelivery]] = {id_: [] for id_ in webhook_ids}
    deliveries = WebhookDelivery.filter(webhook_id__in=list(webhook_ids), installation_id=context.installation_id)
    for delivery in await deliveries.order_by("-id"):
        by_webhook[delivery.webhook_id].append(delivery)
    return [by_webhook[id_] for id_ in webhook_ids]


@idempotent(replay=replay_without_secret)
async def create_webhook(
    context: Context, *, name: str, url: str, actions: Sequence[AuditAction], vendor_id: int | None
) -> tuple[int, str]:
    """Create a webhook for future events, and return its ID and its secret.

    A repeated request returns an empty secret.

    Raises:
        NotFound: The vendor does not exist or the caller has no access to it.
        Invalid: The name or the URL is invalid, or there are too many webhooks.
    """
    vendor_id = await _resolve_vendor_id(context, vendor_id)
    _check_name(name)
    await _check_url(context, url)
    secret = _generate_secret()
    async with unit_of_work(context) as unit:
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
            created_at=unit.now,
            position=unit.installation.event_position,
            next_try_at=unit.now,
        )
        details: list[Detail] = [("host", None, urlsplit(url).netloc), ("actions", None, " ".join(webhook.actions))]
        unit.record(AuditAction.WEBHOOK_CREATED, vendor_id=vendor_id, details=details, webhook=name)
        unit.result = webhook.id
    return webhook.id, secret


@idempotent()
async def update_webhook(context: Context, webhook_id: int, changes: WebhookChanges) -> str | None:
    """Change a webhook, schedule pending deliveries immediately, and return its new secret if one was generated.

    Raises:
        NotFound: The webhook does not exist or the caller has no access to it.
        Invalid: The name or the URL is invalid.
        BadUserInput: The cursor is not one of the audit log.
    """
    await _get(context, webhook_id)
    if changes.name is not None:
        _check_name(changes.name)
    if changes.url is not None:
        await _check_url(context, changes.url)  # outside the transaction, because it resolves the host name
    async with unit_of_work(context) as unit:
        webhook = await _get_and_revoke_lease(context, webhook_id)
        details = _apply_changes(webhook, changes, unit)
        webhook.tries, webhook.failing_since, webhook.next_try_at = 0, None, unit.now
        await webhook.save()
        if details:
            what = [_ATTRIBUTE_NAMES[name] for name, _, _ in details]
            vendor_id, action = webhook.vendor_id, AuditAction.WEBHOOK_CHANGED
            unit.record(action, vendor_id=vendor_id, details=details, webhook=webhook.name, what=what)
    return webhook.secret if changes.rotate_secret else None


def _apply_changes(webhook: Webhook, changes: WebhookChanges, unit: UnitOfWork) -> list[Detail]:
    """Set the changed attributes and return their details, of the URL only the host because a URL may hold a secret."""
    details: list[Detail] = []
    if changes.name is not None and changes.name != webhook.name:
        details.append(("name", webhook.name, changes.name))
        webhook.name = changes.name
    if changes.url is not None and changes.url != webhook.url:
        details.append(("host", urlsplit(webhook.url).netloc, urlsplit(changes.url).netloc))
        webhook.url = changes.url
    if changes.actions is not None and _sorted(changes.actions) != webhook.actions:
        before, webhook.actions = webhook.actions, _sorted(changes.actions)
        details.append(("actions", " ".join(before) or None, " ".join(webhook.actions) or None))
    if changes.is_enabled is not None and changes.is_enabled != (webhook.disabled_at is None):
        details.append(("isEnabled", str(not changes.is_enabled).lower(), str(changes.is_enabled).lower()))
        webhook.disabled_at = None if changes.is_enabled else unit.now
    if changes.after is not None:
        position = min(int(NEWEST_FIRST.values(changes.after)[0]), unit.installation.event_position)
        details.append(("position", str(webhook.position), str(position)))
        webhook.position = position
    if changes.rotate_secret:
        details.append(("secret", None, None))
        webhook.previous_secret, webhook.previous_secret_ends_at = webhook.secret, unit.now + SECRET_ROTATION_OVERLAP
        webhook.secret = _generate_secret()
    return details


@idempotent()
async def delete_webhook(context: Context, webhook_id: int) -> None:
    """Delete a webhook with its deliveries.

    Raises:
        NotFound: The webhook does not exist or the caller has no access to it.
    """
    async with unit_of_work(context) as unit:
        webhook = await _get_and_revoke_lease(context, webhook_id)
        await WebhookDelivery.filter(webhook_id=webhook.id).delete()
        await webhook.delete()
        unit.record(AuditAction.WEBHOOK_DELETED, vendor_id=webhook.vendor_id, webhook=webhook.name)


async def _replay_delivery(outcome: Outcome, *args: object, **kwargs: object) -> WebhookDelivery:
    delivery = await WebhookDelivery.get_or_none(id=outcome.result())
    if delivery is None:
        raise NotFound(["input", "webhookId"])  # deleted since, with its webhook or by `purge_deliveries`
    return delivery


@idempotent(replay=_replay_delivery)
async def send_test_event(context: Context, webhook_id: int) -> WebhookDelivery:
    """Send a test event to a webhook, even a disabled one, and return the delivery.

    Raises:
        NotFound: The webhook does not exist or the caller has no access to it.
    """
    webhook = await _get(context, webhook_id)
    assert context.webhook_client is not None, "the context has no webhook client"
    delivery = await context.webhook_client.test(context, webhook)
    async with unit_of_work(context) as unit:
        if await Webhook.exists(id=webhook.id):
            await delivery.save()
            await purge_deliveries(webhook.id)
            unit.result = delivery.id
    return delivery


async def purge_deliveries(webhook_id: int) -> None:
    """Delete all but the latest deliveries of a webhook."""
    deliveries = WebhookDelivery.filter(webhook_id=webhook_id).order_by("-id")
    if oldest := await deliveries.offset(DELIVERY_RETENTION).first():
        await WebhookDelivery.filter(webhook_id=webhook_id, id__lte=oldest.id).delete()


async def _get(context: Context, webhook_id: int) -> Webhook:
    webhook = await Webhook.get_or_none(id=webhook_id, **tenant_filter(context))
    if webhook is None:
        raise NotFound(["input", "webhookId"])
    return webhook


async def _get_and_revoke_lease(context: Context, webhook_id: int) -> Webhook:
    """Return the webhook after ending the lease of a delivering process, which then stops."""
    await Webhook.filter(id=webhook_id, **tenant_filter(context)).update(claimed_until=None)
    return await _get(context, webhook_id)


async def _resolve_vendor_id(context: Context, vendor_id: int | None) -> int | None:
    """Return the vendor that a new webhook is bound to; a token of one vendor creates webhooks for it only."""
    if vendor_id is None:
        return context.caller.vendor_id
    if not await Vendor.filter(removed_at__isnull=True, **tenant_filter(context, "id")).filter(id=vendor_id).exists():
        raise NotFound(["input", "vendorId"])
    return vendor_id


async def _check_url(context: Context, url: str) -> None:
    assert context.webhook_client is not None, "the context has no webhook client"
    try:
        await context.webhook_client.check(url)
    except EndpointRefused as error:
        raise Invalid(
            ["input", "url"],
            reason=Message("The address {error}. Give another, or see docs/webhooks.md.", error=error.message),
        ) from None


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > 200:
        raise Invalid(["input", "name"], reason=Message("A name has 1 to 200 characters. Say what the webhook is for."))


def _sorted(actions: Iterable[AuditAction]) -> list[str]:
    return sorted({action.value for action in actions})


def _generate_secret() -> str:
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


def secrets_of(webhook: Webhook, now: datetime) -> list[str]:
    """Return the secrets with which messages are signed, newest first."""
    ends_at = webhook.previous_secret_ends_at
    if webhook.previous_secret and ends_at and now < ends_at:
        return [webhook.secret, webhook.previous_secret]
    return [webhook.secret]
