"""The checker goes on, whatever happens to one vendor or to the database."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog

from licensing.errors import VendorUnavailable
from models.vendor import Vendor
from server.background.scheduler import CONCURRENCY, Scheduler
from server.http_clients.vendor_client import Fetched, VendorClient


class BrokenAdapter(VendorClient):
    """A client with a mistake in it that one vendor brings out, while the others cannot be reached."""

    async def fetch(self, license_server: str, serial_number: str, *, vendor: str, etag: str | None) -> Fetched:
        """Never gives a document."""
        if vendor == "Vendor 3":
            raise ZeroDivisionError
        raise VendorUnavailable(vendor=vendor)


async def test_a_mistake_with_one_vendor_keeps_no_other_from_being_asked(
    make_vendor: Callable[..., Awaitable[Vendor]],
) -> None:
    now = datetime.now(UTC)
    for number in range(CONCURRENCY + 4):
        server = "https://licenses.example"
        await make_vendor(f"vendor-{number}", name=f"Vendor {number}", license_server=server)
    due = Vendor.filter(key__startswith="vendor-")
    await due.update(next_check_at=now - timedelta(minutes=1))

    with structlog.testing.capture_logs() as logged:
        await Scheduler(BrokenAdapter()).run_once()

    assert [one.key async for one in due.filter(next_check_at__lte=now)] == ["vendor-3"]
    assert [one["event"] for one in logged if one["log_level"] == "error"] == ["the checker failed and goes on"]
