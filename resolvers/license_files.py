"""License files that an administrator imports, and license documents however they arrive."""

from typing import Any

from licensing.changes import Terms, check_same_nature, compare, nothing_new
from licensing.document import VerifiedDocument, check_file_dates, verify
from licensing.enums import ActivationPolicy, AuditAction, ChangeSetSource, ChangeSetStatus, ImportMode
from licensing.errors import FileOutdated, LicensingError
from licensing.keys import TrustedKey as VerifyingKey
from licensing.status import change_set_status
from licensing.triage import activates_at_once, refusal
from models import ChangeSet, Installation, ReceivedDocument, TrustedKey, Vendor
from resolvers.activation import latest_activated, put_into_force, write_statement
from resolvers.change_sets import get, supersede
from resolvers.context import Context
from resolvers.events import Change, changing, record_refusal
from resolvers.grants import VendorLicenses, load_vendor_licenses
from resolvers.reviews import ReviewedChangeSet, review

DISMISSED = (ChangeSetStatus.REJECTED.value, ChangeSetStatus.SUPERSEDED.value)


async def verify_license_file(context: Context, content: bytes, mode: ImportMode) -> VerifiedDocument:
    """Reads a license file for this installation and checks its signature; a refusal is recorded, but for previews.

    Raises:
        LicensingError: FileTooLarge, FileInvalid, SigningKeyUnknown, SignatureInvalid or SerialNumberMismatch.
    """
    installation = await Installation.get(id=context.installation_id)
    keys = await _verifying_keys(context)
    try:
        return verify(content, keys=keys, serial_number=installation.serial_number, now=context.now())
    except LicensingError as error:
        await _record_refusal(context, error, mode)
        raise


async def import_license_file(
    context: Context, document: VerifiedDocument, content: bytes, mode: ImportMode
) -> ReviewedChangeSet | None:
    """Takes up a verified document: what it changes is activated, left for review or only shown, as the mode says.

    Returns:
        What it changes, with id 0 in a preview; None if it changes nothing.

    Raises:
        LicensingError: FileExpired, FileInvalid or FileOutdated; recorded unless it is a preview.
    """
    claims = document.claims
    try:
        async with changing(context) as change:
            vendor = await Vendor.get(installation_id=context.installation_id, key=claims.iss)
            kept = await ReceivedDocument.get_or_none(vendor_id=vendor.id, sha256=document.sha256)
            if kept:
                return await _import_again(change, vendor, kept, document, mode)
            check_file_dates(claims, change.now)
            if claims.seq <= await highest_sequence(vendor, claims.sub):
                raise FileOutdated
            if mode is ImportMode.PREVIEW:
                return await _preview(change, vendor, document)
            kept = await _keep(change, vendor, document, content)
            return await receive(
                change,
                vendor,
                kept,
                document,
                source=ChangeSetSource.LICENSE_FILE,
                must_be_reviewed=mode is ImportMode.REVIEW,
            )
    except LicensingError as error:
        await _record_refusal(context, error, mode)
        raise


async def receive(
    change: Change,
    vendor: Vendor,
    kept: ReceivedDocument,
    document: VerifiedDocument,
    *,
    source: ChangeSetSource,
    must_be_reviewed: bool,
) -> ReviewedChangeSet | None:
    """Makes a change set of a document that is kept already, and activates it if triage says so.

    Returns:
        The change set; None if the document states what is in force.

    Raises:
        FileInvalid: A license changes its scope, or becomes or stops being a plan.
    """
    context, claims = change.context, document.claims
    stored = (await load_vendor_licenses([vendor.id]))[vendor.id]
    before = stored.terms(vendor, change.installation.license_owner)
    after = _stated(document)
    _check_nature(stored, after)
    await supersede(change, vendor)
    if nothing_new(before, after):
        await write_statement(vendor, claims)
        return None
    made = await ChangeSet.create(
        installation_id=change.installation.id,
        vendor_id=vendor.id,
        document_id=kept.id,
        source=source.value,
        must_be_reviewed=must_be_reviewed,
        received_at=change.now,
    )
    change.record(
        AuditAction.CHANGE_SET_RECEIVED,
        vendor_id=vendor.id,
        change_set_id=made.id,
        vendor=vendor.name,
        source=source.value,
    )
    if vendor.license_server:
        await Vendor.filter(id=vendor.id).update(next_check_at=claims.next_check_at)
    if not must_be_reviewed and activates_at_once(
        policy=ActivationPolicy(vendor.activation_policy),
        before=before,
        after=after,
        changes=compare(before.grants, after.grants, stored.in_use),
        installation_owner=change.installation.license_owner,
        effective_at=claims.effective_at,
        now=change.now,
    ):
        await put_into_force(change, await get(context, made.id), claims, ChangeSetStatus.ACTIVATED)
    return await get(context, made.id)


async def highest_sequence(vendor: Vendor, serial_number: str) -> int:
    """The highest `seq` among the vendor's documents for this serial number that were kept; 0 if none was."""
    sequences: list[Any] = (
        await ReceivedDocument.filter(vendor_id=vendor.id, serial_number=serial_number)
        .order_by("-sequence")
        .limit(1)
        .values_list("sequence", flat=True)
    )
    return sequences[0] if sequences else 0


async def _import_again(
    change: Change, vendor: Vendor, kept: ReceivedDocument, document: VerifiedDocument, mode: ImportMode
) -> ReviewedChangeSet | None:
    latest = await ChangeSet.filter(document_id=kept.id).order_by("-id").first()
    if latest and (latest.outcome is None or latest.id == await latest_activated(vendor.id)):
        return await get(change.context, latest.id)
    if await _is_outdated(kept):
        raise FileOutdated
    if latest is None:
        return None
    if latest.outcome != ChangeSetStatus.REJECTED.value:
        raise FileOutdated
    if mode is ImportMode.PREVIEW:
        return await _preview(change, vendor, document)
    return await receive(change, vendor, kept, document, source=ChangeSetSource.LICENSE_FILE, must_be_reviewed=True)


async def _is_outdated(kept: ReceivedDocument) -> bool:
    """Whether a newer document waits, is in force or states what is; one that was turned down does not count."""
    newer = await ReceivedDocument.filter(
        vendor_id=kept.vendor_id, serial_number=kept.serial_number, sequence__gt=kept.sequence
    ).values_list("id", flat=True)
    outcomes = await ChangeSet.filter(document_id__in=list(newer)).values_list("document_id", "outcome")
    standing = {document_id for document_id, outcome in outcomes if outcome not in DISMISSED}
    dismissed = {document_id for document_id, _ in outcomes} - standing
    return any(document_id not in dismissed for document_id in newer)


async def _keep(change: Change, vendor: Vendor, document: VerifiedDocument, content: bytes) -> ReceivedDocument:
    claims = document.claims
    return await ReceivedDocument.create(
        installation_id=change.installation.id,
        vendor_id=vendor.id,
        sha256=document.sha256,
        content=content,
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


async def _preview(change: Change, vendor: Vendor, document: VerifiedDocument) -> ReviewedChangeSet | None:
    """What the document would change if it were left for review; nothing is written."""
    claims = document.claims
    stored = (await load_vendor_licenses([vendor.id]))[vendor.id]
    owner = change.installation.license_owner
    before, after = stored.terms(vendor, owner), _stated(document)
    _check_nature(stored, after)
    if nothing_new(before, after):
        return None
    changes = compare(before.grants, after.grants, stored.in_use)
    return ReviewedChangeSet(
        id=0,
        vendor_id=vendor.id,
        status=change_set_status(None, any(one.surplus for one in changes)),
        source=ChangeSetSource.LICENSE_FILE,
        received_at=change.now,
        changes=review(0, vendor.key, changes, stored),
        license_owner=claims.owner,
        previous_license_owner=None if claims.owner == owner else owner,
        serial_number=claims.sub,
        effective_at=claims.effective_at,
        expires_at=claims.dates.expires_at,
        previous_expires_at=vendor.expires_at,
        grace_ends_at=claims.dates.grace_ends_at,
        maintenance_ends_at=claims.dates.maintenance_ends_at,
        can_activate=refusal(changes, claims.dates, claims.effective_at, change.now) is None,
    )


def _stated(document: VerifiedDocument) -> Terms:
    return Terms(document.claims.owner, document.claims.dates, document.claims.licenses)


def _check_nature(stored: VendorLicenses, after: Terms) -> None:
    """Refuses a code that stands for another kind of thing than it ever did, out of force or not."""
    check_same_nature((license.grant for license in stored.by_code.values()), after.grants)


async def _verifying_keys(context: Context) -> list[VerifyingKey]:
    keys = TrustedKey.filter(installation_id=context.installation_id, vendor__removed_at__isnull=True)
    if (bound_to := context.caller.vendor_id) is not None:
        keys = keys.filter(vendor_id=bound_to)
    columns = ("kid", "vendor__key", "jwk", "not_before", "not_after", "distrusted_at")
    return [VerifyingKey(*row) for row in await keys.values_list(*columns)]


async def _record_refusal(context: Context, error: LicensingError, mode: ImportMode) -> None:
    if mode is not ImportMode.PREVIEW:
        await record_refusal(context, AuditAction.LICENSE_FILE_REFUSED, code=error.code.value, message=error.message)
