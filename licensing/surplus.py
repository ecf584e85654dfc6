"""Surplus and available seats of a license."""

from __future__ import annotations


def surplus(in_use: int, new_total: int | None) -> int:
    """Return the number of seats in use beyond the new total; 0 if seats are unlimited."""
    return 0 if new_total is None else max(0, in_use - new_total)


def seats_available(total: int | None, in_use: int) -> int | None:
    """Return the number of seats left, at least 0; None if seats are unlimited."""
    return None if total is None else max(0, total - in_use)
