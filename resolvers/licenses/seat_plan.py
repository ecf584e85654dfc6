"""Users who lose or change licenses together with an activation: worked out first, written with it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from licensing.documents.claims import LicenseDocument
from licensing.eligibility import LicenseRule, blocker
from licensing.errors import Invalid, NoSeats, NotFound, RevocationBlocked
from licensing.messages import Message
from models.vendor import Vendor
from resolvers.context import Context
from resolvers.licenses.assignments import check_can_hold, error_paths, require_users
from resolvers.licenses.seats import Holder, SeatedLicense, load_holders, load_licenses_in_force, rule_of

Revocations = Sequence[tuple[int, Sequence[int]]]
"""License ids, each with the ids of the users who lose it."""
Moves = Sequence[tuple[int, str, Sequence[int]]]
"""Ids of licenses, each with the key of the license that the users with these ids get instead."""


@dataclass(slots=True)
class SeatPlan:
    """Who loses and who gets which license, and the seats in use once they have; nothing of it is written yet."""

    in_use: Counter[str]
    taken: list[tuple[SeatedLicense, list[Holder]]] = field(default_factory=list)
    given: list[tuple[str, list[Holder]]] = field(default_factory=list)

    def revoke(self, license: SeatedLicense, holders: list[Holder]) -> None:
        """Notes that users lose a license."""
        self.taken.append((license, holders))
        self.in_use[license.rule.key] -= len(holders)
        for holder in holders:
            holder.held.discard(license.rule.key)

    def assign(self, key: str, holders: list[Holder]) -> None:
        """Notes that users get a license."""
        self.given.append((key, holders))
        self.in_use[key] += len(holders)
        for holder in holders:
            holder.held.add(key)


async def plan_seats(
    context: Context, vendor: Vendor, claims: LicenseDocument, revocations: Revocations, moves: Moves
) -> SeatPlan:
    """Works out what an activation does to seats before it writes the licenses.

    Raises:
        LicensingError: NotFound, Invalid, RevocationBlocked, NoSeats, NotAssignable, HasAnotherPlan or
            PrerequisiteMissing, with the place in the input of `activateLicenses`.
    """
    licenses = await load_licenses_in_force(context.installation_id)
    plan = SeatPlan(Counter({key: license.in_use for key, license in licenses.by_key.items()}))
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
        holders = _holding(license, require_users(users, user_ids, *path, "userIds"))
        _check_not_blocked(license, holders, rules, error_paths(require_users(users, user_ids), *path, "userIds"))
        plan.revoke(license, holders)
    for position, (from_id, to_key, user_ids) in enumerate(moves):
        path = ("input", "moves", str(position))
        source = licenses.visible(context, from_id, *path, "fromLicenseId")
        if to_key not in granted:
            raise NotFound([*path, "toLicenseKey"])
        holders = _holding(source, require_users(users, user_ids, *path, "userIds"))
        place = error_paths(require_users(users, user_ids), *path, "userIds")
        gaining = [holder for holder in holders if to_key not in holder.held]
        check_can_hold(granted[to_key], gaining, rules, place, leaving=source.rule.key)
        _check_not_blocked(source, holders, rules, place, gaining=to_key)
        plan.revoke(source, holders)
        plan.assign(to_key, gaining)
    _check_seats(plan, granted)
    return plan


def _check_each_once(named: Iterable[tuple[int, Sequence[int]]]) -> None:
    seen: set[tuple[int, int]] = set()
    for license_id, user_ids in named:
        for user_id in user_ids:
            if (license_id, user_id) in seen:
                raise Invalid(
                    ["input"], reason=Message("The same license is taken from a user twice. Name each user once.")
                )
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


def _check_seats(plan: SeatPlan, granted: dict[str, LicenseRule]) -> None:
    """Refuses when users move to a license that would have fewer seats than users."""
    for position, (key, holders) in enumerate(plan.given):
        rule = granted[key]
        if rule.total is not None and holders and plan.in_use[key] > rule.total:
            available = max(0, rule.total - plan.in_use[key] + len(holders))
            raise NoSeats(
                ["input", "moves", str(position)], license=rule.name, wanted=len(holders), available=available
            )
