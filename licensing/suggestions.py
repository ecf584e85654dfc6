"""Suggestions of users to revoke a license from when there are too few seats: the longest idle first."""

from __future__ import annotations

from datetime import datetime

from licensing.enums import SuggestionReason, UserStatus


def suggestion_reason(can_log_in: bool, last_login_at: datetime | str | None) -> SuggestionReason:
    """Return why a user is suggested for revocation."""
    if not can_log_in:
        return SuggestionReason.CANNOT_LOG_IN
    if last_login_at is None:
        return SuggestionReason.NEVER_LOGGED_IN
    return SuggestionReason.LEAST_RECENTLY_LOGGED_IN


def may_be_suggested(status: UserStatus) -> bool:
    """Return whether users of this status may be suggested; those waiting for approval are not."""
    return status is not UserStatus.WAITING_FOR_APPROVAL


def idle_since(held_since: int, last_sign_in: int) -> int:
    """Return since when a holder has been idle: the later of both, in microseconds since 1970; 0 for never."""
    return max(held_since, last_sign_in)


def suggestion_sort_key(held_since: int, last_sign_in: int, assignment_id: int) -> tuple[int, int]:
    """Return a sort key that orders assignments by their suitability for revocation.

    The longest idle come first; equals are ordered by the age of the assignment, oldest first.
    """
    return idle_since(held_since, last_sign_in), assignment_id
