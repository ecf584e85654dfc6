"""Assignments: assign, revoke and reassign users' licenses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from licensing.documents.claims import LicenseDates
from licensing.eligibility import Grants, blocker, is_assignable, lacks_prerequisite, other_plan, required_key
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
from resolvers.idempotency import idempotent
from resolvers.licenses.catalog import Catalog, LicenseRow, load_installation_catalog
from resolvers.licenses.seats import Holder, assign_seats, load_holders, revoke_seats
from resolvers.ports import Outcome
from resolvers.unit_of_work import UnitOfWork, unit_of_work

USER_IDS = ("input", "userIds")


@dataclass(frozen=True, slots=True)
class Revocation:
    """The outcome of a revocation for one user."""

    user_id: int
    outcome: RevocationOutcome
    blocker: RevocationBlocker | None = None

    @property
    def is_revoked(self) -> bool:
        """Whether the license was revoked from the user."""
        return self.outcome is RevocationOutcome.REVOKED


async def _replay_revocations(outcome: Outcome, *call: object) -> list[Revocation]:
    return [
        Revocation(user_id, RevocationOutcome(result), reason and RevocationBlocker(reason))
        for user_id, result, reason in outcome.result()
    ]


@idempotent(replay=_replay_revocations)
async def revoke_user_licenses(context: Context, license_id: int, user_ids: Sequence[int]) -> list[Revocation]:
    """Revoke a license from each user from whom it can be revoked, in one transaction.

    Returns:
        The outcome for each user, in the given order.

    Raises:
        NotFound: The caller can see no such license.
    """
    async with unit_of_work(context) as unit:
        license, holders, outcomes = await _plan_revocations(context, license_id, user_ids)
        await revoke_seats(unit, license, [holders[one.user_id] for one in outcomes if one.is_revoked])
        unit.result = [[one.user_id, one.outcome, one.blocker] for one in outcomes]
        return outcomes


async def preview_revocations(context: Context, license_id: int, user_ids: Sequence[int]) -> list[Revocation]:
    """Return the outcome for each user if the license were revoked now.

    Raises:
        NotFound: The caller can see no such license.
    """
    _, _, outcomes = await _plan_revocations(context, license_id, user_ids)
    return outcomes


async def _plan_revocations(
    context: Context, license_id: int, user_ids: Sequence[int]
) -> tuple[LicenseRow, Mapping[int, Holder], list[Revocation]]:
    catalog = await load_installation_catalog(context.installation_id)
    license = catalog.require(context, license_id, "input", "licenseId")
    holders = await load_holders(context.installation_id, user_ids, catalog)
    return license, holders, [_revocation(user_id, holders.get(user_id), license, catalog) for user_id in user_ids]


def _revocation(user_id: int, holder: Holder | None, license: LicenseRow, catalog: Catalog) -> Revocation:
    if holder is None:
        return Revocation(user_id, RevocationOutcome.USER_NOT_FOUND)
    if license.key not in holder.held:
        return Revocation(user_id, RevocationOutcome.NOT_ASSIGNED)
    if reason := blocker(license.key, holder.held, holder.open_requests, catalog.grants):
        return Revocation(user_id, RevocationOutcome.BLOCKED, reason)
    return Revocation(user_id, RevocationOutcome.REVOKED)


@idempotent()
async def assign_user_licenses(context: Context, license_id: int, user_ids: Sequence[int]) -> None:
    """Assign a license to all of the users, or to none; users who hold it already keep it.

    Raises:
        NotFound: The caller can see no such license, or there is no such user.
        NoSeats: Fewer seats are available than there are new holders.
        NotAssignable: It is not a user license, or a user is not eligible.
        HasAnotherPlan: It is a plan, and a user holds another.
        PrerequisiteMissing: A user lacks the license that it requires.
        LicenseExpired: The vendor's licenses are past their expiry and grace period.
    """
    async with unit_of_work(context) as unit:
        catalog = await load_installation_catalog(context.installation_id)
        license = catalog.require(context, license_id, "input", "licenseId")
        holders = require_users(await load_holders(context.installation_id, user_ids, catalog), user_ids, *USER_IDS)
        gaining = [holder for holder in holders if license.key not in holder.held]
        check_seats(license, len(gaining), *USER_IDS)
        check_eligible(license.key, gaining, catalog.grants, error_paths(holders, *USER_IDS))
        await check_not_expired(license, unit)
        await assign_seats(unit, license, gaining)


@idempotent()
async def reassign_user_licenses(
    context: Context, from_license_id: int, to_license_id: int, user_ids: Sequence[int]
) -> None:
    """Move all of the users from one license to another, or none.

    Users who hold the second license already only lose the first.

    Raises:
        NotFound: The caller can see no such license, or there is no such user.
        Invalid: It is the same license twice.
        NotHeld: A user does not hold the first license.
        NoSeats: The other license has too few seats.
        NotAssignable: It is not a user license, or a user is not eligible.
        HasAnotherPlan: It is a plan, and a user holds a plan other than the one being replaced.
        PrerequisiteMissing: A user would lack the license that it requires.
        RevocationBlocked: The first license cannot be taken from a user.
        LicenseExpired: The licenses of the other's vendor are past their expiry and grace period.
    """
    async with unit_of_work(context) as unit:
        catalog = await load_installation_catalog(context.installation_id)
        source = catalog.require(context, from_license_id, "input", "fromLicenseId")
        target = catalog.require(context, to_license_id, "input", "toLicenseId")
        if source.id == target.id:
            raise Invalid(
                ["input", "toLicenseId"],
                reason=Message("This is the license they hold. Choose another one to move them to."),
            )
        holders = require_users(await load_holders(context.installation_id, user_ids, catalog), user_ids, *USER_IDS)
        paths = error_paths(holders, *USER_IDS)
        for holder in holders:
            if source.key not in holder.held:
                raise NotHeld(paths[holder.id], user=holder.name, license=source.name)
        gaining = [holder for holder in holders if target.key not in holder.held]
        check_seats(target, len(gaining), *USER_IDS)
        check_eligible(target.key, gaining, catalog.grants, paths, leaving=source.key)
        for holder in holders:
            if reason := blocker(source.key, holder.held, holder.open_requests, catalog.grants, target.key):
                raise RevocationBlocked(paths[holder.id], user=holder.name, license=source.name, blocker=reason)
        await check_not_expired(target, unit)
        await revoke_seats(unit, source, holders)
        await assign_seats(unit, target, gaining, moved_from=source.key)


async def blockers(context: Context, holdings: Sequence[tuple[int, int]]) -> dict[tuple[int, int], RevocationBlocker]:
    """Return why licenses cannot be revoked, by user ID and license ID; revocable ones are missing.

    Two statements, whatever the number of holdings.
    """
    catalog = await load_installation_catalog(context.installation_id)
    holders = await load_holders(context.installation_id, {user_id for user_id, _ in holdings}, catalog)
    reasons = {}
    for user_id, license_id in holdings:
        holder, license = holders.get(user_id), catalog.by_id.get(license_id)
        if holder and license:
            reason = blocker(license.key, holder.held, holder.open_requests, catalog.grants)
            if reason:
                reasons[user_id, license_id] = reason
    return reasons


def require_users(holders: Mapping[int, Holder], user_ids: Sequence[int], *path: str) -> list[Holder]:
    """Return the users in the order of their IDs; `path` leads to the list of IDs in the input.

    Raises:
        NotFound: A user does not exist.
    """
    for position, user_id in enumerate(user_ids):
        if user_id not in holders:
            raise NotFound([*path, str(position)])
    return [holders[user_id] for user_id in user_ids]


def error_paths(holders: Sequence[Holder], *path: str) -> dict[int, list[str]]:
    """Return the path of each user in the input, by user ID."""
    return {holder.id: [*path, str(position)] for position, holder in enumerate(holders)}


def check_seats(license: LicenseRow, wanted: int, *path: str) -> None:
    """Check that as many seats as wanted are available.

    Raises:
        NoSeats: Fewer are available.
    """
    if license.available is not None and wanted > license.available:
        raise NoSeats(path, license=license.name, wanted=wanted, available=license.available)


def check_eligible(
    key: str, gaining: Sequence[Holder], grants: Grants, paths: Mapping[int, Sequence[str]], leaving: str = ""
) -> None:
    """Check that users may hold a license.

    Args:
        key: The license.
        gaining: The users to whom it is to be assigned.
        grants: The licenses by key.
        paths: Path of each user in the input, by user ID.
        leaving: Key of the license that the users lose in the same step.

    Raises:
        NotAssignable: It is not a user license, or a user is not eligible.
        HasAnotherPlan: It is a plan, and a user holds another.
        PrerequisiteMissing: A user lacks the license that it requires.
    """
    grant = grants[key]
    if grant.scope is not LicenseScope.USER or grant.hidden:
        raise NotAssignable(license=grant.name)
    for holder in gaining:
        if not is_assignable(grant, holder.kind, holder.status):
            raise NotAssignable(paths[holder.id], license=grant.name, user=holder.name)
    for holder in gaining:
        if plan := other_plan(key, holder.held - {leaving}, grants):
            # A token that is bound to one vendor does not learn which licenses of others a user holds.
            name = grants[plan].name if plan.split(".")[0] == key.split(".")[0] else None
            raise HasAnotherPlan(paths[holder.id], user=holder.name, license=grant.name, plan=name)
    required = required_key(key, grants)
    for holder in gaining:
        if required and lacks_prerequisite(key, (holder.held - {leaving}) | {key}, grants):
            raise PrerequisiteMissing(
                paths[holder.id], user=holder.name, required=grants[required].name, license=grant.name
            )


async def check_not_expired(license: LicenseRow, unit: UnitOfWork) -> None:
    """Check that a license may still be assigned.

    Raises:
        LicenseExpired: The vendor's licenses are past their expiry and grace period.
    """
    [(warn_at, expires_at, grace_ends_at)] = await Vendor.filter(id=license.vendor_id).values_list(
        "warn_at", "expires_at", "grace_ends_at"
    )
    dates = LicenseDates(warn_at=warn_at, expires_at=expires_at, grace_ends_at=grace_ends_at)
    if license_status(dates, unit.now) is LicenseStatus.EXPIRED:
        raise LicenseExpired(expired_at=dates.ends_at)
