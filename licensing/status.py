"""The status of licenses and change sets, derived on every read and never stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from licensing.documents.claims import LicenseDates
from licensing.enums import ChangeSetStatus, LicenseStatus, LicenseUpdateStatus

_BY_SEVERITY = list(LicenseStatus)


def license_status(dates: LicenseDates, now: datetime) -> LicenseStatus:
    """Return the status of licenses with these dates; each date is the first instant of the status that it begins."""
    if dates.expires_at is None or dates.ends_at is None:
        return LicenseStatus.ACTIVE
    if now >= dates.ends_at:
        return LicenseStatus.EXPIRED
    if now >= dates.expires_at:
        return LicenseStatus.IN_GRACE_PERIOD
    if dates.warn_at is not None and now >= dates.warn_at:
        return LicenseStatus.EXPIRING_SOON
    return LicenseStatus.ACTIVE


def worst_status(statuses: Iterable[LicenseStatus]) -> LicenseStatus:
    """Return the worst of several vendors' statuses; ACTIVE if there are none."""
    return max(statuses, key=_BY_SEVERITY.index, default=LicenseStatus.ACTIVE)


def change_set_status(outcome: ChangeSetStatus | None, has_surplus: bool) -> ChangeSetStatus:
    """Return the stored outcome, or BLOCKED_BY_SURPLUS or AWAITING_ACTIVATION while the change set is open."""
    if outcome is not None:
        return outcome
    return ChangeSetStatus.BLOCKED_BY_SURPLUS if has_surplus else ChangeSetStatus.AWAITING_ACTIVATION


def update_status(
    *, open_status: ChangeSetStatus | None, unacknowledged_activation: bool, check_failed: bool, rejected: bool
) -> LicenseUpdateStatus:
    """Return the update status of a vendor; the arguments are in order of precedence.

    Args:
        open_status: Status of the open change set; None if there is none.
        unacknowledged_activation: Whether an automatically activated change set has not been acknowledged.
        check_failed: Whether the latest check of the license server failed.
        rejected: Whether the vendor's latest change set was rejected.
    """
    if open_status is ChangeSetStatus.BLOCKED_BY_SURPLUS:
        return LicenseUpdateStatus.BLOCKED_BY_SURPLUS
    if open_status is not None:
        return LicenseUpdateStatus.AWAITING_ACTIVATION
    if unacknowledged_activation:
        return LicenseUpdateStatus.ACTIVATED_AUTOMATICALLY
    if check_failed:
        return LicenseUpdateStatus.CHECK_FAILED
    return LicenseUpdateStatus.REJECTED if rejected else LicenseUpdateStatus.UP_TO_DATE
