"""Conditions under which new licenses can be activated, and under which they are activated automatically."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from licensing.diff import GrantChange, LicenseTerms
from licensing.documents.claims import LicenseDates
from licensing.enums import ActivationPolicy, LicenseChangeKind
from licensing.errors import LicenseExpired, LicensingError, NotYetEffective, SurplusSeats


def blocking_surplus(changes: Iterable[GrantChange]) -> dict[str, int]:
    """Return the number of seats to free before activation, by the license's name; empty if there is no surplus."""
    seats: Counter[str] = Counter()
    for change in changes:
        if change.surplus:
            seats[change.name] += change.surplus
    return dict(seats)


def date_error(dates: LicenseDates, effective_at: datetime, now: datetime) -> LicensingError | None:
    """Return why licenses with these dates cannot be activated now; None if they can."""
    if now < effective_at:
        return NotYetEffective(effective_at=effective_at)
    if dates.ends_at is not None and now >= dates.ends_at:
        return LicenseExpired(expired_at=dates.ends_at)
    return None


def surplus_error(changes: Iterable[GrantChange]) -> SurplusSeats | None:
    """Return an error that lists the seats to remove before activation; None if no seats are in surplus."""
    surplus = blocking_surplus(changes)
    return SurplusSeats(surplus=surplus) if surplus else None


def activation_error(
    changes: Iterable[GrantChange], dates: LicenseDates, effective_at: datetime, now: datetime
) -> LicensingError | None:
    """Return why activation would fail now; None if it would succeed.

    Args:
        changes: The changes to activate.
        dates: The dates of the new licenses.
        effective_at: When the new licenses take effect.
        now: The current time.
    """
    return date_error(dates, effective_at, now) or surplus_error(changes)


def is_reduction(before: LicenseTerms, after: LicenseTerms, changes: Iterable[GrantChange]) -> bool:
    """Return whether the new licenses take something away: seats, a license, a plan's feature, or time."""
    if not before.grants:
        # A vendor's first document cannot bring an expiry forward.
        return False
    return (
        any(
            change.kind in (LicenseChangeKind.DECREASED, LicenseChangeKind.REMOVED) or change.lost_features
            for change in changes
        )
        or _is_earlier(after.dates.expires_at, before.dates.expires_at)
        or _is_earlier(after.dates.ends_at, before.dates.ends_at)
    )


def should_auto_activate(
    *,
    policy: ActivationPolicy,
    before: LicenseTerms,
    after: LicenseTerms,
    changes: Sequence[GrantChange],
    installation_owner: str,
    effective_at: datetime,
    now: datetime,
) -> bool:
    """Return whether a license document is activated on receipt; otherwise it awaits an administrator.

    A document with another license owner than the installation's is never activated automatically.
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


def _is_earlier(new: datetime | None, old: datetime | None) -> bool:
    """Return whether an end date has moved forward; None is later than any date."""
    return new is not None and (old is None or new < old)
