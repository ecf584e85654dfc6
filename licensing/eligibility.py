"""Eligibility rules: which users may be assigned a license, and when it can be revoked from a user.

Licenses are identified by key, the vendor's key and the license's code: `superoffice.t2`. The codes that a grant
requires or includes belong to the same vendor.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from licensing.documents.claims import LicenseGrant
from licensing.enums import LicenseScope, RevocationBlocker, UserKind, UserStatus

Grants = Mapping[str, LicenseGrant]
"""The licenses in force, or about to be, by key."""


def sibling_key(key: str, code: str) -> str:
    """Return the key of a license of the same vendor."""
    return f"{key.partition('.')[0]}.{code}"


def holds(held: Collection[str], key: str, grants: Grants) -> bool:
    """Return whether a user assigned `held` holds a license: the license itself, or a plan that includes it."""
    vendor, _, code = key.partition(".")
    return key in held or any(
        code in grants[other].includes for other in held if other in grants and other.partition(".")[0] == vendor
    )


def is_assignable(grant: LicenseGrant, kind: UserKind, status: UserStatus) -> bool:
    """Return whether a license is one that users hold, and a user of this kind and status may hold it."""
    for_users = grant.scope is LicenseScope.USER and not grant.hidden
    return for_users and status is not UserStatus.RETIRED and kind in grant.user_kinds


def other_plan(key: str, held: Collection[str], grants: Grants) -> str | None:
    """Return the key of the plan that prevents assigning this plan; None if there is none, or it is not a plan."""
    if not _is_plan(key, grants):
        return None
    return next((other for other in held if other != key and _is_plan(other, grants)), None)


def required_key(key: str, grants: Grants) -> str | None:
    """Return the key of the license that a license requires; None if it requires none or is not in force."""
    required = grants[key].requires if key in grants else None
    return sibling_key(key, required) if required else None


def lacks_prerequisite(key: str, held: Collection[str], grants: Grants) -> bool:
    """Return whether a license that this one requires is missing; system licenses are never missing."""
    required = required_key(key, grants)
    return required is not None and not _satisfied(required, held, grants)


def blocker(
    key: str, held: Collection[str], open_requests: int, grants: Grants, gaining: str | None = None
) -> RevocationBlocker | None:
    """Return why a license cannot be revoked from a user; None if it can be, or the user does not hold it.

    Args:
        key: The license to revoke.
        held: Keys of all licenses assigned to the user.
        open_requests: Number of open service requests that the user owns.
        grants: The licenses by key.
        gaining: Key of the license that the user is moved to in the same step; None if there is none.
    """
    if key not in held:
        return None
    others = [other for other in held if other != key]
    remaining = others if gaining is None else [*others, gaining]
    if open_requests and _is_plan(key, grants) and not any(_is_plan(other, grants) for other in remaining):
        return RevocationBlocker.OPEN_REQUESTS
    for other in others:
        required = required_key(other, grants)
        # A prerequisite that was missing before does not block.
        if required and _satisfied(required, held, grants) and not _satisfied(required, remaining, grants):
            return RevocationBlocker.REQUIRED
    return None


def _is_plan(key: str, grants: Grants) -> bool:
    return key in grants and grants[key].plan


def _satisfied(required: str, held: Collection[str], grants: Grants) -> bool:
    covers_everyone = required in grants and grants[required].scope is LicenseScope.SYSTEM
    return covers_everyone or holds(held, required, grants)
