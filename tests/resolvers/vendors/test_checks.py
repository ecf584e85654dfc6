"""Checks of a vendor's license server."""

from collections.abc import Awaitable, Callable

import pytest

from licensing.documents.errors import FileInvalid, SerialNumberMismatch, SignatureInvalid, SigningKeyUnknown
from licensing.documents.keys import generate_key
from licensing.enums import AuditAction, ChangeSetStatus, VendorCheckOutcome
from licensing.errors import LicensingError, NoLicenseServer, NotFound, VendorRefused, VendorUnavailable
from models.audit_event import AuditEvent
from models.license import License
from models.vendor import Vendor, VendorReport
from resolvers.change_sets.change_sets import (
    acknowledge_change_set,
    get_change_set,
    pending_changes,
    reject_pending_changes,
)
from resolvers.context import Context
from resolvers.vendors.checks import check_for_license_changes
from tests.support.documents import claims, grant, signed
from tests.support.fake_license_server import FakeLicenseServer

MakeLicense = Callable[..., Awaitable[License]]
VENDOR = {"name": "SuperOffice AS", "license_server": "https://licenses.example"}


def document(seq: int = 1, **overrides: object) -> bytes:
    return signed(claims(seq=seq, jti=f"document-{seq}", vendor=VENDOR, **overrides))


async def actions() -> list[str]:
    return [str(action) for action in await AuditEvent.all().order_by("position").values_list("action", flat=True)]


async def test_fitting_document_is_activated_automatically(
    context: Context, fake_server: FakeLicenseServer, trusted_vendor: Vendor
) -> None:
    fake_server.content = document()

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


async def test_automatic_activation_is_pending_until_acknowledged(
    context: Context, fake_server: FakeLicenseServer, trusted_vendor: Vendor
) -> None:
    for seq in (1, 2):
        fake_server.content = document(seq, licenses=[grant("ten-sales", total=seq)])
        latest = await check_for_license_changes(context, trusted_vendor.id)
    assert latest is not None

    await acknowledge_change_set(context, latest.id)
    await acknowledge_change_set(context, latest.id)

    assert await pending_changes(context) == []
    assert (await actions()).count(AuditAction.CHANGE_SET_ACKNOWLEDGED) == 1


async def test_document_with_surplus_is_not_activated(
    context: Context, fake_server: FakeLicenseServer, trusted_vendor: Vendor, make_license: MakeLicense
) -> None:
    await make_license("superoffice.ten-sales", total=5, held_by=4)
    fake_server.content = document(licenses=[grant("ten-sales", total=3)])

    change_set = await check_for_license_changes(context, trusted_vendor.id)

    assert change_set is not None and change_set.status is ChangeSetStatus.BLOCKED_BY_SURPLUS


async def test_unchanged_document_is_up_to_date(
    context: Context, fake_server: FakeLicenseServer, trusted_vendor: Vendor
) -> None:
    fake_server.content, fake_server.etag = document(), '"one"'
    await check_for_license_changes(context, trusted_vendor.id)
    events = await actions()

    assert await check_for_license_changes(context, trusted_vendor.id) is None
    fake_server.etag = None
    assert await check_for_license_changes(context, trusted_vendor.id) is None

    assert await actions() == events
    assert (await Vendor.get(id=trusted_vendor.id)).check_outcome == VendorCheckOutcome.UP_TO_DATE


async def test_older_document_is_up_to_date(
    context: Context, fake_server: FakeLicenseServer, trusted_vendor: Vendor
) -> None:
    for seq in (2, 1):
        fake_server.content = document(seq, licenses=[grant("ten-sales", total=seq)])
        await check_for_license_changes(context, trusted_vendor.id)

    assert (await License.get(key="superoffice.ten-sales")).total == 2
    assert (await Vendor.get(id=trusted_vendor.id)).check_outcome == VendorCheckOutcome.UP_TO_DATE


async def test_rejected_document_is_ignored_and_reported(
    context: Context, fake_server: FakeLicenseServer, trusted_vendor: Vendor
) -> None:
    await Vendor.filter(id=trusted_vendor.id).update(activation_policy="MANUAL")
    fake_server.content = document()
    pending = await check_for_license_changes(context, trusted_vendor.id)
    assert pending is not None
    await reject_pending_changes(context, pending.id, "We bought 30")

    assert await check_for_license_changes(context, trusted_vendor.id) is None

    assert (await get_change_set(context, pending.id)).status is ChangeSetStatus.REJECTED
    report = await VendorReport.get()
    assert (report.kind, report.content["jti"], report.content["reason"]) == (
        "rejections",
        "document-1",
        "We bought 30",
    )


async def test_activation_is_reported_to_the_vendor(
    context: Context, fake_server: FakeLicenseServer, trusted_vendor: Vendor
) -> None:
    fake_server.content = document()
    await check_for_license_changes(context, trusted_vendor.id)

    report = await VendorReport.get()
    assert (report.kind, report.content["serial"], report.content["jti"]) == ("acceptances", "1204417838", "document-1")


@pytest.mark.parametrize(
    ("failure", "content", "outcome"),
    [
        (VendorUnavailable(vendor="SuperOffice AS"), None, VendorCheckOutcome.UNAVAILABLE),
        (VendorRefused(said="Unknown serial number"), None, VendorCheckOutcome.REFUSED),
        (None, b"<html>Service Unavailable</html>", VendorCheckOutcome.UNUSABLE),
        (None, signed(claims(), generate_key()), VendorCheckOutcome.UNUSABLE),
        (None, signed(claims(sub="9999999999")), VendorCheckOutcome.UNUSABLE),
        (None, b"x" * 300 * 1024, VendorCheckOutcome.UNUSABLE),
    ],
)
async def test_failed_check_changes_no_licenses(
    context: Context,
    fake_server: FakeLicenseServer,
    trusted_vendor: Vendor,
    failure: LicensingError | None,
    content: bytes | None,
    outcome: VendorCheckOutcome,
) -> None:
    fake_server.content = document()
    await check_for_license_changes(context, trusted_vendor.id)
    in_force = await License.all().order_by("id").values()
    fake_server.failure, fake_server.content = failure, content

    for _ in range(3):
        with pytest.raises(LicensingError):
            await check_for_license_changes(context, trusted_vendor.id)

    assert await License.all().order_by("id").values() == in_force
    vendor = await Vendor.get(id=trusted_vendor.id)
    assert vendor.check_outcome == outcome
    assert vendor.check_message and vendor.check_message.count(".") >= 2
    assert (await actions()).count(AuditAction.VENDOR_CHECK_FAILED) == 1


async def test_invalid_document_has_the_error_code_of_an_import(
    context: Context, fake_server: FakeLicenseServer, trusted_vendor: Vendor
) -> None:
    for content, refusal in [
        (b"Hello", FileInvalid),
        (signed(claims(), generate_key()), SigningKeyUnknown),
        (signed(claims(sub="9999999999")), SerialNumberMismatch),
    ]:
        fake_server.content = content
        with pytest.raises(refusal):
            await check_for_license_changes(context, trusted_vendor.id)
    assert issubclass(SignatureInvalid, LicensingError)


async def test_vendor_without_license_server_is_not_checked(context: Context, trusted_vendor: Vendor) -> None:
    with pytest.raises(NoLicenseServer):
        await check_for_license_changes(context, trusted_vendor.id)
    with pytest.raises(NotFound):
        await check_for_license_changes(context, 999_999)
