"""Assigning, revoking and reassigning users' licenses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from licensing.documents.claims import LicenseDates
from licensing.eligibility import LicenseRule, Rules, blocker, check_assignable, lacks_prerequisite, other_plan
from licensing.enums import LicenseScope, LicenseStatus, RevocationBlocker, RevocationOutcome
from licensing.errors import (
    HasAnotherPlan,
    Invalid,
    LicenseExpired,
    NoSeats,
    NotAssignable,
    NotFound,
    NotHeld,
    PrerequisiteMissing,
    RevocationBlocked,
)
from licensing.messages import Message
from licensing.status import license_status
from models.vendor import Vendor
from resolvers.context import Context
from resolvers.idempotency import Outcome, idempotent
from resolvers.licenses.seats import (
    Holder,
    LicensesInForce,
    SeatedLicense,
    assign_seats,
    load_holders,
    load_licenses_in_force,
    revoke_seats,
)
from resolvers.unit_of_work import Change, unit_of_work

USER_IDS = ("input", "userIds")


@dataclass(frozen=True, slots=True)
class Revocation:
    """What became of one user."""

    user_id: int
    outcome: RevocationOutcome
    blocker: RevocationBlocker | None = None

    @property
    def is_revoked(self) -> bool:
        """Whether they had the license and have lost it."""
        return self.outcome is RevocationOutcome.REVOKED


async def _revocations_again(outcome: Outcome, *call: object) -> list[Revocation]:
    return [
        Revocation(user_id, RevocationOutcome(became), why and RevocationBlocker(why))
        for user_id, became, why in outcome.result()
    ]


@idempotent(replay=_revocations_again)
async def revoke_user_licenses(context: Context, license_id: int, user_ids: Sequence[int]) -> list[Revocation]:
    """Takes a license from each user from whom it can be taken, in one transaction, and says what became of each.

    Raises:
        NotFound: The caller can see no such license.
    """
    async with unit_of_work(context) as change:
        license, holders, outcomes = await _foresee(context, license_id, user_ids)
        await revoke_seats(change, license, [holders[one.user_id] for one in outcomes if one.is_revoked])
        change.answer = [[one.user_id, one.outcome, one.blocker] for one in outcomes]
        return outcomes


async def preview_revocations(context: Context, license_id: int, user_ids: Sequence[int]) -> list[Revocation]:
    """What would become of each user, if the license were taken from them now.

    Raises:
        NotFound: The caller can see no such license.
    """
    _, _, outcomes = await _foresee(context, license_id, user_ids)
    return outcomes


async def _foresee(
    context: Context, license_id: int, user_ids: Sequence[int]
) -> tuple[SeatedLicense, Mapping[int, Holder], list[Revocation]]:
    licenses = await load_licenses_in_force(context.installation_id)
    license = licenses.visible(context, license_id, "input", "licenseId")
    holders = await load_holders(context.installation_id, user_ids, licenses)
    return license, holders, [_revocation(user_id, holders.get(user_id), license, licenses) for user_id in user_ids]


def _revocation(user_id: int, holder: Holder | None, license: SeatedLicense, licenses: LicensesInForce) -> Revocation:
    if holder is None:
        return Revocation(user_id, RevocationOutcome.USER_NOT_FOUND)
    if license.rule.key not in holder.held:
        return Revocation(user_id, RevocationOutcome.NOT_ASSIGNED)
    if why := blocker(license.rule.key, holder.held, holder.open_requests, licenses.rules):
        return Revocation(user_id, RevocationOutcome.BLOCKED, why)
    return Revocation(user_id, RevocationOutcome.REVOKED)


@idempotent()
async def assign_user_licenses(context: Context, license_id: int, user_ids: Sequence[int]) -> None:
    """Gives a license to all of the users, or to none; those who hold it already keep it.

    Raises:
        NotFound: The caller can see no such license, or there is no such user.
        NoSeats: Fewer seats are available than users do not hold it yet.
        NotAssignable: It is not a license that users hold, or not one that a user may hold.
        HasAnotherPlan: It is a plan, and a user holds another.
        PrerequisiteMissing: A user lacks the license that it requires.
        LicenseExpired: The vendor's licenses are past their expiry and grace period.
    """
    async with unit_of_work(context) as change:
        licenses = await load_licenses_in_force(context.installation_id)
        license = licenses.visible(context, license_id, "input", "licenseId")
        holders = require_users(await load_holders(context.installation_id, user_ids, licenses), user_ids, *USER_IDS)
        gaining = [holder for holder in holders if license.rule.key not in holder.held]
        check_seats(license, len(gaining), *USER_IDS)
        check_can_hold(license.rule, gaining, licenses.rules, error_paths(holders, *USER_IDS))
        await check_not_expired(license, change)
        await assign_seats(change, license, gaining)


@idempotent()
async def reassign_user_licenses(
    context: Context, from_license_id: int, to_license_id: int, user_ids: Sequence[int]
) -> None:
    """Moves all of the users from one license to another, or none; who holds the target already only loses the source.

    Raises:
        NotFound: The caller can see no such license, or there is no such user.
        Invalid: It is the same license twice.
        NotHeld: A user does not hold the first license.
        NoSeats: The other license has too few seats.
        NotAssignable: It is not a license that users hold, or not one that a user may hold.
        HasAnotherPlan: It is a plan, and a user holds yet another.
        PrerequisiteMissing: A user would lack the license that it requires.
        RevocationBlocked: The first license cannot be taken from a user.
        LicenseExpired: The licenses of the other's vendor are past their expiry and grace period.
    """
    async with unit_of_work(context) as change:
        licenses = await load_licenses_in_force(context.installation_id)
        source = licenses.visible(context, from_license_id, "input", "fromLicenseId")
        target = licenses.visible(context, to_license_id, "input", "toLicenseId")
        if source.id == target.id:
            raise Invalid(
                ["input", "toLicenseId"],
                reason=Message("This is the license they hold. Choose another one to move them to."),
            )
        holders = require_users(await load_holders(context.installation_id, user_ids, licenses), user_ids, *USER_IDS)
        place = error_paths(holders, *USER_IDS)
        for holder in holders:
            if source.rule.key not in holder.held:
                raise NotHeld(place[holder.id], user=holder.name, license=source.rule.name)
        gaining = [holder for holder in holders if target.rule.key not in holder.held]
        check_seats(target, len(gaining), *USER_IDS)
        check_can_hold(target.rule, gaining, licenses.rules, place, leaving=source.rule.key)
        for holder in holders:
            if why := blocker(source.rule.key, holder.held, holder.open_requests, licenses.rules, target.rule.key):
                raise RevocationBlocked(place[holder.id], user=holder.name, license=source.rule.name, blocker=why)
        await check_not_expired(target, change)
        await revoke_seats(change, source, holders)
        await assign_seats(change, target, gaining)


async def blockers(context: Context, holdings: Sequence[tuple[int, int]]) -> dict[tuple[int, int], RevocationBlocker]:
    """Why licenses cannot be taken, by user id and license id; those that can are missing. Three statements."""
    licenses = await load_licenses_in_force(context.installation_id)
    holders = await load_holders(context.installation_id, {user_id for user_id, _ in holdings}, licenses)
    found_blockers = {}
    for user_id, license_id in holdings:
        if (holder := holders.get(user_id)) and (license := licenses.by_id.get(license_id)):
            why = blocker(license.rule.key, holder.held, holder.open_requests, licenses.rules)
            if why:
                found_blockers[user_id, license_id] = why
    return found_blockers


def require_users(holders: Mapping[int, Holder], user_ids: Sequence[int], *path: str) -> list[Holder]:
    """The users in the order asked for; `path` leads to their list in the input.

    Raises:
        NotFound: One of them is not there.
    """
    for position, user_id in enumerate(user_ids):
        if user_id not in holders:
            raise NotFound([*path, str(position)])
    return [holders[user_id] for user_id in user_ids]


def error_paths(holders: Sequence[Holder], *path: str) -> dict[int, list[str]]:
    """Where each user stands in the input, by user id."""
    return {holder.id: [*path, str(position)] for position, holder in enumerate(holders)}


def check_seats(license: SeatedLicense, wanted: int, *path: str) -> None:
    """Refuses to give more seats than are available.

    Raises:
        NoSeats: Fewer are.
    """
    if license.available is not None and wanted > license.available:
        raise NoSeats(path, license=license.rule.name, wanted=wanted, available=license.available)


def check_can_hold(
    rule: LicenseRule, gaining: Sequence[Holder], rules: Rules, place: Mapping[int, Sequence[str]], leaving: str = ""
) -> None:
    """Refuses to give a license to users who may not hold it; `leaving` is the key of what they lose in the same step.

    Raises:
        NotAssignable: It is not a license that users hold, or not one that a user may hold.
        HasAnotherPlan: It is a plan, and a user holds another.
        PrerequisiteMissing: A user lacks the license that it requires.
    """
    if rule.scope is not LicenseScope.USER or rule.is_hidden:
        raise NotAssignable(license=rule.name)
    for holder in gaining:
        if not check_assignable(rule, holder.kind, holder.status):
            raise NotAssignable(place[holder.id], license=rule.name, user=holder.name)
    for holder in gaining:
        if plan := other_plan(rule, holder.held - {leaving}, rules):
            # A token for one vendor does not learn what users hold of others.
            named = rules[plan].name if plan.split(".")[0] == rule.key.split(".")[0] else None
            raise HasAnotherPlan(place[holder.id], user=holder.name, license=rule.name, plan=named)
    for holder in gaining:
        if rule.requires and lacks_prerequisite(rule, (holder.held - {leaving}) | {rule.key}, rules):
            required = rules[rule.requires].name
            raise PrerequisiteMissing(place[holder.id], user=holder.name, required=required, license=rule.name)


async def check_not_expired(license: SeatedLicense, change: Change) -> None:
    """Refuses to assign what has expired.

    Raises:
        LicenseExpired: The vendor's licenses are past their expiry and grace period.
    """
    [(warn_at, expires_at, grace_ends_at)] = await Vendor.filter(id=license.vendor_id).values_list(
        "warn_at", "expires_at", "grace_ends_at"
    )
    dates = LicenseDates(warn_at=warn_at, expires_at=expires_at, grace_ends_at=grace_ends_at)
    if license_status(dates, change.now) is LicenseStatus.EXPIRED:
        raise LicenseExpired(expired_at=dates.ends_at)
