"""Whether new licenses can be activated, and whether they are without anybody being asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from licensing.diff import LicenseChange, LicenseTerms
from licensing.documents.claims import LicenseDates
from licensing.enums import ActivationPolicy, LicenseChangeKind
from licensing.errors import LicenseExpired, LicensingError, NotYetEffective, SurplusSeats


def blocking_surplus(changes: Iterable[LicenseChange]) -> dict[str, int]:
    """Seats to free before activation, by the license's name; empty if nothing blocks."""
    seats: Counter[str] = Counter()
    for change in changes:
        if change.surplus:
            seats[change.name] += change.surplus
    return dict(seats)


def activation_error(
    changes: Iterable[LicenseChange], dates: LicenseDates, effective_at: datetime, now: datetime
) -> LicensingError | None:
    """Why activation would be refused now; None if it would succeed.

    Args:
        changes: What would change.
        dates: The dates that the new licenses have.
        effective_at: When they take effect.
        now: The time.
    """
    if now < effective_at:
        return NotYetEffective(effective_at=effective_at)
    if dates.ends_at is not None and now >= dates.ends_at:
        return LicenseExpired(expired_at=dates.ends_at)
    surplus = blocking_surplus(changes)
    return SurplusSeats(surplus=surplus) if surplus else None


def is_reduction(before: LicenseTerms, after: LicenseTerms, changes: Iterable[LicenseChange]) -> bool:
    """Whether anybody loses something: seats, a license, a feature of a plan, or time."""
    if not before.grants:
        # A vendor's first document: there is nothing whose expiry it could bring forward.
        return False
    return (
        any(
            change.kind in (LicenseChangeKind.DECREASED, LicenseChangeKind.REMOVED) or change.lost_features
            for change in changes
        )
        or _earlier(after.dates.expires_at, before.dates.expires_at)
        or _earlier(after.dates.ends_at, before.dates.ends_at)
    )


def activates_at_once(
    *,
    policy: ActivationPolicy,
    before: LicenseTerms,
    after: LicenseTerms,
    changes: Sequence[LicenseChange],
    installation_owner: str,
    effective_at: datetime,
    now: datetime,
) -> bool:
    """Whether a document is activated on arrival; if not, it waits for an administrator.

    One for another owner than the installation's always waits.
    """
    if activation_error(changes, after.dates, effective_at, now) or after.owner != installation_owner:
        return False
    match policy:
        case ActivationPolicy.AUTOMATIC:
            return True
        case ActivationPolicy.REVIEW_REDUCTIONS:
            return not is_reduction(before, after, changes)
        case ActivationPolicy.MANUAL:
            return False


def _earlier(new: datetime | None, old: datetime | None) -> bool:
    """Whether an end, which None puts off for ever, comes earlier than it did."""
    return new is not None and (old is None or new < old)
