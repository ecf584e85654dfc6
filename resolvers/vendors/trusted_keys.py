"""The signing keys that an installation trusts, and the vendors that they belong to."""

import msgspec

from licensing.documents.claims import Code, VendorClaims, check_vendor_urls
from licensing.documents.document import read_stored
from licensing.documents.keys import PublicKey
from licensing.enums import AuditAction, ChangeSetStatus
from licensing.errors import Invalid, NotFound
from licensing.messages import Message
from models.change_set import ChangeSet, ReceivedDocument
from models.license import License
from models.vendor import TrustedKey, Vendor
from resolvers.context import Context
from resolvers.unit_of_work import UnitOfWork, unit_of_work


async def trust_key(
    context: Context, key: PublicKey, *, vendor_key: str, name: str, license_server: str | None = None
) -> Vendor:
    """Trust a key for a vendor, creating the vendor with its first key; the first vendor is the main one.

    A removed vendor is restored and a distrusted key is trusted again. The operation is idempotent.

    Raises:
        Invalid: The vendor's key, name or license server is invalid, or the key belongs to another vendor.
    """
    _check_vendor(vendor_key, name, license_server)
    async with unit_of_work(context) as unit:
        vendor = await _save_vendor(unit, vendor_key, name, license_server)
        await _save_key(unit, vendor, key)
    return vendor


async def distrust_key(context: Context, kid: str) -> None:
    """Distrust a key; it stays stored, so that existing signatures can still be verified.

    Raises:
        NotFound: The key was never trusted in this installation.
    """
    async with unit_of_work(context) as unit:
        key = await TrustedKey.get_or_none(installation_id=context.installation_id, kid=kid).select_related("vendor")
        if key is None:
            raise NotFound
        if key.distrusted_at is None:
            await key.update_from_dict({"distrusted_at": unit.now}).save(update_fields=["distrusted_at"])
            _record(unit, key.vendor, Message("a key was distrusted"), ("trustedKey", kid, None))


async def _save_vendor(unit: UnitOfWork, vendor_key: str, name: str, license_server: str | None) -> Vendor:
    vendor = await Vendor.get_or_none(installation_id=unit.installation.id, key=vendor_key)
    if vendor is None:
        vendor = await Vendor.create(
            installation_id=unit.installation.id,
            key=vendor_key,
            name=name,
            is_main=not await Vendor.exists(installation_id=unit.installation.id),
            license_server=license_server,
            next_check_at=unit.now if license_server else None,
        )
        _record(unit, vendor, Message("it was trusted"), ("name", None, name), ("licenseServer", None, license_server))
        return vendor
    before = (vendor.removed_at, vendor.license_server)
    if vendor.removed_at:
        vendor.removed_at = None
        await _restore_licenses(vendor)
    if license_server and license_server != vendor.license_server:
        vendor.license_server, vendor.next_check_at = license_server, unit.now
    if before != (vendor.removed_at, vendor.license_server):
        await vendor.save(update_fields=["removed_at", "license_server", "next_check_at"])
        _record(unit, vendor, Message("it was trusted"), ("licenseServer", before[1], vendor.license_server))
    return vendor


async def _restore_licenses(vendor: Vendor) -> None:
    """Put the licenses of the vendor's latest activated document into force again after a removal."""
    activated = (ChangeSetStatus.ACTIVATED, ChangeSetStatus.AUTO_ACTIVATED)
    latest = await ChangeSet.filter(vendor_id=vendor.id, outcome__in=activated).order_by("-closed_at", "-id").first()
    if latest is None:
        return
    document = await ReceivedDocument.get(id=latest.document_id)
    codes = [license.code for license in read_stored(document.content, document.statement).licenses]
    await License.filter(vendor_id=vendor.id, code__in=codes).update(in_force=True)


async def _save_key(unit: UnitOfWork, vendor: Vendor, key: PublicKey) -> None:
    stored = await TrustedKey.get_or_none(installation_id=unit.installation.id, kid=key.kid)
    if stored is None:
        stored = TrustedKey(installation_id=unit.installation.id, vendor_id=vendor.id, kid=key.kid, jwk=dict(key.jwk))
    elif stored.vendor_id != vendor.id:
        raise Invalid(reason=Message("This key is another vendor's. Ask this vendor for a key of its own."))
    elif (stored.not_before, stored.not_after, stored.distrusted_at) == (key.not_before, key.not_after, None):
        return
    stored.not_before, stored.not_after, stored.distrusted_at = key.not_before, key.not_after, None
    await stored.save()
    _record(unit, vendor, Message("a key was trusted"), ("trustedKey", None, key.kid))


def _record(unit: UnitOfWork, vendor: Vendor, what: Message, *details: tuple[str, str | None, str | None]) -> None:
    changed = [detail for detail in details if detail[1] != detail[2]]
    unit.record(AuditAction.VENDOR_CHANGED, vendor_id=vendor.id, details=changed, vendor=vendor.name, what=what)


def _check_vendor(vendor_key: str, name: str, license_server: str | None) -> None:
    try:
        msgspec.convert(vendor_key, Code)
    except msgspec.ValidationError:
        reason = Message(
            "A vendor's key is lower-case letters, digits and hyphens, such as `superoffice`. Ask the vendor."
        )
        raise Invalid(reason=reason) from None
    try:
        check_vendor_urls(msgspec.convert({"name": name, "license_server": license_server}, VendorClaims))
    except ValueError:  # includes msgspec.ValidationError
        reason = Message(
            "A vendor has a name in one line, and its license server an https address. Ask the vendor for both."
        )
        raise Invalid(reason=reason) from None
