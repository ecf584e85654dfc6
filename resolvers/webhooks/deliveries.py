"""Webhook deliveries: the audit log is the outbox, and each webhook stores the position up to which it was delivered.

A webhook is leased by one process at a time, and each attempt renews the lease. Writes are conditional on the lease: a
process that has lost it, or whose webhook was changed in the meantime, stops.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q, RawSQL
from tortoise.transactions import in_transaction

from licensing.enums import ApiScope, AuditAction
from licensing.messages import Message
from models.db.replica import PRIMARY
from models.webhook import Webhook, WebhookDelivery
from resolvers.audit.feed import latest_position
from resolvers.audit.log import AuditCriteria, EventRow, events_between
from resolvers.context import Context
from resolvers.principals import SYSTEM, Principal
from resolvers.unit_of_work import unit_of_work
from resolvers.webhooks.webhooks import REQUIRED_SCOPES, purge_deliveries

LEASE_DURATION = timedelta(seconds=30)
"""Longer than an attempt; afterwards the webhook of a process that died is leased by another."""
BATCH_SIZE = 100
INITIAL_RETRY_DELAY, MAX_RETRY_DELAY = timedelta(seconds=5), timedelta(hours=1)
"""The delay before the first retry, which doubles with each further one, and its maximum."""
MAX_FAILURE_DURATION = timedelta(days=1)
"""The duration of failures after which a webhook is disabled."""

_HAS_UNDELIVERED = (
    'EXISTS (SELECT 1 FROM installation WHERE id = "webhook".installation_id AND event_position > "webhook".position)'
)
_POSITION_INDEX = EventRow._fields.index("position")


class _LeaseLost(Exception):
    """Raised if another process has leased the webhook, or it was changed or deleted."""


@dataclass(slots=True)
class WebhookLease:
    """A webhook leased by this process."""

    webhook: Webhook
    until: datetime

    def context(self, request_id: str) -> Context:
        """Return a context with read scopes, bound to the webhook's vendor if it has one."""
        scopes: frozenset[ApiScope] = frozenset(REQUIRED_SCOPES)
        return Context(Principal(self.webhook.installation_id, SYSTEM, scopes, self.webhook.vendor_id), request_id)

    async def write(self, now: datetime, **columns: Any) -> bool:
        """Set columns and renew the lease; return False if it is lost."""
        until = now + LEASE_DURATION
        leased = Webhook.filter(id=self.webhook.id, claimed_until=self.until)
        if not await leased.update(**{"claimed_until": until, **columns}):
            return False
        self.until = until
        return True


async def claim_due_webhook(now: datetime) -> WebhookLease | None:
    """Lease and return a webhook with undelivered events whose next attempt is due; None if there is none."""
    due = (
        Webhook.annotate(has_undelivered=RawSQL(_HAS_UNDELIVERED))
        .filter(Q(claimed_until__isnull=True) | Q(claimed_until__lte=now))
        .filter(disabled_at__isnull=True, next_try_at__lte=now, has_undelivered=True)
        .order_by("next_try_at")
    )
    if not await due.exists():  # avoids the lock of a transaction on SQLite
        return None
    async with in_transaction(PRIMARY):
        webhook = await due.select_for_update(skip_locked=True).first()
        if webhook is None:
            return None
        webhook.claimed_until = until = now + LEASE_DURATION
        await webhook.save(update_fields=["claimed_until"])
        return WebhookLease(webhook, until)


async def undelivered_events(context: Context, lease: WebhookLease) -> Sequence[Sequence[Any]]:
    """Return the next undelivered events in order, as rows of `EventRow`; empty if there are none."""
    webhook = lease.webhook
    criteria = AuditCriteria(actions=tuple(AuditAction(action) for action in webhook.actions) or None)
    latest = await latest_position(webhook.installation_id)
    rows = await events_between(context, criteria, webhook.position, latest, BATCH_SIZE)
    if not rows:
        webhook.position = latest
    return rows


async def mark_delivered(lease: WebhookLease, row: Sequence[Any], delivery: WebhookDelivery, now: datetime) -> bool:
    """Store a successful delivery and return whether this process still holds the lease."""
    try:
        async with in_transaction(PRIMARY):
            # Saving the delivery first locks the installation's row in PostgreSQL, as every change does first.
            await delivery.save()
            if not await lease.write(now, position=row[_POSITION_INDEX], tries=0, failing_since=None):
                raise _LeaseLost
    except _LeaseLost:
        return False
    lease.webhook.position, lease.webhook.tries, lease.webhook.failing_since = row[_POSITION_INDEX], 0, None
    return True


async def mark_failed(
    context: Context, lease: WebhookLease, delivery: WebhookDelivery, now: datetime, *, gone: bool
) -> None:
    """Store a failed delivery and schedule a retry; disable the webhook after a day, or if its URL is gone."""
    webhook = lease.webhook
    since = webhook.failing_since or now
    is_disabled = gone or now - since >= MAX_FAILURE_DURATION
    delay = min(INITIAL_RETRY_DELAY * 2**webhook.tries, MAX_RETRY_DELAY)
    async with unit_of_work(context) as unit:
        retry = {
            "tries": webhook.tries + 1,
            "failing_since": since,
            "next_try_at": now + delay,
            "claimed_until": None,
        }
        if not await lease.write(now, **retry, disabled_at=now if is_disabled else None):
            return
        await delivery.save()
        await purge_deliveries(webhook.id)
        if is_disabled:
            error = Message.from_json(delivery.error_words)
            failed_for_a_day = Message("its address failed for a day, and {error}", error=error)
            reason = Message("its address {error}", error=error) if gone else failed_for_a_day
            unit.record(AuditAction.WEBHOOK_DISABLED, vendor_id=webhook.vendor_id, webhook=webhook.name, reason=reason)


async def release(lease: WebhookLease, now: datetime) -> None:
    """Store the position and end the lease, so that other webhooks have their turn."""
    async with in_transaction(PRIMARY):
        if await lease.write(now, position=lease.webhook.position, claimed_until=None, next_try_at=now):
            await purge_deliveries(lease.webhook.id)
