"""Which keys an installation believes, and so which vendors it has."""

import msgspec

from licensing.documents.claims import Code, VendorClaims, check_addresses
from licensing.documents.document import read_stored
from licensing.documents.keys import PublicKey
from licensing.enums import AuditAction, ChangeSetStatus
from licensing.errors import Invalid, NotFound
from licensing.messages import Message
from models.change_set import ChangeSet, ReceivedDocument
from models.license import License
from models.vendor import TrustedKey, Vendor
from resolvers.context import Context
from resolvers.unit_of_work import Change, unit_of_work


async def trust_key(
    context: Context, key: PublicKey, *, vendor_key: str, name: str, license_server: str | None = None
) -> Vendor:
    """Believes what the key signs for this vendor, who exists from its first key on; the first vendor is the main one.

    A vendor that was removed comes back, a key that was distrusted is believed again. Twice is once.

    Raises:
        Invalid: The vendor's key, name or license server will not do, or the key is another vendor's.
    """
    _check_vendor(vendor_key, name, license_server)
    async with unit_of_work(context) as change:
        vendor = await _keep_vendor(change, vendor_key, name, license_server)
        await _keep_key(change, vendor, key)
    return vendor


async def distrust_key(context: Context, kid: str) -> None:
    """Believes nothing more that this key signs; it stays stored, so that old signatures can still be checked.

    Raises:
        NotFound: No such key was ever trusted here.
    """
    async with unit_of_work(context) as change:
        key = await TrustedKey.get_or_none(installation_id=context.installation_id, kid=kid).select_related("vendor")
        if key is None:
            raise NotFound
        if key.distrusted_at is None:
            await key.update_from_dict({"distrusted_at": change.now}).save(update_fields=["distrusted_at"])
            _record(change, key.vendor, Message("a key was distrusted"), ("trustedKey", kid, None))


async def _keep_vendor(change: Change, vendor_key: str, name: str, license_server: str | None) -> Vendor:
    vendor = await Vendor.get_or_none(installation_id=change.installation.id, key=vendor_key)
    if vendor is None:
        vendor = await Vendor.create(
            installation_id=change.installation.id,
            key=vendor_key,
            name=name,
            is_main=not await Vendor.exists(installation_id=change.installation.id),
            license_server=license_server,
            next_check_at=change.now if license_server else None,
        )
        _record(
            change, vendor, Message("it was trusted"), ("name", None, name), ("licenseServer", None, license_server)
        )
        return vendor
    before = (vendor.removed_at, vendor.license_server)
    if vendor.removed_at:
        vendor.removed_at = None
        await _bring_licenses_back(vendor)
    if license_server and license_server != vendor.license_server:
        vendor.license_server, vendor.next_check_at = license_server, change.now
    if before != (vendor.removed_at, vendor.license_server):
        await vendor.save(update_fields=["removed_at", "license_server", "next_check_at"])
        _record(change, vendor, Message("it was trusted"), ("licenseServer", before[1], vendor.license_server))
    return vendor


async def _bring_licenses_back(vendor: Vendor) -> None:
    """Puts into force again what the vendor's latest activated document grants, and its removal ended."""
    activated = (ChangeSetStatus.ACTIVATED, ChangeSetStatus.AUTO_ACTIVATED)
    latest = await ChangeSet.filter(vendor_id=vendor.id, outcome__in=activated).order_by("-closed_at", "-id").first()
    if latest is None:
        return
    document = await ReceivedDocument.get(id=latest.document_id)
    codes = [license.code for license in read_stored(document.content, document.statement).licenses]
    await License.filter(vendor_id=vendor.id, code__in=codes).update(in_force=True)


async def _keep_key(change: Change, vendor: Vendor, key: PublicKey) -> None:
    known = await TrustedKey.get_or_none(installation_id=change.installation.id, kid=key.kid)
    if known is None:
        known = TrustedKey(installation_id=change.installation.id, vendor_id=vendor.id, kid=key.kid, jwk=dict(key.jwk))
    elif known.vendor_id != vendor.id:
        raise Invalid(reason=Message("This key is another vendor's. Ask this vendor for a key of its own."))
    elif (known.not_before, known.not_after, known.distrusted_at) == (key.not_before, key.not_after, None):
        return
    known.not_before, known.not_after, known.distrusted_at = key.not_before, key.not_after, None
    await known.save()
    _record(change, vendor, Message("a key was trusted"), ("trustedKey", None, key.kid))


def _record(change: Change, vendor: Vendor, what: Message, *details: tuple[str, str | None, str | None]) -> None:
    told = [detail for detail in details if detail[1] != detail[2]]
    change.record(AuditAction.VENDOR_CHANGED, vendor_id=vendor.id, details=told, vendor=vendor.name, what=what)


def _check_vendor(vendor_key: str, name: str, license_server: str | None) -> None:
    try:
        msgspec.convert(vendor_key, Code)
    except msgspec.ValidationError:
        reason = Message(
            "A vendor's key is lower-case letters, digits and hyphens, such as `superoffice`. Ask the vendor."
        )
        raise Invalid(reason=reason) from None
    try:
        check_addresses(msgspec.convert({"name": name, "license_server": license_server}, VendorClaims))
    except ValueError:  # msgspec's is one
        reason = Message(
            "A vendor has a name in one line, and its license server an https address. Ask the vendor for both."
        )
        raise Invalid(reason=reason) from None
