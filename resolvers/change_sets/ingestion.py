"""Ingestion: store a verified license document, create its change set and apply the activation policy."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from licensing.activation_policy import should_auto_activate
from licensing.diff import check_immutable
from licensing.documents.claims import LicenseClaims
from licensing.documents.document import VerifiedDocument, check_file_dates
from licensing.documents.errors import FileOutdated
from licensing.enums import ActivationPolicy, AuditAction, ChangeSetSource, ChangeSetStatus, ImportMode
from licensing.status import change_set_status
from models.change_set import ChangeSet, ReceivedDocument
from models.vendor import Vendor
from resolvers.change_sets.activation import apply_change_set, latest_activated, next_check, write_vendor_details
from resolvers.change_sets.activation_plan import ActivationPlan, plan_activation
from resolvers.change_sets.change_sets import get_change_set, supersede
from resolvers.change_sets.read_model import ChangeSetView, change_views
from resolvers.principals import SYSTEM, Actor
from resolvers.unit_of_work import UnitOfWork

_REJECTED_OR_SUPERSEDED = (ChangeSetStatus.REJECTED.value, ChangeSetStatus.SUPERSEDED.value)


@dataclass(frozen=True, slots=True)
class IncomingDocument:
    """A verified license document, its file, its source and what to do with it."""

    document: VerifiedDocument
    content: bytes
    source: ChangeSetSource
    mode: ImportMode = ImportMode.FOLLOW_POLICY


async def ingest(unit: UnitOfWork, vendor: Vendor, incoming: IncomingDocument) -> ChangeSetView | None:
    """Create a change set for a license document, and activate it if the activation policy allows.

    A document that is stored already returns its existing change set.

    Returns:
        What the document changes, with ID 0 in a preview; None if it changes nothing.

    Raises:
        FileExpired: The import deadline has passed.
        FileInvalid: It was issued in the future, or a license changes its scope or whether it is a plan.
        FileOutdated: A newer one was received. For a license server, None is returned instead.
    """
    document = incoming.document
    stored = await ReceivedDocument.get_or_none(vendor_id=vendor.id, sha256=document.sha256)
    try:
        if stored:
            return await _ingest_known(unit, vendor, stored, incoming)
        check_file_dates(document.claims, unit.now)
        if document.claims.seq <= await highest_sequence(vendor, document.claims.sub):
            raise FileOutdated
    except FileOutdated:
        if incoming.source is ChangeSetSource.LICENSE_SERVER:
            return None
        raise
    if incoming.mode is ImportMode.PREVIEW:
        return await _preview(unit, vendor, incoming)
    return await _receive(unit, vendor, await _store(unit, vendor, incoming), incoming)


async def highest_sequence(vendor: Vendor, serial_number: str) -> int:
    """Return the highest `seq` of the vendor's stored documents for a serial number; 0 if there is none."""
    stored = ReceivedDocument.filter(vendor_id=vendor.id, serial_number=serial_number).order_by("-sequence").limit(1)
    sequences: list[Any] = await stored.values_list("sequence", flat=True)
    return sequences[0] if sequences else 0


async def _ingest_known(
    unit: UnitOfWork, vendor: Vendor, stored: ReceivedDocument, incoming: IncomingDocument
) -> ChangeSetView | None:
    latest = await ChangeSet.filter(document_id=stored.id).order_by("-id").first()
    if latest and (latest.outcome is None or latest.id == await latest_activated(vendor.id)):
        return await get_change_set(unit.context, latest.id)
    if await _is_outdated(stored):
        raise FileOutdated
    if latest is None:
        return None
    if latest.outcome != ChangeSetStatus.REJECTED.value:
        raise FileOutdated
    if incoming.source is ChangeSetSource.LICENSE_SERVER:
        return None
    if incoming.mode is ImportMode.PREVIEW:
        return await _preview(unit, vendor, incoming)
    return await _receive(unit, vendor, stored, replace(incoming, mode=ImportMode.REVIEW))


async def _is_outdated(stored: ReceivedDocument) -> bool:
    """Return whether a newer document is pending or in force; rejected and superseded ones do not count."""
    newer = await ReceivedDocument.filter(
        vendor_id=stored.vendor_id, serial_number=stored.serial_number, sequence__gt=stored.sequence
    ).values_list("id", flat=True)
    outcomes = await ChangeSet.filter(document_id__in=list(newer)).values_list("document_id", "outcome")
    pending_or_active = {document_id for document_id, outcome in outcomes if outcome not in _REJECTED_OR_SUPERSEDED}
    dismissed = {document_id for document_id, _ in outcomes} - pending_or_active
    return any(document_id not in dismissed for document_id in newer)


async def _store(unit: UnitOfWork, vendor: Vendor, incoming: IncomingDocument) -> ReceivedDocument:
    document, claims = incoming.document, incoming.document.claims
    return await ReceivedDocument.create(
        installation_id=unit.installation.id,
        vendor_id=vendor.id,
        sha256=document.sha256,
        content=incoming.content,
        statement=document.claims_json,
        key_id=document.key_id,
        document_id=claims.jti,
        serial_number=claims.sub,
        sequence=claims.seq,
        issued_at=claims.issued_at,
        license_owner=claims.owner,
        expires_at=claims.dates.expires_at,
        grace_ends_at=claims.dates.grace_ends_at,
        maintenance_ends_at=claims.dates.maintenance_ends_at,
        effective_at=claims.effective_at,
        received_at=unit.now,
    )


async def _receive(
    unit: UnitOfWork, vendor: Vendor, stored: ReceivedDocument, incoming: IncomingDocument
) -> ChangeSetView | None:
    claims, source = incoming.document.claims, incoming.source
    plan = await plan_ingestion(unit, vendor, claims)
    await supersede(unit, vendor)
    if plan.is_unchanged and source is not ChangeSetSource.DEMO_CONVERSION:
        await write_vendor_details(vendor, claims, unit.now)
        return None
    created = await ChangeSet.create(
        installation_id=unit.installation.id,
        vendor_id=vendor.id,
        document_id=stored.id,
        source=source.value,
        must_be_reviewed=incoming.mode is ImportMode.REVIEW,
        triage_again_at=claims.effective_at if claims.effective_at > unit.now else None,
        received_at=unit.now,
    )
    unit.record(
        AuditAction.CHANGE_SET_RECEIVED,
        vendor_id=vendor.id,
        change_set_id=created.id,
        vendor=vendor.name,
        source=source.value,
    )
    if vendor.license_server:
        # Checks of the license server stop while a purchase is pending.
        is_purchase = source is ChangeSetSource.DEMO_CONVERSION
        vendor.next_check_at = None if is_purchase else next_check(vendor, claims, unit.now)
        await vendor.save(update_fields=["next_check_at"])
    if incoming.mode is not ImportMode.REVIEW and await triage(
        unit, plan, created.id, source, by=unit.context.caller.actor
    ):
        return await get_change_set(unit.context, created.id)
    return _open_view(plan, created.id, source, received_at=unit.now, now=unit.now)


async def plan_ingestion(unit: UnitOfWork, vendor: Vendor, claims: LicenseClaims) -> ActivationPlan:
    """Plan the activation of a document whose licenses must be consistent with all that the vendor ever granted.

    Raises:
        FileInvalid: A license changes its scope, or becomes or stops being a plan.
    """
    plan = await plan_activation(unit, vendor, claims)
    check_immutable((row.grant for row in plan.licenses.by_code.values()), claims.licenses)
    return plan


async def triage(
    unit: UnitOfWork, plan: ActivationPlan, change_set_id: int, source: ChangeSetSource, *, by: Actor
) -> bool:
    """Activate an open change set if nothing blocks it and the vendor's policy allows it.

    A purchase that converts a demo is activated unless its dates or surplus seats prevent it.

    Returns:
        Whether it was activated.
    """
    if source is ChangeSetSource.DEMO_CONVERSION:
        activates = plan.can_activate(unit.now)
    else:
        activates = should_auto_activate(
            policy=ActivationPolicy(plan.vendor.activation_policy),
            before=plan.before,
            after=plan.after,
            changes=plan.changes,
            installation_owner=unit.installation.license_owner,
            effective_at=plan.claims.effective_at,
            now=unit.now,
        )
    if not activates:
        return False
    if source is ChangeSetSource.LICENSE_SERVER:
        await apply_change_set(unit, plan, change_set_id, source, ChangeSetStatus.AUTO_ACTIVATED, by=SYSTEM)
    else:
        await apply_change_set(unit, plan, change_set_id, source, ChangeSetStatus.ACTIVATED, by=by)
    return True


async def _preview(unit: UnitOfWork, vendor: Vendor, incoming: IncomingDocument) -> ChangeSetView | None:
    """Return what the document would change if it were left for review; nothing is written."""
    plan = await plan_ingestion(unit, vendor, incoming.document.claims)
    if plan.is_unchanged:
        return None
    return _open_view(plan, 0, incoming.source, received_at=unit.now, now=unit.now)


def _open_view(
    plan: ActivationPlan, change_set_id: int, source: ChangeSetSource, *, received_at: datetime, now: datetime
) -> ChangeSetView:
    claims, vendor = plan.claims, plan.vendor
    return ChangeSetView(
        id=change_set_id,
        vendor_id=vendor.id,
        status=change_set_status(None, any(change.surplus for change in plan.changes)),
        source=source,
        received_at=received_at,
        changes=change_views(change_set_id, vendor.key, plan.changes, plan.licenses),
        license_owner=claims.owner,
        previous_license_owner=None if claims.owner == plan.before.owner else plan.before.owner,
        serial_number=claims.sub,
        effective_at=claims.effective_at,
        expires_at=claims.dates.expires_at,
        previous_expires_at=vendor.expires_at,
        grace_ends_at=claims.dates.grace_ends_at,
        maintenance_ends_at=claims.dates.maintenance_ends_at,
        can_activate=plan.can_activate(now),
    )
