"""Delivery of the reports in `vendor_reports`: claimed in batches, retried with exponential backoff."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from licensing.errors import LicensingError, VendorRefused
from models.vendor import VendorReport

INITIAL_RETRY_DELAY = timedelta(minutes=1)
MAX_RETRY_DELAY = timedelta(hours=6)
MAX_ATTEMPTS = 40
"""Attempts before a report is given up, after about nine days."""
BATCH_SIZE = 20
LEASE_DURATION = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class DueReport:
    """A report that is due for delivery."""

    id: int
    kind: str
    content: dict[str, Any]
    license_server: str
    vendor: str
    tries: int


async def claim_due_reports(now: datetime) -> list[DueReport]:
    """Return due reports, leased so that no other process claims them for `LEASE_DURATION`."""
    due: list[Any] = (
        await VendorReport.filter(next_try_at__lte=now, vendor__license_server__isnull=False)
        .order_by("next_try_at")
        .limit(BATCH_SIZE)
        .values_list("id", "kind", "content", "vendor__license_server", "vendor__name", "tries", "next_try_at")
    )
    claimed = []
    for *row, next_try_at in due:
        unclaimed = VendorReport.filter(id=row[0], next_try_at=next_try_at)
        if await unclaimed.update(next_try_at=now + LEASE_DURATION):
            claimed.append(DueReport(*row))
    return claimed


async def mark_report(due: DueReport, error: LicensingError | None, now: datetime) -> None:
    """Mark a report as delivered, schedule a retry, or give up if the vendor refused it."""
    stored = VendorReport.filter(id=due.id)
    if error is None:
        await stored.update(delivered_at=now, next_try_at=None, tries=due.tries + 1)
    elif isinstance(error, VendorRefused) or due.tries + 1 >= MAX_ATTEMPTS:
        await stored.update(next_try_at=None, tries=due.tries + 1)
    else:
        delay = min(INITIAL_RETRY_DELAY * 2**due.tries, MAX_RETRY_DELAY)
        await stored.update(next_try_at=now + delay, tries=due.tries + 1)
