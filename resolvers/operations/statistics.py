"""Figures of the whole database, for whoever runs the server."""

from collections import Counter
from typing import NamedTuple

from licensing.enums import LicenseScope
from models.change_set import ChangeSet
from models.license import License
from models.vendor import Vendor


class Seats(NamedTuple):
    """The seats of one license; those that were bought are None if unlimited."""

    installation: str
    license: str
    in_use: int
    total: int | None


async def measure_seats() -> list[Seats]:
    """The seats of each license in force that users hold."""
    listed = License.filter(in_force=True, is_hidden=False, scope=LicenseScope.USER.value)
    return [Seats(*row) for row in await listed.values_list("installation__serial_number", "key", "in_use", "total")]


async def count_pending() -> Counter[str]:
    """The change sets that wait, by serial number."""
    waiting = ChangeSet.filter(outcome__isnull=True).values_list("installation__serial_number", flat=True)
    return Counter(str(serial_number) for serial_number in await waiting)


async def count_vendors() -> Counter[tuple[str, str]]:
    """The vendors by serial number and by how the last check went, `NONE` where there was none."""
    present = Vendor.filter(removed_at__isnull=True).values_list("installation__serial_number", "check_outcome")
    return Counter((serial_number, outcome or "NONE") for serial_number, outcome in await present)
