"""Putting a change set into force, all of it or nothing."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from licensing.activation_policy import activation_error
from licensing.diff import LicenseChange, diff
from licensing.documents.claims import LicenseDocument
from licensing.documents.document import read_stored
from licensing.enums import AuditAction, ChangeSetSource, ChangeSetStatus, LicenseScope
from licensing.errors import ChangeSetClosed, LicensingError
from models.change_set import ChangeSet
from models.vendor import Vendor
from resolvers.change_sets.change_sets import close, get, vendor_name
from resolvers.change_sets.read_model import ChangeSetView, review
from resolvers.context import Actor, Context
from resolvers.idempotency import idempotent
from resolvers.licenses.grants import load_vendor_licenses, write_grants
from resolvers.licenses.seat_plan import Moves, Revocations, plan_seats
from resolvers.licenses.seats import assign_seats, load_licenses_in_force, revoke_seats
from resolvers.unit_of_work import Change, Detail, record_refusal, unit_of_work
from resolvers.vendors.reports import report

CHECK_INTERVAL = timedelta(days=1)
"""How often a license server is asked that does not say when."""


@idempotent()
async def activate_licenses(
    context: Context, change_set_id: int, revocations: Revocations = (), moves: Moves = ()
) -> None:
    """Puts a change set into force, after taking and moving the named licenses in the same transaction.

    Activating the one that is in force already changes nothing.

    Raises:
        NotFound: The caller can see no such change set, license or user, or the change set grants no such license.
        Invalid: The same license is taken from a user twice.
        ChangeSetClosed: It was rejected or superseded, or a newer one is in force.
        NotYetEffective: It takes effect later.
        LicenseExpired: Its licenses are past their expiry and grace period.
        RevocationBlocked: A license cannot be taken from a user.
        NoSeats: A license to which users move has too few seats.
        NotAssignable: Users move to a license that they may not hold.
        HasAnotherPlan: Users move to a plan and keep another.
        PrerequisiteMissing: Users move to a license and lack what it requires.
        SurplusSeats: More seats are in use than it allows.
    """
    reviewed = await get(context, change_set_id)
    try:
        async with unit_of_work(context) as change:
            reviewed = await get(context, change_set_id)
            if await _is_in_force(reviewed):
                return
            if reviewed.closed_at:
                raise ChangeSetClosed(["input", "changeSetId"])
            claims = await _stated(reviewed.id)
            await apply_change_set(
                change, reviewed, claims, ChangeSetStatus.ACTIVATED, revocations=revocations, moves=moves
            )
    except LicensingError as error:
        await record_refusal(
            context,
            AuditAction.ACTIVATION_REFUSED,
            error,
            vendor_id=reviewed.vendor_id,
            change_set_id=reviewed.id,
            vendor=await vendor_name(reviewed.vendor_id),
            code=error.code.value,
            message=error.message,
        )
        raise


async def apply_change_set(
    change: Change,
    reviewed: ChangeSetView,
    claims: LicenseDocument,
    outcome: ChangeSetStatus,
    *,
    by: Actor | None = None,
    revocations: Revocations = (),
    moves: Moves = (),
) -> None:
    """Writes what an open change set states, and closes it with this outcome, in the caller's transaction.

    Raises:
        LicensingError: As for `activate_licenses`; the transaction must be rolled back.
    """
    vendor = await Vendor.get(id=reviewed.vendor_id)
    if too_early_or_late := activation_error([], claims.dates, claims.effective_at, change.now):
        raise too_early_or_late
    seats = await plan_seats(change.context, vendor, claims, revocations, moves)
    stored = (await load_vendor_licenses([vendor.id]))[vendor.id]
    in_use = {
        code: seats.in_use[f"{vendor.key}.{code}"] for code in stored.by_code.keys() | {g.code for g in claims.licenses}
    }
    changes = diff(stored.in_force, claims.licenses, in_use)
    if refused := activation_error(changes, claims.dates, claims.effective_at, change.now):
        raise refused

    for license, holders in seats.taken:
        await revoke_seats(change, license, holders)
    await write_grants(vendor, stored, claims.licenses)
    licenses = await load_licenses_in_force(change.installation.id)
    for key, holders in seats.given:
        await assign_seats(change, licenses.by_key[key], holders)

    details = _details(vendor, change.installation.license_owner, claims, changes)
    await write_statement(vendor, claims, change.now)
    if vendor.is_main:
        change.installation.license_owner = claims.owner
        await change.installation.save(update_fields=["license_owner"])
    if reviewed.source is ChangeSetSource.DEMO_CONVERSION:
        await end_demo(change, vendor, claims.sub)
    await report(change, vendor, "acceptances", {"serial": claims.sub, "jti": claims.jti, "activated_at": change.now})
    final = replace(reviewed, changes=review(reviewed.id, vendor.key, changes, stored))
    await close(change, final, outcome, by=by)
    change.record(
        AuditAction.LICENSES_ACTIVATED,
        vendor_id=vendor.id,
        change_set_id=reviewed.id,
        details=details,
        actor=by,
        vendor=vendor.name,
        changes=len(changes),
    )


async def end_demo(change: Change, main_vendor: Vendor, serial_number: str) -> None:
    """Makes the installation the one that was bought, and has the other vendors asked for it anew."""
    before = change.installation.serial_number
    change.installation.serial_number, change.installation.is_demo = serial_number, False
    await change.installation.save(update_fields=["serial_number", "is_demo"])
    of_demo = Vendor.filter(installation_id=change.installation.id, license_server__isnull=False)
    await of_demo.exclude(id=main_vendor.id).update(next_check_at=change.now, check_etag=None)
    change.record(
        AuditAction.DEMO_CONVERTED,
        vendor_id=main_vendor.id,
        details=[("serialNumber", before, serial_number)],
        serial_number=serial_number,
        license_owner=change.installation.license_owner,
    )


async def write_statement(vendor: Vendor, claims: LicenseDocument, now: datetime) -> None:
    """Writes what a document says of the vendor itself, and the dates of its licenses."""
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


def next_check(vendor: Vendor, claims: LicenseDocument, now: datetime) -> datetime | None:
    """When the license server is asked next: when the document says, else in a day; None if there is none to ask."""
    license_server = claims.vendor.license_server if claims.vendor else vendor.license_server
    if license_server is None:
        return None
    return claims.next_check_at or now + CHECK_INTERVAL


async def _is_in_force(reviewed: ChangeSetView) -> bool:
    activated = (ChangeSetStatus.ACTIVATED, ChangeSetStatus.AUTO_ACTIVATED)
    if reviewed.status not in activated:
        return False
    return await latest_activated(reviewed.vendor_id) == reviewed.id


async def latest_activated(vendor_id: int) -> int | None:
    """The id of the vendor's change set that is in force; None if there is none."""
    activated = [ChangeSetStatus.ACTIVATED.value, ChangeSetStatus.AUTO_ACTIVATED.value]
    ids: list[Any] = (
        await ChangeSet.filter(vendor_id=vendor_id, outcome__in=activated)
        .order_by("-closed_at", "-id")
        .limit(1)
        .values_list("id", flat=True)
    )
    return ids[0] if ids else None


async def _stated(change_set_id: int) -> LicenseDocument:
    document = ChangeSet.filter(id=change_set_id)
    [(content, statement)] = await document.values_list("document__content", "document__statement")
    return read_stored(bytes(content), statement)


def _details(vendor: Vendor, license_owner: str, claims: LicenseDocument, changes: list[LicenseChange]) -> list[Detail]:
    """What activation alters, by name, before the rows are written."""

    def seats(total: int | None, scope: LicenseScope, there: bool) -> str | None:
        if not there:
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
