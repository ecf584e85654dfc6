"""Removal of vendors and of the licenses that they granted."""

from licensing.enums import AuditAction
from licensing.errors import Invalid, NotFound
from licensing.messages import Message
from models.change_set import ChangeSet
from models.license import License
from models.vendor import TrustedKey, Vendor
from resolvers.context import Context
from resolvers.unit_of_work import unit_of_work


async def remove_vendor(context: Context, vendor_key: str) -> None:
    """Remove a vendor: its keys are distrusted and its licenses end. Trusting one of its keys restores it.

    Raises:
        NotFound: The vendor does not exist.
        Invalid: It is the main vendor, its licenses are in use, or one of its change sets is open.
    """
    async with unit_of_work(context) as unit:
        vendor = await Vendor.get_or_none(installation_id=context.installation_id, key=vendor_key, removed_at=None)
        if vendor is None:
            raise NotFound
        await _check_removable(vendor)
        vendor.removed_at, vendor.next_check_at = unit.now, None
        await vendor.save(update_fields=["removed_at", "next_check_at"])
        await TrustedKey.filter(vendor_id=vendor.id, distrusted_at=None).update(distrusted_at=unit.now)
        await License.filter(vendor_id=vendor.id, in_force=True).update(in_force=False)
        unit.record(AuditAction.VENDOR_CHANGED, vendor_id=vendor.id, vendor=vendor.name, what=Message("it was removed"))


async def _check_removable(vendor: Vendor) -> None:
    if vendor.is_main:
        raise Invalid(
            reason=Message(
                "{vendor} makes the product itself and cannot be removed. Remove add-ons' vendors.", vendor=vendor.name
            )
        )
    if licenses := await License.filter(vendor_id=vendor.id, in_use__gt=0).order_by("name_key"):
        names = ", ".join(license.name for license in licenses)
        raise Invalid(
            reason=Message(
                "Some users hold licenses of {vendor}: {names}. Take these from them first.",
                vendor=vendor.name,
                names=names,
            )
        )
    if await ChangeSet.exists(vendor_id=vendor.id, outcome=None):
        raise Invalid(
            reason=Message("A change set of {vendor} waits for activation. Reject it first.", vendor=vendor.name)
        )
