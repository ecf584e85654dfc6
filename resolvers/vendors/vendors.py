"""The installation, its vendors, the status of their licenses and their activation policies."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tortoise.functions import Max

from licensing.documents.claims import LicenseDates
from licensing.enums import (
    ActivationPolicy,
    AuditAction,
    ChangeSetStatus,
    LicenseStatus,
    LicenseUpdateStatus,
    VendorCheckOutcome,
)
from licensing.errors import NotFound
from licensing.messages import Message
from licensing.status import license_status, update_status, worst_status
from models.change_set import ChangeSet, ReceivedDocument
from models.installation import Installation
from models.vendor import Vendor
from resolvers.change_sets.change_sets import pending_changes
from resolvers.context import Context
from resolvers.idempotency import idempotent
from resolvers.tenancy import tenant_filter
from resolvers.unit_of_work import unit_of_work

FAILED_CHECKS = (VendorCheckOutcome.UNAVAILABLE, VendorCheckOutcome.REFUSED, VendorCheckOutcome.UNUSABLE)


class VendorRow(NamedTuple):
    """A vendor and the current status of its licenses."""

    id: int
    key: str
    name: str
    is_main: bool
    warn_at: datetime | None
    expires_at: datetime | None
    grace_ends_at: datetime | None
    maintenance_ends_at: datetime | None
    store_url: str | None
    support_url: str | None
    activation_policy: str
    checked_at: datetime | None
    check_outcome: str | None
    check_message: str | None
    check_words: Any
    next_check_at: datetime | None
    status: LicenseStatus


class InstallationRow(NamedTuple):
    """The installation and the combined status of all vendors' licenses."""

    id: int
    license_owner: str
    serial_number: str
    is_demo: bool
    status: LicenseStatus
    next_expiry_at: datetime | None


async def load_vendors(context: Context) -> list[VendorRow]:
    """Return the vendors that have not been removed, the main vendor first."""
    columns = VendorRow._fields[:-1]
    rows = (
        await Vendor.filter(removed_at__isnull=True, **tenant_filter(context, "id"))
        .order_by("-is_main", "id")
        .values_list(*columns)
    )
    now = context.now()
    return [VendorRow._make((*row, _status(dict(zip(columns, row, strict=True)), now))) for row in rows]


def _status(row: dict[str, Any], now: datetime) -> LicenseStatus:
    dates = LicenseDates(warn_at=row["warn_at"], expires_at=row["expires_at"], grace_ends_at=row["grace_ends_at"])
    return license_status(dates, now)


async def load_installation(context: Context) -> InstallationRow:
    """Return the caller's installation."""
    [row] = await Installation.filter(id=context.installation_id).values_list(
        "id", "license_owner", "serial_number", "is_demo"
    )
    vendors = await context.cached_read(load_vendors)
    status = worst_status(vendor.status for vendor in vendors)
    next_expiry_at = min((vendor.expires_at for vendor in vendors if vendor.expires_at), default=None)
    return InstallationRow._make((*row, status, next_expiry_at))


async def load_update_statuses(context: Context, vendor_ids: Sequence[int]) -> dict[int, LicenseUpdateStatus]:
    """Return the update status of the vendors by ID."""
    rejected = await _rejected(context)
    pending_by_vendor = {change_set.vendor_id: change_set for change_set in await context.cached_read(pending_changes)}
    statuses = {}
    for vendor in await context.cached_read(load_vendors):
        if vendor.id not in vendor_ids:
            continue
        pending = pending_by_vendor.get(vendor.id)
        unseen = pending is not None and pending.status is ChangeSetStatus.AUTO_ACTIVATED
        statuses[vendor.id] = update_status(
            open_status=pending.status if pending and not unseen else None,
            unacknowledged_activation=unseen,
            check_failed=vendor.check_outcome in FAILED_CHECKS,
            rejected=vendor.id in rejected,
        )
    return statuses


async def _rejected(context: Context) -> set[int]:
    """Return the vendors whose latest document is the one of a rejected change set."""
    latest = (
        await ChangeSet.filter(**tenant_filter(context))
        .annotate(latest=Max("id"))
        .group_by("vendor_id")
        .values_list("latest", flat=True)
    )
    if not latest:
        return set()
    rejected = dict(
        await ChangeSet.filter(id__in=list(latest), outcome=ChangeSetStatus.REJECTED.value).values_list(
            "vendor_id", "document_id"
        )
    )
    if not rejected:
        return set()
    newest = ReceivedDocument.filter(vendor_id__in=list(rejected)).annotate(newest=Max("id")).group_by("vendor_id")
    return {id_ for id_, document_id in await newest.values_list("vendor_id", "newest") if document_id == rejected[id_]}


@idempotent()
async def update_vendor(context: Context, vendor_id: int, activation_policy: ActivationPolicy) -> None:
    """Set the policy by which a vendor's future change sets are activated on arrival.

    Raises:
        NotFound: The vendor does not exist or the caller has no access to it.
    """
    async with unit_of_work(context) as unit:
        vendor = await Vendor.filter(removed_at__isnull=True, **tenant_filter(context, "id")).get_or_none(id=vendor_id)
        if vendor is None:
            raise NotFound(["input", "vendorId"])
        before = vendor.activation_policy
        if before == activation_policy.value:
            return
        vendor.activation_policy = activation_policy.value
        await vendor.save(update_fields=["activation_policy"])
        unit.record(
            AuditAction.VENDOR_CHANGED,
            vendor_id=vendor.id,
            details=[("activationPolicy", before, activation_policy.value)],
            vendor=vendor.name,
            what=Message("activation policy"),
        )
