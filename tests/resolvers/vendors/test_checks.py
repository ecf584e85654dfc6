"""Asking a vendor's license server for changes."""

from collections.abc import Awaitable, Callable

import pytest

from licensing.documents.keys import generate
from licensing.enums import AuditAction, ChangeSetStatus, VendorCheckOutcome
from licensing.errors import (
    FileInvalid,
    LicensingError,
    NoLicenseServer,
    NotFound,
    SerialNumberMismatch,
    SignatureInvalid,
    SigningKeyUnknown,
    VendorRefused,
    VendorUnavailable,
)
from models.audit_event import AuditEvent
from models.license import License
from models.vendor import Vendor, VendorReport
from resolvers.change_sets.change_sets import acknowledge_change_set, get, pending_changes, reject_pending_changes
from resolvers.context import Context
from resolvers.vendors.checks import check_for_license_changes
from tests.resolvers.conftest import Shelf
from tests.support.documents import claims, grant, signed

MakeLicense = Callable[..., Awaitable[License]]
SERVED = {"name": "SuperOffice AS", "license_server": "https://licenses.example"}


def document(seq: int = 1, **stated: object) -> bytes:
    return signed(claims(seq=seq, jti=f"document-{seq}", vendor=SERVED, **stated))


async def actions() -> list[str]:
    return [str(action) for action in await AuditEvent.all().order_by("position").values_list("action", flat=True)]


async def test_what_fits_is_activated_by_itself(context: Context, shelf: Shelf, trusted_vendor: Vendor) -> None:
    shelf.content = document()

    change_set = await check_for_license_changes(context, trusted_vendor.id)

    assert change_set is not None
    assert (change_set.status, change_set.closed_by and change_set.closed_by.name) == (
        ChangeSetStatus.AUTO_ACTIVATED,
        "system",
    )
    assert [one.id for one in await pending_changes(context)] == [change_set.id]
    vendor = await Vendor.get(id=trusted_vendor.id)
    assert (vendor.check_outcome, vendor.check_message) == (VendorCheckOutcome.CHANGES_FOUND, None)
    assert vendor.next_check_at is not None and vendor.next_check_at > context.now()


async def test_it_is_shown_until_acknowledged(context: Context, shelf: Shelf, trusted_vendor: Vendor) -> None:
    for seq in (1, 2):
        shelf.content = document(seq, licenses=[grant("ten-sales", total=seq)])
        latest = await check_for_license_changes(context, trusted_vendor.id)
    assert latest is not None

    await acknowledge_change_set(context, latest.id)
    await acknowledge_change_set(context, latest.id)

    assert await pending_changes(context) == []
    assert (await actions()).count(AuditAction.CHANGE_SET_ACKNOWLEDGED) == 1


async def test_what_leaves_a_surplus_waits(
    context: Context, shelf: Shelf, trusted_vendor: Vendor, make_license: MakeLicense
) -> None:
    await make_license("superoffice.ten-sales", total=5, held_by=4)
    shelf.content = document(licenses=[grant("ten-sales", total=3)])

    change_set = await check_for_license_changes(context, trusted_vendor.id)

    assert change_set is not None and change_set.status is ChangeSetStatus.BLOCKED_BY_SURPLUS


async def test_the_same_document_again_is_up_to_date(context: Context, shelf: Shelf, trusted_vendor: Vendor) -> None:
    shelf.content, shelf.etag = document(), '"one"'
    await check_for_license_changes(context, trusted_vendor.id)
    events = await actions()

    assert await check_for_license_changes(context, trusted_vendor.id) is None
    shelf.etag = None
    assert await check_for_license_changes(context, trusted_vendor.id) is None

    assert await actions() == events
    assert (await Vendor.get(id=trusted_vendor.id)).check_outcome == VendorCheckOutcome.UP_TO_DATE


async def test_an_older_document_from_a_stale_edge_is_up_to_date(
    context: Context, shelf: Shelf, trusted_vendor: Vendor
) -> None:
    for seq in (2, 1):
        shelf.content = document(seq, licenses=[grant("ten-sales", total=seq)])
        await check_for_license_changes(context, trusted_vendor.id)

    assert (await License.get(key="superoffice.ten-sales")).total == 2
    assert (await Vendor.get(id=trusted_vendor.id)).check_outcome == VendorCheckOutcome.UP_TO_DATE


async def test_a_rejected_document_is_ignored_and_the_vendor_is_told(
    context: Context, shelf: Shelf, trusted_vendor: Vendor
) -> None:
    await Vendor.filter(id=trusted_vendor.id).update(activation_policy="MANUAL")
    shelf.content = document()
    waiting = await check_for_license_changes(context, trusted_vendor.id)
    assert waiting is not None
    await reject_pending_changes(context, waiting.id, "We bought 30")

    assert await check_for_license_changes(context, trusted_vendor.id) is None

    assert (await get(context, waiting.id)).status is ChangeSetStatus.REJECTED
    report = await VendorReport.get()
    assert (report.kind, report.content["jti"], report.content["reason"]) == (
        "rejections",
        "document-1",
        "We bought 30",
    )


async def test_an_activation_is_reported_to_the_vendor(context: Context, shelf: Shelf, trusted_vendor: Vendor) -> None:
    shelf.content = document()
    await check_for_license_changes(context, trusted_vendor.id)

    report = await VendorReport.get()
    assert (report.kind, report.content["serial"], report.content["jti"]) == ("acceptances", "1204417838", "document-1")


@pytest.mark.parametrize(
    ("failure", "content", "outcome"),
    [
        (VendorUnavailable(vendor="SuperOffice AS"), None, VendorCheckOutcome.UNAVAILABLE),
        (VendorRefused(said="Unknown serial number"), None, VendorCheckOutcome.REFUSED),
        (None, b"<html>Service Unavailable</html>", VendorCheckOutcome.UNUSABLE),
        (None, signed(claims(), generate()), VendorCheckOutcome.UNUSABLE),
        (None, signed(claims(sub="9999999999")), VendorCheckOutcome.UNUSABLE),
        (None, b"x" * 300 * 1024, VendorCheckOutcome.UNUSABLE),
    ],
)
async def test_a_failed_check_never_clears_anything(
    context: Context,
    shelf: Shelf,
    trusted_vendor: Vendor,
    failure: LicensingError | None,
    content: bytes | None,
    outcome: VendorCheckOutcome,
) -> None:
    shelf.content = document()
    await check_for_license_changes(context, trusted_vendor.id)
    in_force = await License.all().order_by("id").values()
    shelf.failure, shelf.content = failure, content

    for _ in range(3):
        with pytest.raises(LicensingError):
            await check_for_license_changes(context, trusted_vendor.id)

    assert await License.all().order_by("id").values() == in_force
    vendor = await Vendor.get(id=trusted_vendor.id)
    assert vendor.check_outcome == outcome
    assert vendor.check_message and vendor.check_message.count(".") >= 2
    assert (await actions()).count(AuditAction.VENDOR_CHECK_FAILED) == 1


async def test_refusals_have_the_codes_of_an_import(context: Context, shelf: Shelf, trusted_vendor: Vendor) -> None:
    for content, refusal in [
        (b"Hello", FileInvalid),
        (signed(claims(), generate()), SigningKeyUnknown),
        (signed(claims(sub="9999999999")), SerialNumberMismatch),
    ]:
        shelf.content = content
        with pytest.raises(refusal):
            await check_for_license_changes(context, trusted_vendor.id)
    assert issubclass(SignatureInvalid, LicensingError)


async def test_a_vendor_without_a_license_server_is_never_asked(context: Context, trusted_vendor: Vendor) -> None:
    with pytest.raises(NoLicenseServer):
        await check_for_license_changes(context, trusted_vendor.id)
    with pytest.raises(NotFound):
        await check_for_license_changes(context, 999_999)
