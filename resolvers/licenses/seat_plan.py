"""Users who lose or change licenses together with an activation: planned first, then written with it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from licensing.documents.claims import LicenseGrant
from licensing.eligibility import Grants, blocker
from licensing.errors import Invalid, NoSeats, NotFound, RevocationBlocked
from licensing.messages import Message
from resolvers.context import Context
from resolvers.licenses.assignments import check_eligible, error_paths, require_users
from resolvers.licenses.catalog import Catalog, LicenseRow
from resolvers.licenses.seats import Holder, load_holders

Revocations = Sequence[tuple[int, Sequence[int]]]
"""License IDs, each with the IDs of the users who lose it."""
Moves = Sequence[tuple[int, str, Sequence[int]]]
"""License IDs, each with the key of the license that replaces it and the IDs of the users who move."""


@dataclass(slots=True)
class SeatPlan:
    """Seats that an activation revokes and assigns, and the seats in use afterwards by license key."""

    in_use: Counter[str]
    revoked: list[tuple[LicenseRow, list[Holder]]] = field(default_factory=list)
    assigned: list[tuple[str, str, list[Holder]]] = field(default_factory=list)
    """Keys of licenses, the one moved from and the one moved to, with the users who move."""

    def revoke(self, license: LicenseRow, holders: list[Holder]) -> None:
        """Plan to revoke a license from users."""
        self.revoked.append((license, holders))
        self.in_use[license.key] -= len(holders)
        for holder in holders:
            holder.held.discard(license.key)

    def assign(self, key: str, holders: list[Holder], *, moved_from: str) -> None:
        """Plan to assign a license to users who move to it from another."""
        self.assigned.append((moved_from, key, holders))
        self.in_use[key] += len(holders)
        for holder in holders:
            holder.held.add(key)


def empty_seat_plan(catalog: Catalog) -> SeatPlan:
    """Return a plan that changes no seat."""
    return SeatPlan(Counter({row.key: row.in_use for row in catalog.by_id.values() if row.in_force}))


async def plan_seats(
    context: Context,
    catalog: Catalog,
    granted: dict[str, LicenseGrant],
    revocations: Revocations,
    moves: Moves,
) -> SeatPlan:
    """Plan the revocations and moves of an activation before its licenses are written.

    Args:
        context: The caller's.
        catalog: The licenses before the activation.
        granted: What the license document grants, by license key.
        revocations: Users who lose a license.
        moves: Users who move to a license that the document grants.

    Raises:
        LicensingError: NotFound, Invalid, RevocationBlocked, NoSeats, NotAssignable, HasAnotherPlan or
            PrerequisiteMissing, with the path in the input of `activateLicenses`.
    """
    plan = empty_seat_plan(catalog)
    if not (revocations or moves):
        return plan
    # A license that the document drops still counts for its holders until it is revoked.
    grants = {**catalog.grants, **granted}
    _check_each_once([(id_, users) for id_, users in revocations] + [(id_, users) for id_, _, users in moves])
    user_ids = [id_ for _, ids in revocations for id_ in ids] + [id_ for *_, ids in moves for id_ in ids]
    users = await load_holders(context.installation_id, user_ids, catalog)
    for position, (license_id, ids) in enumerate(revocations):
        path = ("input", "revocations", str(position))
        license = catalog.require(context, license_id, *path, "licenseId")
        selected = require_users(users, ids, *path, "userIds")
        holders = _holding(license, selected)
        _check_not_blocked(license, holders, grants, error_paths(selected, *path, "userIds"))
        plan.revoke(license, holders)
    for position, (from_id, to_key, ids) in enumerate(moves):
        path = ("input", "moves", str(position))
        source = catalog.require(context, from_id, *path, "fromLicenseId")
        if to_key not in granted:
            raise NotFound([*path, "toLicenseKey"])
        selected = require_users(users, ids, *path, "userIds")
        holders, paths = _holding(source, selected), error_paths(selected, *path, "userIds")
        gaining = [holder for holder in holders if to_key not in holder.held]
        check_eligible(to_key, gaining, grants, paths, leaving=source.key)
        _check_not_blocked(source, holders, grants, paths, gaining=to_key)
        plan.revoke(source, holders)
        plan.assign(to_key, gaining, moved_from=source.key)
    _check_seats(plan, granted)
    return plan


def _check_each_once(selected: Iterable[tuple[int, Sequence[int]]]) -> None:
    seen: set[tuple[int, int]] = set()
    for license_id, user_ids in selected:
        for user_id in user_ids:
            if (license_id, user_id) in seen:
                raise Invalid(
                    ["input"], reason=Message("The same license is taken from a user twice. Name each user once.")
                )
            seen.add((license_id, user_id))


def _holding(license: LicenseRow, users: Iterable[Holder]) -> list[Holder]:
    """Return the users who hold the license; it is no error to name others."""
    return [user for user in users if license.key in user.held]


def _check_not_blocked(
    license: LicenseRow,
    holders: Iterable[Holder],
    grants: Grants,
    paths: dict[int, list[str]],
    gaining: str | None = None,
) -> None:
    for holder in holders:
        if reason := blocker(license.key, holder.held, holder.open_requests, grants, gaining):
            raise RevocationBlocked(paths[holder.id], user=holder.name, license=license.name, blocker=reason)


def _check_seats(plan: SeatPlan, granted: dict[str, LicenseGrant]) -> None:
    """Raise `NoSeats` if more users move to a license than it has seats."""
    for position, (_, key, holders) in enumerate(plan.assigned):
        grant = granted[key]
        if grant.total is not None and holders and plan.in_use[key] > grant.total:
            available = max(0, grant.total - plan.in_use[key] + len(holders))
            raise NoSeats(
                ["input", "moves", str(position)], license=grant.name, wanted=len(holders), available=available
            )
