"""Where licenses and change sets stand. Derived whenever asked, never stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from licensing.documents.claims import LicenseDates
from licensing.enums import ChangeSetStatus, LicenseStatus, LicenseUpdateStatus

_WORST_LAST = list(LicenseStatus)


def license_status(dates: LicenseDates, now: datetime) -> LicenseStatus:
    """Where licenses with these dates stand; each date is the first instant of what it begins."""
    if dates.expires_at is None or dates.ends_at is None:
        return LicenseStatus.ACTIVE
    if now >= dates.ends_at:
        return LicenseStatus.EXPIRED
    if now >= dates.expires_at:
        return LicenseStatus.IN_GRACE_PERIOD
    if dates.warn_at is not None and now >= dates.warn_at:
        return LicenseStatus.EXPIRING_SOON
    return LicenseStatus.ACTIVE


def worst(statuses: Iterable[LicenseStatus]) -> LicenseStatus:
    """The worst of several vendors' statuses; ACTIVE if there are none."""
    return max(statuses, key=_WORST_LAST.index, default=LicenseStatus.ACTIVE)


def change_set_status(outcome: ChangeSetStatus | None, has_surplus: bool) -> ChangeSetStatus:
    """How far a change set has come: its outcome, or while it has none, what stands in the way now."""
    if outcome is not None:
        return outcome
    return ChangeSetStatus.BLOCKED_BY_SURPLUS if has_surplus else ChangeSetStatus.AWAITING_ACTIVATION


def update_status(
    *, open_status: ChangeSetStatus | None, activated_unseen: bool, check_failed: bool, rejected: bool
) -> LicenseUpdateStatus:
    """Where a vendor's new license information stands: the first of these that holds.

    Args:
        open_status: Status of the open change set; None if there is none.
        activated_unseen: Whether one was activated automatically that nobody has acknowledged.
        check_failed: Whether the latest check of the license server failed.
        rejected: Whether the vendor's latest was rejected.
    """
    if open_status is ChangeSetStatus.BLOCKED_BY_SURPLUS:
        return LicenseUpdateStatus.BLOCKED_BY_SURPLUS
    if open_status is not None:
        return LicenseUpdateStatus.AWAITING_ACTIVATION
    if activated_unseen:
        return LicenseUpdateStatus.ACTIVATED_AUTOMATICALLY
    if check_failed:
        return LicenseUpdateStatus.CHECK_FAILED
    return LicenseUpdateStatus.REJECTED if rejected else LicenseUpdateStatus.UP_TO_DATE
