"""License files that an administrator imports."""

from datetime import datetime

from licensing.documents.document import VerifiedDocument, check_serial_number, verify
from licensing.documents.keys import VerificationKey
from licensing.enums import AuditAction, ChangeSetSource, ImportMode
from licensing.errors import LicensingError
from models.installation import Installation
from models.vendor import TrustedKey, Vendor
from resolvers.change_sets.change_sets import replay_change_set
from resolvers.change_sets.ingestion import IncomingDocument, ingest
from resolvers.change_sets.read_model import ChangeSetView
from resolvers.context import Context
from resolvers.idempotency import idempotent
from resolvers.ports import Outcome
from resolvers.unit_of_work import record_refusal, unit_of_work


async def _replay_verification(
    outcome: Outcome, context: Context, content: bytes, mode: ImportMode, license_key: str | None = None
) -> VerifiedDocument | None:
    """Verify again a document that was verified then, even if its key is no longer trusted."""
    if not outcome.value:
        return outcome.result()  # type: ignore[no-any-return]
    return await _verify(context, content, license_key, now=None)


@idempotent(replay=_replay_verification)
async def verify_license_file(
    context: Context, content: bytes, mode: ImportMode, license_key: str | None = None
) -> VerifiedDocument:
    """Read a license file and verify its signature. A failure is recorded, except in previews.

    Raises:
        LicensingError: FileTooLarge, FileInvalid, SigningKeyUnknown, SignatureInvalid or LicenseKeyInvalid.
    """
    try:
        return await _verify(context, content, license_key, now=context.now())
    except LicensingError as error:
        await _record_refusal(context, error, mode)
        raise


async def _replay_import(outcome: Outcome, context: Context, *call: object) -> ChangeSetView | None:
    return await replay_change_set(Outcome(outcome.result()["changeSetId"], None), context)


@idempotent(replay=_replay_import)
async def import_license_file(
    context: Context, document: VerifiedDocument, content: bytes, mode: ImportMode
) -> ChangeSetView | None:
    """Import a verified license document: activate it, leave it for review or only preview it, by mode.

    Returns:
        What it changes, with ID 0 in a preview; None if it changes nothing.

    Raises:
        LicensingError: SerialNumberMismatch, FileExpired, FileInvalid or FileOutdated; recorded, except in previews.
    """
    try:
        async with unit_of_work(context) as unit:
            check_serial_number(document.claims, unit.installation.serial_number)
            vendor = await Vendor.get(installation_id=context.installation_id, key=document.claims.iss)
            change_set = await ingest(
                unit, vendor, IncomingDocument(document, content, ChangeSetSource.LICENSE_FILE, mode)
            )
            unit.result = {"changeSetId": change_set.id if change_set else None}
            return change_set
    except LicensingError as error:
        await _record_refusal(context, error, mode, result={"changeSetId": None})
        raise


async def _verify(context: Context, content: bytes, license_key: str | None, now: datetime | None) -> VerifiedDocument:
    installation = await Installation.get(id=context.installation_id)
    return verify(
        content,
        keys=await verifying_keys(context),
        serial_number=None,
        default_serial_number=installation.serial_number,
        default_license_owner=installation.license_owner,
        license_key=license_key,
        now=now,
    )


async def verifying_keys(context: Context) -> list[VerificationKey]:
    """Return the keys that the installation trusts or trusted, of the vendor that the caller's token is bound to."""
    keys = TrustedKey.filter(installation_id=context.installation_id, vendor__removed_at__isnull=True)
    if (bound_to := context.caller.vendor_id) is not None:
        keys = keys.filter(vendor_id=bound_to)
    columns = ("kid", "vendor__key", "jwk", "not_before", "not_after", "distrusted_at")
    return [VerificationKey(*row) for row in await keys.values_list(*columns)]


async def _record_refusal(
    context: Context, error: LicensingError, mode: ImportMode, result: dict[str, int | None] | None = None
) -> None:
    if mode is not ImportMode.PREVIEW:
        await record_refusal(
            context,
            AuditAction.LICENSE_FILE_REFUSED,
            error,
            result=result,
            code=error.code.value,
            message=error.message,
        )
