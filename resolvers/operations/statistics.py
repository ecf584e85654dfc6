"""Statistics of all installations, for the metrics of the server."""

from collections import Counter
from typing import NamedTuple

from licensing.enums import LicenseScope
from models.change_set import ChangeSet
from models.license import License
from models.vendor import Vendor


class Seats(NamedTuple):
    """The seats of one license; `total` is None if they are unlimited."""

    installation: str
    license: str
    in_use: int
    total: int | None


async def measure_seats() -> list[Seats]:
    """Return the seats of each license in force that can be assigned."""
    licenses = License.filter(in_force=True, is_hidden=False, scope=LicenseScope.USER.value)
    return [Seats(*row) for row in await licenses.values_list("installation__serial_number", "key", "in_use", "total")]


async def count_pending() -> Counter[str]:
    """Return the number of open change sets by serial number."""
    open_sets = ChangeSet.filter(outcome__isnull=True).values_list("installation__serial_number", flat=True)
    return Counter(str(serial_number) for serial_number in await open_sets)


async def count_vendors() -> Counter[tuple[str, str]]:
    """Return the number of vendors by serial number and outcome of the last check, `NONE` without a check."""
    vendors = Vendor.filter(removed_at__isnull=True).values_list("installation__serial_number", "check_outcome")
    return Counter((serial_number, outcome or "NONE") for serial_number, outcome in await vendors)
