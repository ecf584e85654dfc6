"""Verified license documents on their way in, from wherever they come: known or new, kept, compared, triaged."""

from dataclasses import dataclass
from typing import Any

from licensing.activation_policy import activates_at_once, activation_error
from licensing.diff import LicenseChange, LicenseTerms, check_immutable, diff, is_unchanged
from licensing.documents.document import VerifiedDocument, check_file_dates
from licensing.enums import ActivationPolicy, AuditAction, ChangeSetSource, ChangeSetStatus, ImportMode
from licensing.errors import FileOutdated
from licensing.status import change_set_status
from models.change_set import ChangeSet, ReceivedDocument
from models.vendor import Vendor
from resolvers.change_sets.activation import apply_change_set, latest_activated, next_check, write_statement
from resolvers.change_sets.change_sets import get, supersede
from resolvers.change_sets.read_model import ChangeSetView, review
from resolvers.context import SYSTEM, Actor
from resolvers.licenses.grants import VendorLicenses, load_vendor_licenses
from resolvers.unit_of_work import Change

DISMISSED = (ChangeSetStatus.REJECTED.value, ChangeSetStatus.SUPERSEDED.value)


@dataclass(frozen=True, slots=True)
class IncomingDocument:
    """A document whose signature holds, and what is asked to become of it."""

    document: VerifiedDocument
    content: bytes
    source: ChangeSetSource
    mode: ImportMode = ImportMode.FOLLOW_POLICY

    @property
    def terms(self) -> LicenseTerms:
        """What it states of the licenses."""
        claims = self.document.claims
        return LicenseTerms(claims.owner, claims.dates, claims.licenses)


async def ingest(change: Change, vendor: Vendor, arrival: IncomingDocument) -> ChangeSetView | None:
    """Makes a change set of a document, and activates it if triage says so; one that is known already is found again.

    Returns:
        What the document changes, with id 0 in a preview; None if it changes nothing.

    Raises:
        FileExpired: The last moment at which it may be imported has passed.
        FileInvalid: It was issued in the future, or a license changes what kind of thing it is.
        FileOutdated: A newer one was received; never if it comes from the license server, where it is up to date then.
    """
    document, from_server = arrival.document, arrival.source is ChangeSetSource.LICENSE_SERVER
    kept = await ReceivedDocument.get_or_none(vendor_id=vendor.id, sha256=document.sha256)
    try:
        if kept:
            return await _ingest_known(change, vendor, kept, arrival)
        check_file_dates(document.claims, change.now)
        if document.claims.seq <= await highest_sequence(vendor, document.claims.sub):
            raise FileOutdated
    except FileOutdated:
        if from_server:
            return None
        raise
    if arrival.mode is ImportMode.PREVIEW:
        return await _preview(change, vendor, arrival)
    return await _receive(change, vendor, await _keep(change, vendor, arrival), arrival)


async def highest_sequence(vendor: Vendor, serial_number: str) -> int:
    """The highest `seq` among the vendor's documents for this serial number that were kept; 0 if none was."""
    kept = ReceivedDocument.filter(vendor_id=vendor.id, serial_number=serial_number).order_by("-sequence").limit(1)
    sequences: list[Any] = await kept.values_list("sequence", flat=True)
    return sequences[0] if sequences else 0


async def _ingest_known(
    change: Change, vendor: Vendor, kept: ReceivedDocument, arrival: IncomingDocument
) -> ChangeSetView | None:
    latest = await ChangeSet.filter(document_id=kept.id).order_by("-id").first()
    if latest and (latest.outcome is None or latest.id == await latest_activated(vendor.id)):
        return await get(change.context, latest.id)
    if await _is_outdated(kept):
        raise FileOutdated
    if latest is None:
        return None
    if latest.outcome != ChangeSetStatus.REJECTED.value:
        raise FileOutdated
    if arrival.source is ChangeSetSource.LICENSE_SERVER:
        return None
    if arrival.mode is ImportMode.PREVIEW:
        return await _preview(change, vendor, arrival)
    return await _receive(
        change, vendor, kept, IncomingDocument(arrival.document, arrival.content, arrival.source, ImportMode.REVIEW)
    )


async def _is_outdated(kept: ReceivedDocument) -> bool:
    """Whether a newer document waits, is in force or states what is; one that was turned down does not count."""
    newer = await ReceivedDocument.filter(
        vendor_id=kept.vendor_id, serial_number=kept.serial_number, sequence__gt=kept.sequence
    ).values_list("id", flat=True)
    outcomes = await ChangeSet.filter(document_id__in=list(newer)).values_list("document_id", "outcome")
    standing = {document_id for document_id, outcome in outcomes if outcome not in DISMISSED}
    dismissed = {document_id for document_id, _ in outcomes} - standing
    return any(document_id not in dismissed for document_id in newer)


async def _keep(change: Change, vendor: Vendor, arrival: IncomingDocument) -> ReceivedDocument:
    document, claims = arrival.document, arrival.document.claims
    return await ReceivedDocument.create(
        installation_id=change.installation.id,
        vendor_id=vendor.id,
        sha256=document.sha256,
        content=arrival.content,
        statement=document.statement,
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
        received_at=change.now,
    )


async def _receive(
    change: Change, vendor: Vendor, kept: ReceivedDocument, arrival: IncomingDocument
) -> ChangeSetView | None:
    claims = arrival.document.claims
    before, after, _, _ = await _compared(change, vendor, arrival)
    await supersede(change, vendor)
    if is_unchanged(before, after) and arrival.source is not ChangeSetSource.DEMO_CONVERSION:
        await write_statement(vendor, claims, change.now)
        return None
    made = await ChangeSet.create(
        installation_id=change.installation.id,
        vendor_id=vendor.id,
        document_id=kept.id,
        source=arrival.source.value,
        must_be_reviewed=arrival.mode is ImportMode.REVIEW,
        triage_again_at=claims.effective_at if claims.effective_at > change.now else None,
        received_at=change.now,
    )
    change.record(
        AuditAction.CHANGE_SET_RECEIVED,
        vendor_id=vendor.id,
        change_set_id=made.id,
        vendor=vendor.name,
        source=arrival.source.value,
    )
    if vendor.license_server:
        waits = arrival.source is ChangeSetSource.DEMO_CONVERSION  # then the vendor is not asked for the demo any more
        vendor.next_check_at = None if waits else next_check(vendor, claims, change.now)
        await vendor.save(update_fields=["next_check_at"])
    if arrival.mode is not ImportMode.REVIEW:
        await triage(change, vendor, made.id, arrival, by=change.context.caller.actor)
    return await get(change.context, made.id)


async def triage(change: Change, vendor: Vendor, change_set_id: int, arrival: IncomingDocument, *, by: Actor) -> None:
    """Activates an open change set if nothing stands in the way and the vendor's policy has it so.

    A demo that becomes a purchase is activated if it fits, whoever the owner is and whatever the policy.
    """
    claims = arrival.document.claims
    before, after, changes, _ = await _compared(change, vendor, arrival)
    if arrival.source is ChangeSetSource.DEMO_CONVERSION:
        activates = activation_error(changes, claims.dates, claims.effective_at, change.now) is None
    else:
        activates = activates_at_once(
            policy=ActivationPolicy(vendor.activation_policy),
            before=before,
            after=after,
            changes=changes,
            installation_owner=change.installation.license_owner,
            effective_at=claims.effective_at,
            now=change.now,
        )
    if not activates:
        return
    reviewed = await get(change.context, change_set_id)
    if arrival.source is ChangeSetSource.LICENSE_SERVER:
        await apply_change_set(change, reviewed, claims, ChangeSetStatus.AUTO_ACTIVATED, by=SYSTEM)
    else:
        await apply_change_set(change, reviewed, claims, ChangeSetStatus.ACTIVATED, by=by)


async def _compared(
    change: Change, vendor: Vendor, arrival: IncomingDocument
) -> tuple[LicenseTerms, LicenseTerms, list[LicenseChange], VendorLicenses]:
    """What is in force, what the document states, how they differ, and the licenses that are stored."""
    stored = (await load_vendor_licenses([vendor.id]))[vendor.id]
    before, after = stored.terms(vendor, change.installation.license_owner), arrival.terms
    # A code stands for the same kind of thing as it ever did, in force or not.
    check_immutable((license.grant for license in stored.by_code.values()), after.grants)
    return before, after, diff(before.grants, after.grants, stored.in_use), stored


async def _preview(change: Change, vendor: Vendor, arrival: IncomingDocument) -> ChangeSetView | None:
    """What the document would change if it were left for review; nothing is written."""
    claims = arrival.document.claims
    before, after, changes, stored = await _compared(change, vendor, arrival)
    if is_unchanged(before, after):
        return None
    return ChangeSetView(
        id=0,
        vendor_id=vendor.id,
        status=change_set_status(None, any(one.surplus for one in changes)),
        source=arrival.source,
        received_at=change.now,
        changes=review(0, vendor.key, changes, stored),
        license_owner=claims.owner,
        previous_license_owner=None if claims.owner == before.owner else before.owner,
        serial_number=claims.sub,
        effective_at=claims.effective_at,
        expires_at=claims.dates.expires_at,
        previous_expires_at=vendor.expires_at,
        grace_ends_at=claims.dates.grace_ends_at,
        maintenance_ends_at=claims.dates.maintenance_ends_at,
        can_activate=activation_error(changes, claims.dates, claims.effective_at, change.now) is None,
    )
