"""License files that an administrator imports."""

from datetime import datetime

from licensing.documents.document import VerifiedDocument, check_serial_number, verify
from licensing.documents.keys import TrustedKey as VerifyingKey
from licensing.enums import AuditAction, ChangeSetSource, ImportMode
from licensing.errors import LicensingError
from models.installation import Installation
from models.vendor import TrustedKey, Vendor
from resolvers.change_sets.change_sets import change_set_again
from resolvers.change_sets.ingestion import IncomingDocument, ingest
from resolvers.change_sets.read_model import ChangeSetView
from resolvers.context import Context
from resolvers.idempotency import Outcome, idempotent
from resolvers.unit_of_work import record_refusal, unit_of_work


async def _verified_again(
    outcome: Outcome, context: Context, content: bytes, mode: ImportMode, license_key: str | None = None
) -> VerifiedDocument | None:
    """Whatever became of the import: a document that was verified then is read again, by keys that may have gone."""
    if not outcome.answer:
        return outcome.result()  # type: ignore[no-any-return]
    return await _verify(context, content, license_key, now=None)


@idempotent(replay=_verified_again)
async def verify_license_file(
    context: Context, content: bytes, mode: ImportMode, license_key: str | None = None
) -> VerifiedDocument:
    """Reads a license file and checks its signature; a refusal is recorded, but for previews.

    Raises:
        LicensingError: FileTooLarge, FileInvalid, SigningKeyUnknown, SignatureInvalid or LicenseKeyInvalid.
    """
    try:
        return await _verify(context, content, license_key, now=context.now())
    except LicensingError as error:
        await _record_refusal(context, error, mode)
        raise


async def _imported_again(outcome: Outcome, context: Context, *call: object) -> ChangeSetView | None:
    return await change_set_again(Outcome(outcome.result()["changeSetId"], None), context)


@idempotent(replay=_imported_again)
async def import_license_file(
    context: Context, document: VerifiedDocument, content: bytes, mode: ImportMode
) -> ChangeSetView | None:
    """Takes up a verified document: what it changes is activated, left for review or only shown, as the mode says.

    Returns:
        What it changes, with id 0 in a preview; None if it changes nothing.

    Raises:
        LicensingError: SerialNumberMismatch, FileExpired, FileInvalid or FileOutdated; recorded, but for previews.
    """
    try:
        async with unit_of_work(context) as change:
            check_serial_number(document.claims, change.installation.serial_number)
            vendor = await Vendor.get(installation_id=context.installation_id, key=document.claims.iss)
            changed = await ingest(
                change, vendor, IncomingDocument(document, content, ChangeSetSource.LICENSE_FILE, mode)
            )
            change.answer = {"changeSetId": changed.id if changed else None}
            return changed
    except LicensingError as error:
        await _record_refusal(context, error, mode, answer={"changeSetId": None})
        raise


async def _verify(context: Context, content: bytes, license_key: str | None, now: datetime | None) -> VerifiedDocument:
    installation = await Installation.get(id=context.installation_id)
    return verify(
        content,
        keys=await verifying_keys(context),
        serial_number=None,
        own_number=installation.serial_number,
        license_owner=installation.license_owner,
        license_key=license_key,
        now=now,
    )


async def verifying_keys(context: Context) -> list[VerifyingKey]:
    """The keys that the installation trusts or did; those of one vendor if the caller's token is bound to it."""
    keys = TrustedKey.filter(installation_id=context.installation_id, vendor__removed_at__isnull=True)
    if (bound_to := context.caller.vendor_id) is not None:
        keys = keys.filter(vendor_id=bound_to)
    columns = ("kid", "vendor__key", "jwk", "not_before", "not_after", "distrusted_at")
    return [VerifyingKey(*row) for row in await keys.values_list(*columns)]


async def _record_refusal(
    context: Context, error: LicensingError, mode: ImportMode, answer: dict[str, int | None] | None = None
) -> None:
    if mode is not ImportMode.PREVIEW:
        await record_refusal(
            context,
            AuditAction.LICENSE_FILE_REFUSED,
            error,
            answer=answer,
            code=error.code.value,
            message=error.message,
        )
