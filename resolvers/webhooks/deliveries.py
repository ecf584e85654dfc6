"""Telling webhooks of events: the audit log is the outbox, and each webhook keeps how far in it it has come.

A webhook is claimed by one process at a time, for a lease that each try renews. A write counts only while the lease is
the one that the process holds: who has lost it, or whose webhook was changed meanwhile, leaves off.
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
from resolvers.audit.log import AuditFilter, EventRow, events_between
from resolvers.context import SYSTEM, Context, Principal
from resolvers.unit_of_work import unit_of_work
from resolvers.webhooks.webhooks import READS, purge_deliveries

LEASE = timedelta(seconds=30)
"""Longer than a try takes; after it a webhook whose process has died is taken up by another."""
BATCH_SIZE = 100
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)
"""Before the first retry, and at most; each is twice as long as the one before."""
MAX_FAILURE_DURATION = timedelta(days=1)
"""After this a webhook is switched off."""

_HAS_NEWS = (
    'EXISTS (SELECT 1 FROM installation WHERE id = "webhook".installation_id AND event_position > "webhook".position)'
)
_PLACE = EventRow._fields.index("position")


class _LeaseLost(Exception):
    """Another process has the webhook by now, or it was changed or deleted."""


@dataclass(slots=True)
class WebhookLease:
    """A webhook that is this process's for a while."""

    webhook: Webhook
    until: datetime

    def context(self, request_id: str) -> Context:
        """Who reads for the webhook: with the rights of reading, and of its vendor's events alone if it has one."""
        scopes: frozenset[ApiScope] = frozenset(READS)
        return Context(Principal(self.webhook.installation_id, SYSTEM, scopes, self.webhook.vendor_id), request_id)

    async def write(self, now: datetime, **columns: Any) -> bool:
        """Sets columns and renews the lease, unless it is lost."""
        until = now + LEASE
        held = Webhook.filter(id=self.webhook.id, claimed_until=self.until)
        if not await held.update(**{"claimed_until": until, **columns}):
            return False
        self.until = until
        return True


async def claim_due_webhook(now: datetime) -> WebhookLease | None:
    """A webhook that has something to be told now, which nobody else gets until the lease is over."""
    due = (
        Webhook.annotate(has_news=RawSQL(_HAS_NEWS))
        .filter(Q(claimed_until__isnull=True) | Q(claimed_until__lte=now))
        .filter(disabled_at__isnull=True, next_try_at__lte=now, has_news=True)
        .order_by("next_try_at")
    )
    if not await due.exists():  # without the lock that a transaction takes on SQLite
        return None
    async with in_transaction(PRIMARY):
        webhook = await due.select_for_update(skip_locked=True).first()
        if webhook is None:
            return None
        webhook.claimed_until = until = now + LEASE
        await webhook.save(update_fields=["claimed_until"])
        return WebhookLease(webhook, until)


async def events_to_tell(context: Context, claim: WebhookLease) -> Sequence[Sequence[Any]]:
    """What it is to be told next, in order, as rows of `EventRow`; empty once all is told."""
    webhook = claim.webhook
    wanted = AuditFilter(actions=tuple(AuditAction(action) for action in webhook.actions) or None)
    latest = await latest_position(webhook.installation_id)
    rows = await events_between(context, wanted, webhook.position, latest, BATCH_SIZE)
    if not rows:
        webhook.position = latest
    return rows


async def mark_delivered(claim: WebhookLease, row: Sequence[Any], delivery: WebhookDelivery, now: datetime) -> bool:
    """Notes that an event arrived, and says whether the webhook is still this process's."""
    try:
        async with in_transaction(PRIMARY):
            # The delivery first: for its sake PostgreSQL locks the installation, as every change does first.
            await delivery.save()
            if not await claim.write(now, position=row[_PLACE], tries=0, failing_since=None):
                raise _LeaseLost
    except _LeaseLost:
        return False
    claim.webhook.position, claim.webhook.tries, claim.webhook.failing_since = row[_PLACE], 0, None
    return True


async def mark_failed(
    context: Context, claim: WebhookLease, delivery: WebhookDelivery, now: datetime, *, gone: bool
) -> None:
    """Notes a failure, and when to try again; after a day of them, or where the address is gone, it is switched off."""
    webhook = claim.webhook
    since = webhook.failing_since or now
    ends = gone or now - since >= MAX_FAILURE_DURATION
    wait = min(FIRST_WAIT * 2**webhook.tries, LONGEST_WAIT)
    async with unit_of_work(context) as change:
        written = {"tries": webhook.tries + 1, "failing_since": since, "next_try_at": now + wait, "claimed_until": None}
        if not await claim.write(now, **written, disabled_at=now if ends else None):
            return
        await delivery.save()
        await purge_deliveries(webhook.id)
        if ends:
            error = Message.from_json(delivery.error_words)
            of_a_day = Message("its address failed for a day, and {error}", error=error)
            reason = Message("its address {error}", error=error) if gone else of_a_day
            change.record(
                AuditAction.WEBHOOK_DISABLED, vendor_id=webhook.vendor_id, webhook=webhook.name, reason=reason
            )


async def release(claim: WebhookLease, now: datetime) -> None:
    """Gives a webhook back, as far as it has come; the others have their turn first."""
    async with in_transaction(PRIMARY):
        if await claim.write(now, position=claim.webhook.position, claimed_until=None, next_try_at=now):
            await purge_deliveries(claim.webhook.id)
