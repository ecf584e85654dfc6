"""Tests of the scheduler's error handling."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog

from licensing.errors import VendorUnavailable
from models.vendor import Vendor
from server.background.scheduler import CONCURRENCY, Scheduler
from server.http_clients.vendor_client import FetchedDocument, VendorClient


class BrokenVendorClient(VendorClient):
    """A client that raises an unexpected error for one vendor and `VendorUnavailable` for the others."""

    async def fetch(self, license_server: str, serial_number: str, *, vendor: str, etag: str | None) -> FetchedDocument:
        """Raise an error."""
        if vendor == "Vendor 3":
            raise ZeroDivisionError
        raise VendorUnavailable(vendor=vendor)


async def test_failure_of_one_vendor_check_does_not_stop_others(
    make_vendor: Callable[..., Awaitable[Vendor]],
) -> None:
    now = datetime.now(UTC)
    for number in range(CONCURRENCY + 4):
        server = "https://licenses.example"
        await make_vendor(f"vendor-{number}", name=f"Vendor {number}", license_server=server)
    due = Vendor.filter(key__startswith="vendor-")
    await due.update(next_check_at=now - timedelta(minutes=1))

    with structlog.testing.capture_logs() as logged:
        await Scheduler(BrokenVendorClient()).run_once()

    assert [one.key async for one in due.filter(next_check_at__lte=now)] == ["vendor-3"]
    assert [one["event"] for one in logged if one["log_level"] == "error"] == ["scheduled job failed"]
