"""Reports that inform vendors of activations and rejections, stored in the transaction of the change."""

from collections.abc import Mapping
from datetime import datetime

from models.vendor import Vendor, VendorReport
from resolvers.unit_of_work import UnitOfWork


async def enqueue_report(unit: UnitOfWork, vendor: Vendor, kind: str, content: Mapping[str, object]) -> None:
    """Store a report for delivery, if the vendor has a license server.

    Args:
        unit: The open transaction.
        vendor: The recipient.
        kind: The last part of the URL's path, `acceptances` or `rejections`.
        content: The JSON members of the body; datetimes are sent in ISO 8601 format.
    """
    if vendor.license_server:
        await VendorReport.create(
            installation_id=unit.installation.id,
            vendor_id=vendor.id,
            kind=kind,
            content={
                name: value.isoformat() if isinstance(value, datetime) else value for name, value in content.items()
            },
            next_try_at=unit.now,
        )
