"""Who may be given a license, and from whom it can be taken. Licenses are named by key, such as `superoffice.t2`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from licensing.enums import LicenseScope, RevocationBlocker, UserKind, UserStatus


@dataclass(frozen=True)
class LicenseRule:
    """What decides who may hold a license.

    Attributes:
        key: The license.
        name: Name to show.
        scope: Whom it covers.
        is_plan: Whether it is a user plan, of which a user holds at most one.
        is_hidden: Whether it is under the hood.
        total: Seats; None if unlimited or a system license.
        requires: Key of the license that a user must hold to get this one; None for none.
        includes: Keys of the features that a plan includes.
        kinds: The kinds of user it is for.
    """

    key: str
    name: str
    scope: LicenseScope
    is_plan: bool
    is_hidden: bool
    total: int | None
    requires: str | None
    includes: frozenset[str]
    kinds: frozenset[UserKind]


Rules = Mapping[str, LicenseRule]
"""The licenses in force, or about to be, by key."""


def holds(held: Collection[str], key: str, rules: Rules) -> bool:
    """Whether who is assigned these licenses holds that one: itself, or a plan that includes it."""
    return key in held or any(key in rules[other].includes for other in held if other in rules)


def check_assignable(rule: LicenseRule, kind: UserKind, status: UserStatus) -> bool:
    """Whether the license is one that users hold, and this user may be one of them."""
    for_users = rule.scope is LicenseScope.USER and not rule.is_hidden
    return for_users and status is not UserStatus.RETIRED and kind in rule.kinds


def other_plan(rule: LicenseRule, held: Collection[str], rules: Rules) -> str | None:
    """The plan held that stands in the way of giving this one; None if none does."""
    if not rule.is_plan:
        return None
    return next((key for key in held if key != rule.key and _is_plan(key, rules)), None)


def lacks_prerequisite(rule: LicenseRule, held: Collection[str], rules: Rules) -> bool:
    """Whether a license that this one requires is missing. Everyone has what covers everyone."""
    return rule.requires is not None and not _satisfied(rule.requires, held, rules)


def blocker(
    key: str, held: Collection[str], open_requests: int, rules: Rules, gaining: str | None = None
) -> RevocationBlocker | None:
    """Why a license cannot be taken from a user; None if it can, or if they do not hold it.

    Args:
        key: The license to take.
        held: All that the user is assigned.
        open_requests: Service requests that the user owns.
        rules: The licenses by key.
        gaining: The license that they get in the same step when they are moved; None if it is only taken.
    """
    if key not in held:
        return None
    others = [other for other in held if other != key]
    remaining = others if gaining is None else [*others, gaining]
    if open_requests and _is_plan(key, rules) and not any(_is_plan(other, rules) for other in remaining):
        return RevocationBlocker.OPEN_REQUESTS
    for other in others:
        required = rules[other].requires if other in rules else None
        # What was missing before is not missed through this.
        if required and _satisfied(required, held, rules) and not _satisfied(required, remaining, rules):
            return RevocationBlocker.REQUIRED
    return None


def _is_plan(key: str, rules: Rules) -> bool:
    return key in rules and rules[key].is_plan


def _satisfied(required: str, held: Collection[str], rules: Rules) -> bool:
    covers_everyone = required in rules and rules[required].scope is LicenseScope.SYSTEM
    return covers_everyone or holds(held, required, rules)
