"""Asking vendors' license servers for changes. Whatever they answer, the licenses in force stay in force."""

import random
from datetime import timedelta
from typing import Any, Protocol

from licensing.documents.document import VerifiedDocument, verify
from licensing.enums import AuditAction, ChangeSetSource, VendorCheckOutcome
from licensing.errors import LicensingError, NoLicenseServer, NotFound, VendorRefused, VendorUnavailable
from models.change_set import ChangeSet
from models.installation import Installation
from models.vendor import Vendor
from resolvers.change_sets.activation import CHECK_INTERVAL
from resolvers.change_sets.change_sets import change_set_again
from resolvers.change_sets.ingestion import IncomingDocument, ingest
from resolvers.change_sets.license_files import verifying_keys
from resolvers.change_sets.read_model import ChangeSetView, load
from resolvers.context import Context
from resolvers.idempotency import idempotent
from resolvers.unit_of_work import unit_of_work

RETRY_INTERVAL = timedelta(hours=1)
"""When a license server is asked again that did not answer, or gave nothing usable."""


class Fetched(Protocol):
    """What a license server gave."""

    @property
    def content(self) -> bytes | None:
        """The document; None if it is the one that was fetched last."""

    @property
    def etag(self) -> str | None:
        """What names the document, for the next time."""


class LicenseServers(Protocol):
    """How license servers are reached; both refuse with `VendorUnavailable` or `VendorRefused`."""

    async def fetch(self, license_server: str, serial_number: str, *, vendor: str, etag: str | None) -> Fetched:
        """The latest document for a serial number."""

    async def convert(self, license_server: str, *, vendor: str, demo_serial: str, serial: str, owner: str) -> bytes:
        """The document of what was bought in place of a demo."""


@idempotent(replay=change_set_again)
async def check_for_license_changes(context: Context, vendor_id: int) -> ChangeSetView | None:
    """Asks one vendor's license server, and takes up what it gives; what came of it is the vendor's last check.

    Returns:
        What has changed; None if nothing has. While a demo's purchase waits nobody is asked, and that is returned.

    Raises:
        NotFound: The caller can see no such vendor.
        NoLicenseServer: The vendor has none.
        VendorUnavailable: It did not answer.
        VendorRefused: It said no.
        LicensingError: What it sent cannot be used, as for a license file.
    """
    vendor = await Vendor.get_or_none(id=vendor_id, installation_id=context.installation_id, removed_at=None)
    if vendor is None or context.caller.vendor_id not in (None, vendor.id):
        raise NotFound(["input", "vendorId"])
    if vendor.license_server is None:
        raise NoLicenseServer(["input", "vendorId"], vendor=vendor.name)
    if purchase := await _waiting_purchase(context, vendor):
        return purchase
    try:
        return await _ask(context, vendor, vendor.license_server)
    except LicensingError as error:
        await _note_failure(context, vendor, error)
        raise


async def _waiting_purchase(context: Context, vendor: Vendor) -> ChangeSetView | None:
    waiting: list[Any] = await ChangeSet.filter(
        vendor_id=vendor.id, outcome__isnull=True, source=ChangeSetSource.DEMO_CONVERSION.value
    ).values_list("id", flat=True)
    [purchase] = await load(context, waiting) if waiting else [None]
    return purchase


async def _ask(context: Context, vendor: Vendor, license_server: str) -> ChangeSetView | None:
    installation = await Installation.get(id=context.installation_id)
    assert context.license_servers, "this process has no way to reach license servers"
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
            own_number=installation.serial_number,
            license_owner=installation.license_owner,
            now=context.now(),
        )
    async with unit_of_work(context) as change:
        found = None
        if document and fetched.content:
            arrival = IncomingDocument(document, fetched.content, ChangeSetSource.LICENSE_SERVER)
            found = await ingest(change, await Vendor.get(id=vendor.id), arrival)
        is_new = found is not None and found.received_at == change.now
        stated = document.claims.next_check_at if document else None
        await Vendor.filter(id=vendor.id).update(
            checked_at=change.now,
            check_outcome=(VendorCheckOutcome.CHANGES_FOUND if is_new else VendorCheckOutcome.UP_TO_DATE).value,
            check_message=None,
            check_words=None,
            check_etag=fetched.etag,
            check_claimed_until=None,
            next_check_at=stated if stated and stated > change.now else change.now + _about(CHECK_INTERVAL),
        )
        change.answer = found.id if found and is_new else None
        return found if is_new else None


async def _note_failure(context: Context, vendor: Vendor, error: LicensingError) -> None:
    """Writes what went wrong; one event tells of it, however often the same goes wrong again."""
    outcome = {VendorUnavailable: VendorCheckOutcome.UNAVAILABLE, VendorRefused: VendorCheckOutcome.REFUSED}.get(
        type(error), VendorCheckOutcome.UNUSABLE
    )
    message = str(error)[:1000]
    async with unit_of_work(context) as change:
        change.refusal = error
        await Vendor.filter(id=vendor.id).update(
            checked_at=change.now,
            check_outcome=outcome.value,
            check_message=message,
            check_words=error.message.as_json(),
            check_claimed_until=None,
            next_check_at=change.now + _about(RETRY_INTERVAL),
        )
        if (vendor.check_outcome, vendor.check_message) != (outcome.value, message):
            change.record(
                AuditAction.VENDOR_CHECK_FAILED, vendor_id=vendor.id, vendor=vendor.name, message=error.message
            )


def _about(interval: timedelta) -> timedelta:
    """The interval give or take a twentieth, so that not all installations ask at the same moment."""
    return interval * random.uniform(0.95, 1.05)
