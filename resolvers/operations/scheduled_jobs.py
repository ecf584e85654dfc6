"""What is due because time has passed, in all installations; several processes may ask at once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F, Q
from tortoise.transactions import in_transaction

from licensing.documents.document import VerifiedDocument, read_stored
from licensing.enums import ActorKind, AuditAction, ChangeSetSource
from models.audit_event import AuditEvent
from models.change_set import ChangeSet
from models.db.replica import PRIMARY
from models.idempotency import IdempotencyKey
from models.vendor import Vendor
from resolvers.change_sets.ingestion import IncomingDocument, triage
from resolvers.context import SYSTEM, Actor, Context
from resolvers.idempotency import KEY_LIFETIME
from resolvers.unit_of_work import unit_of_work

ContextOf = Callable[[int], Context]
"""Makes the system's context in an installation."""

CHECK_LEASE = timedelta(minutes=5)
"""After this a check whose process has died is taken up by another."""


async def claim_due_vendor(now: datetime) -> tuple[int, int] | None:
    """The installation and the id of a vendor to be asked now, which nobody else gets until the lease is over."""
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


async def take_up_effective(context_of: ContextOf, now: datetime) -> int:
    """Looks anew at change sets that waited only because they take effect later, and says how many there were."""
    due: list[Any] = await ChangeSet.filter(
        outcome__isnull=True, must_be_reviewed=False, triage_again_at__lte=now
    ).values_list("id", "installation_id")
    for change_set_id, installation_id in due:
        await _triage_again(context_of(installation_id), change_set_id)
    return len(due)


async def _triage_again(context: Context, change_set_id: int) -> None:
    async with unit_of_work(context) as change:
        waiting = await ChangeSet.get_or_none(
            id=change_set_id, outcome__isnull=True, triage_again_at__isnull=False
        ).select_related("document", "vendor")
        if waiting is None:  # another process was quicker
            return
        await ChangeSet.filter(id=waiting.id).update(triage_again_at=None)
        kept = waiting.document
        claims = read_stored(bytes(kept.content), kept.statement)
        document = VerifiedDocument(claims, kept.sha256, kept.key_id, kept.statement)
        arrival = IncomingDocument(document, bytes(kept.content), ChangeSetSource(waiting.source))
        await triage(change, waiting.vendor, waiting.id, arrival, by=await _receiver(waiting.id))


async def _receiver(change_set_id: int) -> Actor:
    """Who brought the document in."""
    event = await AuditEvent.filter(change_set_id=change_set_id, action=AuditAction.CHANGE_SET_RECEIVED.value).first()
    return Actor(ActorKind(event.actor_kind), event.actor_name) if event else SYSTEM


async def warn_of_expiry(context_of: ContextOf, now: datetime) -> int:
    """Leaves one event for each vendor whose licenses came near their expiry, and says how many there were."""
    due: list[Any] = await Vendor.filter(
        Q(expiry_warned_at__isnull=True) | ~Q(expiry_warned_at=F("warn_at")),
        warn_at__lte=now,
        expires_at__isnull=False,
        removed_at__isnull=True,
    ).values_list("id", "installation_id")
    for vendor_id, installation_id in due:
        async with unit_of_work(context_of(installation_id)) as change:
            vendor = await Vendor.get(id=vendor_id)
            if vendor.expiry_warned_at == vendor.warn_at or vendor.expires_at is None:
                continue
            vendor.expiry_warned_at = vendor.warn_at
            await vendor.save(update_fields=["expiry_warned_at"])
            change.record(
                AuditAction.EXPIRY_WARNED,
                vendor_id=vendor.id,
                vendor=vendor.name,
                expires_at=vendor.expires_at,
            )
    return len(due)


async def purge_idempotency_keys(now: datetime) -> int:
    """Removes what is kept of calls that nobody sends again any more, and says of how many."""
    return await IdempotencyKey.filter(kept_at__lte=now - KEY_LIFETIME).delete()
