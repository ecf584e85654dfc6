"""Suggestions of users to revoke a license from when there are too few seats: the least recently active first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

from licensing.enums import SuggestionReason

Id = TypeVar("Id", int, str)

_NEVER = datetime.min.replace(tzinfo=UTC)


def suggestion_reason(can_log_in: bool, last_login_at: datetime | str | None) -> SuggestionReason:
    """Return why a user is suggested for revocation."""
    if not can_log_in:
        return SuggestionReason.CANNOT_LOG_IN
    if last_login_at is None:
        return SuggestionReason.NEVER_LOGGED_IN
    return SuggestionReason.LEAST_RECENTLY_LOGGED_IN


def suggestion_sort_key(
    waiting: bool, can_log_in: bool, last_login_at: datetime | None, assigned_at: datetime, id: Id
) -> tuple[bool, bool, datetime, datetime, Id]:
    """Return a sort key that orders assignments by their suitability for revocation.

    Users who cannot sign in come first, then those who never have, then the least recently signed in; equals are
    ordered by the age of the assignment, oldest first. Users waiting for approval come last.
    """
    return waiting, can_log_in, last_login_at or _NEVER, assigned_at, id
