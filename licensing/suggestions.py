"""Whom to take a license from when there are too few seats: those who will miss it least."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar

from licensing.enums import SuggestionReason

Id = TypeVar("Id", int, str)

_NEVER = datetime.min.replace(tzinfo=UTC)


def suggestion_reason(can_log_in: bool, last_login_at: datetime | str | None) -> SuggestionReason:
    """Why this user will hardly miss a license."""
    if not can_log_in:
        return SuggestionReason.CANNOT_LOG_IN
    if last_login_at is None:
        return SuggestionReason.NEVER_LOGGED_IN
    return SuggestionReason.LEAST_RECENTLY_LOGGED_IN


def suggestion_order(
    waiting: bool, can_log_in: bool, last_login_at: datetime | None, assigned_at: datetime, id: Id
) -> tuple[bool, bool, datetime, datetime, Id]:
    """Sorts those who will miss a license least first, and those waiting for approval last.

    Among the rest come first who may not log in, then who never has, then who has been away longest; where that is
    equal, the oldest assignment.
    """
    return waiting, can_log_in, last_login_at or _NEVER, assigned_at, id
