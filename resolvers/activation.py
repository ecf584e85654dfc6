"""Putting a change set into force, all of it or nothing."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from licensing.assignments import LicenseRule, blocker
from licensing.changes import LicenseChange, compare
from licensing.claims import LicenseDocument
from licensing.document import read_stored
from licensing.enums import AuditAction, ChangeSetSource, ChangeSetStatus, LicenseScope
from licensing.errors import ChangeSetClosed, Invalid, LicensingError, NoSeats, NotFound, RevocationBlocked
from licensing.triage import refusal
from models import ChangeSet, Vendor
from resolvers.assignments import check_can_hold, found, places
from resolvers.change_sets import close, get, vendor_name
from resolvers.context import Actor, Context
from resolvers.events import Change, Detail, changing, record_refusal
from resolvers.grants import load_vendor_licenses, write_grants
from resolvers.reviews import ReviewedChangeSet, review
from resolvers.seats import (
    Holder,
    SeatedLicense,
    give,
    load_holders,
    load_licenses_in_force,
    rule_of,
    take,
)
from resolvers.vendor_reports import report

CHECK_INTERVAL = timedelta(days=1)
"""How often a license server is asked that does not say when."""

Revocations = Sequence[tuple[int, Sequence[int]]]
"""License ids, each with the ids of the users who lose it."""
Moves = Sequence[tuple[int, str, Sequence[int]]]
"""Ids of licenses, each with the key of the license that the users with these ids get instead."""


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
        async with changing(context) as change:
            reviewed = await get(context, change_set_id)
            if await _is_in_force(reviewed):
                return
            if reviewed.closed_at:
                raise ChangeSetClosed(["input", "changeSetId"])
            claims = await _stated(reviewed.id)
            await put_into_force(
                change, reviewed, claims, ChangeSetStatus.ACTIVATED, revocations=revocations, moves=moves
            )
    except LicensingError as error:
        await record_refusal(
            context,
            AuditAction.ACTIVATION_REFUSED,
            vendor_id=reviewed.vendor_id,
            change_set_id=reviewed.id,
            vendor=await vendor_name(reviewed.vendor_id),
            code=error.code.value,
            message=error.message,
        )
        raise


async def put_into_force(
    change: Change,
    reviewed: ReviewedChangeSet,
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
    if too_early_or_late := refusal([], claims.dates, claims.effective_at, change.now):
        raise too_early_or_late
    seats = await _plan_seats(change.context, vendor, claims, revocations, moves)
    stored = (await load_vendor_licenses([vendor.id]))[vendor.id]
    in_use = {
        code: seats.in_use[f"{vendor.key}.{code}"] for code in stored.by_code.keys() | {g.code for g in claims.licenses}
    }
    changes = compare(stored.in_force, claims.licenses, in_use)
    if refused := refusal(changes, claims.dates, claims.effective_at, change.now):
        raise refused

    for license, holders in seats.taken:
        await take(change, license, holders)
    await write_grants(vendor, stored, claims.licenses)
    licenses = await load_licenses_in_force(change.installation.id)
    for key, holders in seats.given:
        await give(change, licenses.by_key[key], holders)

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
    vendor.name = claims.vendor.name
    vendor.store_url = claims.vendor.store_url
    vendor.support_url = claims.vendor.support_url
    vendor.license_server = claims.vendor.license_server
    vendor.next_check_at = next_check(claims, now)
    vendor.warn_at = claims.dates.warn_at
    vendor.expires_at = claims.dates.expires_at
    vendor.grace_ends_at = claims.dates.grace_ends_at
    vendor.maintenance_ends_at = claims.dates.maintenance_ends_at
    await vendor.save()


def next_check(claims: LicenseDocument, now: datetime) -> datetime | None:
    """When the license server is asked next: when the document says, else in a day; None if there is none to ask."""
    if claims.vendor.license_server is None:
        return None
    return claims.next_check_at or now + CHECK_INTERVAL


@dataclass(slots=True)
class _SeatPlan:
    """Who loses and who gets which license, and the seats in use once they have; nothing of it is written yet."""

    in_use: Counter[str]
    taken: list[tuple[SeatedLicense, list[Holder]]] = field(default_factory=list)
    given: list[tuple[str, list[Holder]]] = field(default_factory=list)

    def take(self, license: SeatedLicense, holders: list[Holder]) -> None:
        self.taken.append((license, holders))
        self.in_use[license.rule.key] -= len(holders)
        for holder in holders:
            holder.held.discard(license.rule.key)

    def give(self, key: str, holders: list[Holder]) -> None:
        self.given.append((key, holders))
        self.in_use[key] += len(holders)
        for holder in holders:
            holder.held.add(key)


async def _plan_seats(
    context: Context, vendor: Vendor, claims: LicenseDocument, revocations: Revocations, moves: Moves
) -> _SeatPlan:
    licenses = await load_licenses_in_force(context.installation_id)
    plan = _SeatPlan(Counter({key: license.in_use for key, license in licenses.by_key.items()}))
    if not (revocations or moves):
        return plan
    granted = {rule.key: rule for rule in (rule_of(vendor.key, grant) for grant in claims.licenses)}
    # A license that goes away still counts for those who hold it, until it is taken.
    rules = {**licenses.rules, **granted}
    named = [user_id for _, ids in revocations for user_id in ids] + [user_id for *_, ids in moves for user_id in ids]
    _check_each_once(
        [(license_id, ids) for license_id, ids in revocations] + [(from_id, ids) for from_id, _, ids in moves]
    )
    users = await load_holders(context.installation_id, named, licenses)
    for position, (license_id, user_ids) in enumerate(revocations):
        path = ("input", "revocations", str(position))
        license = licenses.visible(context, license_id, *path, "licenseId")
        holders = _holding(license, found(users, user_ids, *path, "userIds"))
        _check_not_blocked(license, holders, rules, places(found(users, user_ids), *path, "userIds"))
        plan.take(license, holders)
    for position, (from_id, to_key, user_ids) in enumerate(moves):
        path = ("input", "moves", str(position))
        source = licenses.visible(context, from_id, *path, "fromLicenseId")
        if to_key not in granted:
            raise NotFound([*path, "toLicenseKey"])
        holders = _holding(source, found(users, user_ids, *path, "userIds"))
        place = places(found(users, user_ids), *path, "userIds")
        gaining = [holder for holder in holders if to_key not in holder.held]
        check_can_hold(granted[to_key], gaining, rules, place, leaving=source.rule.key)
        _check_not_blocked(source, holders, rules, place, gaining=to_key)
        plan.take(source, holders)
        plan.give(to_key, gaining)
    _check_seats(plan, granted)
    return plan


def _check_each_once(named: Iterable[tuple[int, Sequence[int]]]) -> None:
    seen: set[tuple[int, int]] = set()
    for license_id, user_ids in named:
        for user_id in user_ids:
            if (license_id, user_id) in seen:
                raise Invalid(["input"], reason="The same license is taken from a user twice. Name each user once.")
            seen.add((license_id, user_id))


def _holding(license: SeatedLicense, users: Iterable[Holder]) -> list[Holder]:
    """Those who hold the license; of one who does not, nothing is taken, and that is no error."""
    return [user for user in users if license.rule.key in user.held]


def _check_not_blocked(
    license: SeatedLicense,
    holders: Iterable[Holder],
    rules: dict[str, LicenseRule],
    place: dict[int, list[str]],
    gaining: str | None = None,
) -> None:
    for holder in holders:
        if why := blocker(license.rule.key, holder.held, holder.open_requests, rules, gaining):
            raise RevocationBlocked(place[holder.id], user=holder.name, license=license.rule.name, blocker=why)


def _check_seats(plan: _SeatPlan, granted: dict[str, LicenseRule]) -> None:
    """Refuses when users move to a license that would have fewer seats than users."""
    for position, (key, holders) in enumerate(plan.given):
        rule = granted[key]
        if rule.total is not None and holders and plan.in_use[key] > rule.total:
            available = max(0, rule.total - plan.in_use[key] + len(holders))
            raise NoSeats(
                ["input", "moves", str(position)], license=rule.name, wanted=len(holders), available=available
            )


async def _is_in_force(reviewed: ReviewedChangeSet) -> bool:
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
    [content] = await ChangeSet.filter(id=change_set_id).values_list("document__content", flat=True)
    return read_stored(bytes(content)).claims


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
