"""Jobs that become due over time, in all installations; several processes may run them concurrently."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F, Q
from tortoise.transactions import in_transaction

from licensing.documents.document import read_stored
from licensing.enums import ActorKind, AuditAction, ChangeSetSource
from models.audit_event import AuditEvent
from models.change_set import ChangeSet
from models.db.replica import PRIMARY
from models.idempotency import IdempotencyKey
from models.vendor import Vendor
from resolvers.change_sets.ingestion import plan_ingestion, triage
from resolvers.context import Context
from resolvers.idempotency import KEY_LIFETIME
from resolvers.principals import SYSTEM, Actor
from resolvers.unit_of_work import unit_of_work

ContextFactory = Callable[[int], Context]
"""A function that returns the system's context in an installation, given its ID."""

CHECK_LEASE = timedelta(minutes=5)
"""The time after which the check of a process that died is claimed by another."""


async def claim_due_vendor(now: datetime) -> tuple[int, int] | None:
    """Return the installation ID and the ID of a vendor due for a check, leased for `CHECK_LEASE`; None if none is."""
    due = Vendor.filter(
        Q(check_claimed_until__isnull=True) | Q(check_claimed_until__lte=now),
        next_check_at__lte=now,
        license_server__isnull=False,
        removed_at__isnull=True,
    )
    async with in_transaction(PRIMARY):
        vendor = await due.select_for_update(skip_locked=True).order_by("next_check_at").first()
        if vendor is None:
            return None
        vendor.check_claimed_until = now + CHECK_LEASE
        await vendor.save(update_fields=["check_claimed_until"])
        return vendor.installation_id, vendor.id


async def triage_effective(make_context: ContextFactory, now: datetime) -> int:
    """Triage change sets that have taken effect, and return their number."""
    due: list[Any] = await ChangeSet.filter(
        outcome__isnull=True, must_be_reviewed=False, triage_again_at__lte=now
    ).values_list("id", "installation_id")
    for change_set_id, installation_id in due:
        await _triage_scheduled(make_context(installation_id), change_set_id)
    return len(due)


async def _triage_scheduled(context: Context, change_set_id: int) -> None:
    async with unit_of_work(context) as unit:
        scheduled = await ChangeSet.get_or_none(
            id=change_set_id, outcome__isnull=True, triage_again_at__isnull=False
        ).select_related("document", "vendor")
        if scheduled is None:  # another process was faster
            return
        await ChangeSet.filter(id=scheduled.id).update(triage_again_at=None)
        claims = read_stored(bytes(scheduled.document.content), scheduled.document.statement)
        plan = await plan_ingestion(unit, scheduled.vendor, claims)
        await triage(unit, plan, scheduled.id, ChangeSetSource(scheduled.source), by=await _initiator(scheduled.id))


async def _initiator(change_set_id: int) -> Actor:
    """Return the actor that imported or fetched the document."""
    event = await AuditEvent.filter(change_set_id=change_set_id, action=AuditAction.CHANGE_SET_RECEIVED.value).first()
    return Actor(ActorKind(event.actor_kind), event.actor_name) if event else SYSTEM


async def warn_of_expiry(make_context: ContextFactory, now: datetime) -> int:
    """Record one event for each vendor whose licenses have reached their warning date, and return their number."""
    due: list[Any] = await Vendor.filter(
        Q(expiry_warned_at__isnull=True) | ~Q(expiry_warned_at=F("warn_at")),
        warn_at__lte=now,
        expires_at__isnull=False,
        removed_at__isnull=True,
    ).values_list("id", "installation_id")
    for vendor_id, installation_id in due:
        async with unit_of_work(make_context(installation_id)) as unit:
            vendor = await Vendor.get(id=vendor_id)
            if vendor.expiry_warned_at == vendor.warn_at or vendor.expires_at is None:
                continue
            vendor.expiry_warned_at = vendor.warn_at
            await vendor.save(update_fields=["expiry_warned_at"])
            unit.record(
                AuditAction.EXPIRY_WARNED,
                vendor_id=vendor.id,
                vendor=vendor.name,
                expires_at=vendor.expires_at,
            )
    return len(due)


async def purge_idempotency_keys(now: datetime) -> int:
    """Delete expired idempotency keys and return their number."""
    return await IdempotencyKey.filter(kept_at__lte=now - KEY_LIFETIME).delete()
