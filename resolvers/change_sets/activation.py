"""Activation: apply a change set, all of it or nothing."""

from datetime import datetime, timedelta
from typing import Any

from licensing.diff import GrantChange
from licensing.documents.claims import LicenseClaims
from licensing.documents.document import read_stored
from licensing.enums import AuditAction, ChangeSetSource, ChangeSetStatus, LicenseScope
from licensing.errors import ChangeSetClosed, LicensingError
from models.change_set import ChangeSet
from models.vendor import Vendor
from resolvers.change_sets.activation_plan import ActivationPlan, plan_activation
from resolvers.change_sets.change_sets import close
from resolvers.change_sets.read_model import StoredChangeSet, change_views, load_stored
from resolvers.context import Context
from resolvers.idempotency import idempotent
from resolvers.licenses.catalog import load_installation_catalog
from resolvers.licenses.grants import write_grants
from resolvers.licenses.seat_plan import Moves, Revocations
from resolvers.licenses.seats import assign_seats, revoke_seats
from resolvers.principals import Actor
from resolvers.unit_of_work import Detail, UnitOfWork, record_refusal, unit_of_work
from resolvers.vendor_reports import enqueue_report

CHECK_INTERVAL = timedelta(days=1)
"""Interval between checks of a license server whose license document names no next check."""

_ACTIVATED = (ChangeSetStatus.ACTIVATED.value, ChangeSetStatus.AUTO_ACTIVATED.value)


@idempotent()
async def activate_licenses(
    context: Context, change_set_id: int, revocations: Revocations = (), moves: Moves = ()
) -> None:
    """Activate a change set, after revoking and moving users' licenses in the same transaction.

    Activating the change set that is in force changes nothing.

    Raises:
        NotFound: The caller can see no such change set, license or user, or the change set grants no such license.
        Invalid: The same license is taken from a user twice.
        ChangeSetClosed: It was rejected or superseded, or a newer one is in force.
        NotYetEffective: It takes effect later.
        LicenseExpired: Its licenses are past their expiry and grace period.
        RevocationBlocked: A license cannot be revoked from a user.
        NoSeats: A license to which users move has too few seats.
        NotAssignable: Users move to a license that they may not hold.
        HasAnotherPlan: Users move to a plan and keep another.
        PrerequisiteMissing: Users move to a license and lack the license that it requires.
        SurplusSeats: More seats are in use than it allows.
    """
    stored: StoredChangeSet | None = None
    try:
        async with unit_of_work(context) as unit:
            stored = await load_stored(context, change_set_id)
            if await _is_in_force(stored):
                return
            if stored.outcome is not None:
                raise ChangeSetClosed(["input", "changeSetId"])
            vendor = await Vendor.get(id=stored.vendor_id)
            plan = await plan_activation(unit, vendor, read_stored(bytes(stored.content), stored.statement))
            plan.check_dates(unit.now)
            await plan.change_seats(context, revocations, moves)
            plan.check_surplus()
            source = ChangeSetSource(stored.source)
            await apply_change_set(unit, plan, stored.id, source, ChangeSetStatus.ACTIVATED, by=context.caller.actor)
    except LicensingError as error:
        if stored is not None:
            await record_refusal(
                context,
                AuditAction.ACTIVATION_REFUSED,
                error,
                vendor_id=stored.vendor_id,
                change_set_id=stored.id,
                vendor=stored.vendor_name,
                code=error.code.value,
                message=error.message,
            )
        raise


async def apply_change_set(
    unit: UnitOfWork,
    plan: ActivationPlan,
    change_set_id: int,
    source: ChangeSetSource,
    outcome: ChangeSetStatus,
    *,
    by: Actor,
) -> None:
    """Write what a checked plan grants, and close its change set with this outcome."""
    vendor, claims, installation = plan.vendor, plan.claims, unit.installation
    details = _details(vendor, installation.license_owner, claims, plan.changes)
    previous_owner = None if claims.owner == installation.license_owner else installation.license_owner
    previous_expires_at = vendor.expires_at

    for license, holders in plan.seats.revoked:
        await revoke_seats(unit, license, holders)
    await write_grants(vendor, plan.licenses, claims.licenses)
    if plan.seats.assigned:
        written = await load_installation_catalog(installation.id)
        for moved_from, key, holders in plan.seats.assigned:
            await assign_seats(unit, written.by_key[key], holders, moved_from=moved_from)

    await write_vendor_details(vendor, claims, unit.now)
    if vendor.is_main:
        installation.license_owner = claims.owner
        await installation.save(update_fields=["license_owner"])
    if source is ChangeSetSource.DEMO_CONVERSION:
        await end_demo(unit, vendor, claims.sub)
    await enqueue_report(
        unit, vendor, "acceptances", {"serial": claims.sub, "jti": claims.jti, "activated_at": unit.now}
    )
    await close(
        unit,
        change_set_id,
        outcome,
        by=by,
        changes=change_views(change_set_id, vendor.key, plan.changes, plan.licenses),
        previous_license_owner=previous_owner,
        previous_expires_at=previous_expires_at,
    )
    unit.record(
        AuditAction.LICENSES_ACTIVATED,
        vendor_id=vendor.id,
        change_set_id=change_set_id,
        details=details,
        actor=by,
        vendor=vendor.name,
        changes=len(plan.changes),
    )


async def end_demo(unit: UnitOfWork, main_vendor: Vendor, serial_number: str) -> None:
    """Make a demo the purchased installation, and schedule checks of the other vendors' license servers for it."""
    before = unit.installation.serial_number
    unit.installation.serial_number, unit.installation.is_demo = serial_number, False
    await unit.installation.save(update_fields=["serial_number", "is_demo"])
    with_server = Vendor.filter(installation_id=unit.installation.id, license_server__isnull=False)
    await with_server.exclude(id=main_vendor.id).update(next_check_at=unit.now, check_etag=None)
    unit.record(
        AuditAction.DEMO_CONVERTED,
        vendor_id=main_vendor.id,
        details=[("serialNumber", before, serial_number)],
        serial_number=serial_number,
        license_owner=unit.installation.license_owner,
    )


async def write_vendor_details(vendor: Vendor, claims: LicenseClaims, now: datetime) -> None:
    """Write a license document's claims about its vendor, and the dates of the vendor's licenses."""
    if claims.vendor:
        vendor.name = claims.vendor.name
        vendor.store_url = claims.vendor.store_url
        vendor.support_url = claims.vendor.support_url
        vendor.license_server = claims.vendor.license_server
    vendor.next_check_at = next_check(vendor, claims, now)
    vendor.warn_at = claims.dates.warn_at
    vendor.expires_at = claims.dates.expires_at
    vendor.grace_ends_at = claims.dates.grace_ends_at
    vendor.maintenance_ends_at = claims.dates.maintenance_ends_at
    await vendor.save()


def next_check(vendor: Vendor, claims: LicenseClaims, now: datetime) -> datetime | None:
    """Return the time of the next check of the license server; None if the vendor has none."""
    license_server = claims.vendor.license_server if claims.vendor else vendor.license_server
    if license_server is None:
        return None
    return claims.next_check_at or now + CHECK_INTERVAL


async def _is_in_force(stored: StoredChangeSet) -> bool:
    return stored.outcome in _ACTIVATED and await latest_activated(stored.vendor_id) == stored.id


async def latest_activated(vendor_id: int) -> int | None:
    """Return the ID of the vendor's change set that is in force; None if there is none."""
    ids: list[Any] = (
        await ChangeSet.filter(vendor_id=vendor_id, outcome__in=_ACTIVATED)
        .order_by("-closed_at", "-id")
        .limit(1)
        .values_list("id", flat=True)
    )
    return ids[0] if ids else None


def _details(vendor: Vendor, license_owner: str, claims: LicenseClaims, changes: list[GrantChange]) -> list[Detail]:
    """Return what the activation changes, by name, as the audit log shows it."""

    def seats(total: int | None, scope: LicenseScope, exists: bool) -> str | None:
        if not exists:
            return None
        if scope is LicenseScope.SYSTEM:
            return "on"
        return "unlimited" if total is None else str(total)

    def instant(value: datetime | None) -> str | None:
        return value.isoformat() if value else None

    details: list[Detail] = [
        (
            f"{vendor.key}.{change.code}",
            seats(change.old_total, change.scope, change.before is not None),
            seats(change.new_total, change.scope, change.after is not None),
        )
        for change in changes
    ]
    if claims.dates.expires_at != vendor.expires_at:
        details.append(("expiresAt", instant(vendor.expires_at), instant(claims.dates.expires_at)))
    if vendor.is_main and claims.owner != license_owner:
        details.append(("licenseOwner", license_owner, claims.owner))
    return details
