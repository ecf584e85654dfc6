"""Telling vendors what became of their documents: noted with the change, sent after it, retried until it arrives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from licensing.errors import LicensingError, VendorRefused
from models.vendor import Vendor, VendorReport
from resolvers.unit_of_work import Change

INITIAL_RETRY_DELAY = timedelta(minutes=1)
MAX_RETRY_DELAY = timedelta(hours=6)
MAX_ATTEMPTS = 40
"""About nine days."""


@dataclass(frozen=True, slots=True)
class DueReport:
    """A report that is to be sent now."""

    id: int
    kind: str
    content: dict[str, Any]
    license_server: str
    vendor: str
    tries: int


async def report(change: Change, vendor: Vendor, kind: str, content: Mapping[str, object]) -> None:
    """Notes what the vendor is to be told, if it has a license server."""
    if vendor.license_server:
        await VendorReport.create(
            installation_id=change.installation.id,
            vendor_id=vendor.id,
            kind=kind,
            content={name: one.isoformat() if isinstance(one, datetime) else one for name, one in content.items()},
            next_try_at=change.now,
        )


async def claim_due_reports(
    now: datetime, *, most: int = 20, lease: timedelta = timedelta(minutes=2)
) -> list[DueReport]:
    """Reports whose time has come; until the lease is over nobody else gets them."""
    due: list[Any] = (
        await VendorReport.filter(next_try_at__lte=now, vendor__license_server__isnull=False)
        .order_by("next_try_at")
        .limit(most)
        .values_list("id", "kind", "content", "vendor__license_server", "vendor__name", "tries", "next_try_at")
    )
    claimed = []
    for *row, next_try_at in due:
        mine = VendorReport.filter(id=row[0], next_try_at=next_try_at)
        if await mine.update(next_try_at=now + lease):
            claimed.append(DueReport(*row))
    return claimed


async def mark_report(due: DueReport, error: LicensingError | None, now: datetime) -> None:
    """Notes that a report arrived, or when it is tried again; what the vendor refuses is not sent again."""
    stored = VendorReport.filter(id=due.id)
    if error is None:
        await stored.update(delivered_at=now, next_try_at=None, tries=due.tries + 1)
    elif isinstance(error, VendorRefused) or due.tries + 1 >= MAX_ATTEMPTS:
        await stored.update(next_try_at=None, tries=due.tries + 1)
    else:
        wait = min(INITIAL_RETRY_DELAY * 2**due.tries, MAX_RETRY_DELAY)
        await stored.update(next_try_at=now + wait, tries=due.tries + 1)
