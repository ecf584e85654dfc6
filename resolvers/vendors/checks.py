"""Checks of vendors' license servers for new license documents; a failed check leaves the licenses in force."""

import random
from datetime import timedelta
from typing import Any

from licensing.documents.document import VerifiedDocument, verify
from licensing.enums import AuditAction, ChangeSetSource, VendorCheckOutcome
from licensing.errors import LicensingError, NoLicenseServer, NotFound, VendorRefused, VendorUnavailable
from models.change_set import ChangeSet
from models.installation import Installation
from models.vendor import Vendor
from resolvers.change_sets.activation import CHECK_INTERVAL
from resolvers.change_sets.change_sets import replay_change_set
from resolvers.change_sets.ingestion import IncomingDocument, ingest
from resolvers.change_sets.license_files import verifying_keys
from resolvers.change_sets.read_model import ChangeSetView, load
from resolvers.context import Context
from resolvers.idempotency import idempotent
from resolvers.unit_of_work import unit_of_work

RETRY_INTERVAL = timedelta(hours=1)
"""The time until a failed check is repeated."""


@idempotent(replay=replay_change_set)
async def check_for_license_changes(context: Context, vendor_id: int) -> ChangeSetView | None:
    """Fetch a vendor's latest document, ingest it, and store the outcome as the vendor's last check.

    Returns:
        The new change set; None without changes. While a demo conversion is open its change set is returned, without
        a request.

    Raises:
        NotFound: The vendor does not exist or the caller has no access to it.
        NoLicenseServer: The vendor has no license server.
        VendorUnavailable: The license server did not respond.
        VendorRefused: The license server rejected the request.
        LicensingError: The document is invalid, with the errors of a license file.
    """
    vendor = await Vendor.get_or_none(id=vendor_id, installation_id=context.installation_id, removed_at=None)
    if vendor is None or context.caller.vendor_id not in (None, vendor.id):
        raise NotFound(["input", "vendorId"])
    if vendor.license_server is None:
        raise NoLicenseServer(["input", "vendorId"], vendor=vendor.name)
    if conversion := await _open_conversion(context, vendor):
        return conversion
    try:
        return await _fetch_and_ingest(context, vendor, vendor.license_server)
    except LicensingError as error:
        await _record_failure(context, vendor, error)
        raise


async def _open_conversion(context: Context, vendor: Vendor) -> ChangeSetView | None:
    open_ids: list[Any] = await ChangeSet.filter(
        vendor_id=vendor.id, outcome__isnull=True, source=ChangeSetSource.DEMO_CONVERSION.value
    ).values_list("id", flat=True)
    [conversion] = await load(context, open_ids) if open_ids else [None]
    return conversion


async def _fetch_and_ingest(context: Context, vendor: Vendor, license_server: str) -> ChangeSetView | None:
    installation = await Installation.get(id=context.installation_id)
    assert context.license_servers, "the context has no client of license servers"
    fetched = await context.license_servers.fetch(
        license_server, installation.serial_number, vendor=vendor.name, etag=vendor.check_etag
    )
    document: VerifiedDocument | None = None
    if fetched.content is not None:
        keys = [key for key in await verifying_keys(context) if key.vendor == vendor.key]
        document = verify(
            fetched.content,
            keys=keys,
            serial_number=installation.serial_number,
            default_serial_number=installation.serial_number,
            default_license_owner=installation.license_owner,
            now=context.now(),
        )
    async with unit_of_work(context) as unit:
        change_set = None
        if document and fetched.content:
            incoming = IncomingDocument(document, fetched.content, ChangeSetSource.LICENSE_SERVER)
            change_set = await ingest(unit, await Vendor.get(id=vendor.id), incoming)
        is_new = change_set is not None and change_set.received_at == unit.now
        requested = document.claims.next_check_at if document else None
        await Vendor.filter(id=vendor.id).update(
            checked_at=unit.now,
            check_outcome=(VendorCheckOutcome.CHANGES_FOUND if is_new else VendorCheckOutcome.UP_TO_DATE).value,
            check_message=None,
            check_words=None,
            check_etag=fetched.etag,
            check_claimed_until=None,
            next_check_at=requested if requested and requested > unit.now else unit.now + _jittered(CHECK_INTERVAL),
        )
        unit.result = change_set.id if change_set and is_new else None
        return change_set if is_new else None


async def _record_failure(context: Context, vendor: Vendor, error: LicensingError) -> None:
    """Store a failed check; an event is recorded only if the failure differs from the last one."""
    outcome = {VendorUnavailable: VendorCheckOutcome.UNAVAILABLE, VendorRefused: VendorCheckOutcome.REFUSED}.get(
        type(error), VendorCheckOutcome.UNUSABLE
    )
    message = str(error)[:1000]
    async with unit_of_work(context) as unit:
        unit.error = error
        await Vendor.filter(id=vendor.id).update(
            checked_at=unit.now,
            check_outcome=outcome.value,
            check_message=message,
            check_words=error.message.as_json(),
            check_claimed_until=None,
            next_check_at=unit.now + _jittered(RETRY_INTERVAL),
        )
        if (vendor.check_outcome, vendor.check_message) != (outcome.value, message):
            unit.record(AuditAction.VENDOR_CHECK_FAILED, vendor_id=vendor.id, vendor=vendor.name, message=error.message)


def _jittered(interval: timedelta) -> timedelta:
    """Return the interval varied by up to 5 %, so that installations do not send their requests in step."""
    return interval * random.uniform(0.95, 1.05)
