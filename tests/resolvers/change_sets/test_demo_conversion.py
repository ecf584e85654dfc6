"""Conversion of a demo to a purchase."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from licensing.documents.errors import SerialNumberMismatch
from licensing.enums import AuditAction, ChangeSetStatus
from licensing.errors import Invalid, NoLicenseServer, NotDemo, VendorRefused, VendorUnavailable
from models.assignment import Assignment
from models.audit_event import AuditEvent
from models.installation import Installation
from models.license import License
from models.user import User
from models.vendor import Vendor
from resolvers.change_sets.activation import activate_licenses
from resolvers.change_sets.change_sets import reject_pending_changes
from resolvers.change_sets.demo_conversion import convert_demo
from resolvers.context import Context
from resolvers.errors import Forbidden
from resolvers.vendors.checks import check_for_license_changes
from tests.support.documents import claims, grant, signed
from tests.support.fake_license_server import FakeLicenseServer

MakeLicense = Callable[..., Awaitable[License]]
MakeUser = Callable[..., Awaitable[User]]
MakeVendor = Callable[..., Awaitable[Vendor]]

NEW_SERIAL, NEW_OWNER = "2405516662", "Fjordlys Norge AS"


def purchase(total: int = 5, **stated: object) -> bytes:
    licenses = [grant("ten-sales", name="Sales Premium", total=total, plan=True)]
    vendor = {"name": "SuperOffice AS", "license_server": "https://licenses.example"}
    return signed(claims(**{"sub": NEW_SERIAL, "owner": NEW_OWNER, "licenses": licenses, "vendor": vendor, **stated}))


@pytest.fixture
async def trial(installation: int, make_license: MakeLicense, make_user: MakeUser) -> Installation:
    """Make a demo in which three users hold the demo's plan."""
    await Installation.filter(id=installation).update(is_demo=True)
    await make_license("superoffice.ten-demo", name="Demo", total=5, plan=True)
    for name in ("A", "B", "C"):
        await make_user(name, holds=["superoffice.ten-demo"])
    return await Installation.get(id=installation)


async def state(installation_id: int) -> tuple[str, str, bool]:
    now = await Installation.get(id=installation_id)
    return now.serial_number, now.license_owner, now.is_demo


async def demo_holders() -> list[int]:
    license = await License.get(key="superoffice.ten-demo")
    return [one.user_id for one in await Assignment.filter(license_id=license.id)]


async def test_fitting_purchase_is_activated_immediately(
    context: Context, trial: Installation, fake_server: FakeLicenseServer, make_vendor: MakeVendor
) -> None:
    await License.filter(key="superoffice.ten-demo").update(in_use=0)
    await Assignment.all().delete()
    other = await make_vendor("nordsync", name="NordSync AS", license_server="https://nordsync.example")
    fake_server.purchase = purchase()

    change_set = await convert_demo(context, NEW_SERIAL, NEW_OWNER)

    assert change_set.status is ChangeSetStatus.ACTIVATED
    assert await state(trial.id) == (NEW_SERIAL, NEW_OWNER, False)
    assert (await License.get(key="superoffice.ten-sales")).total == 5
    assert AuditAction.DEMO_CONVERTED in [event.action for event in await AuditEvent.all()]
    asked_anew = await Vendor.get(id=other.id)
    assert asked_anew.next_check_at is not None
    with pytest.raises(NotDemo):
        await convert_demo(context, NEW_SERIAL, NEW_OWNER)


async def test_surplus_keeps_installation_a_demo(
    context: Context, trial: Installation, fake_server: FakeLicenseServer, trusted_vendor: Vendor
) -> None:
    fake_server.purchase = purchase(total=2)
    change_set = await convert_demo(context, NEW_SERIAL, NEW_OWNER)

    assert change_set.status is ChangeSetStatus.BLOCKED_BY_SURPLUS
    assert await state(trial.id) == ("1204417838", "Fjordlys Handel AS", True)
    assert (await convert_demo(context, NEW_SERIAL, NEW_OWNER)).id == change_set.id
    assert (await Vendor.get(id=trusted_vendor.id)).next_check_at is None
    waiting = await check_for_license_changes(context, trusted_vendor.id)
    assert waiting is not None and waiting.id == change_set.id and fake_server.requests == []

    demo_plan = await License.get(key="superoffice.ten-demo")
    first, *others = await demo_holders()
    await activate_licenses(
        context,
        change_set.id,
        revocations=[(demo_plan.id, [first])],
        moves=[(demo_plan.id, "superoffice.ten-sales", others)],
    )

    assert await state(trial.id) == (NEW_SERIAL, NEW_OWNER, False)
    assert (await License.get(key="superoffice.ten-sales")).in_use == 2


async def test_rejected_purchase_resumes_demo_checks(
    context: Context, trial: Installation, fake_server: FakeLicenseServer, trusted_vendor: Vendor
) -> None:
    fake_server.purchase = purchase(total=2)
    change_set = await convert_demo(context, NEW_SERIAL, NEW_OWNER)

    await reject_pending_changes(context, change_set.id, "We bought 20")

    assert await state(trial.id) == ("1204417838", "Fjordlys Handel AS", True)
    assert (await Vendor.get(id=trusted_vendor.id)).next_check_at is not None


async def test_license_file_converts_without_license_server(
    context: Context, trial: Installation, trusted_vendor: Vendor
) -> None:
    with pytest.raises(NoLicenseServer):
        await convert_demo(context, NEW_SERIAL, NEW_OWNER)
    change_set = await convert_demo(context, NEW_SERIAL, NEW_OWNER, purchase(total=2))
    assert change_set.status is ChangeSetStatus.BLOCKED_BY_SURPLUS


@pytest.mark.parametrize("serial", ["", "123", "12345678901", "12044178x8", "１２３４５６７８９０"])
async def test_serial_number_needs_ten_digits(
    context: Context, trial: Installation, fake_server: FakeLicenseServer, serial: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        await convert_demo(context, serial, NEW_OWNER)
    assert refusal.value.path == ["input", "serialNumber"]


async def test_serial_number_and_owner_must_match(
    context: Context, trial: Installation, fake_server: FakeLicenseServer, trusted_vendor: Vendor
) -> None:
    fake_server.purchase = purchase()
    with pytest.raises(SerialNumberMismatch):
        await convert_demo(context, "9999999999", NEW_OWNER)
    with pytest.raises(Invalid) as refusal:
        await convert_demo(context, NEW_SERIAL, "Fjordlys AS")
    assert refusal.value.path == ["input", "licenseOwner"]
    with pytest.raises(Invalid, match="this demo"):
        await convert_demo(context, trial.serial_number, NEW_OWNER)
    assert await state(trial.id) == ("1204417838", "Fjordlys Handel AS", True)


async def test_failed_conversion_changes_nothing(
    context: Context, trial: Installation, fake_server: FakeLicenseServer
) -> None:
    for failure in (
        VendorRefused(said="This serial number was sold to another company"),
        VendorUnavailable(vendor="S"),
    ):
        fake_server.failure = failure
        with pytest.raises(type(failure)):
            await convert_demo(context, NEW_SERIAL, NEW_OWNER)
    assert await state(trial.id) == ("1204417838", "Fjordlys Handel AS", True)
    assert {event.action for event in await AuditEvent.all()} == {AuditAction.LICENSE_FILE_REFUSED}


async def test_vendor_bound_token_cannot_convert(context: Context, trial: Installation, trusted_vendor: Vendor) -> None:
    bound = Context(replace(context.caller, vendor_id=trusted_vendor.id), "test-request")
    with pytest.raises(Forbidden):
        await convert_demo(bound, NEW_SERIAL, NEW_OWNER, purchase())


async def test_purchased_installation_cannot_convert(context: Context, trusted_vendor: Vendor) -> None:
    with pytest.raises(NotDemo):
        await convert_demo(context, NEW_SERIAL, NEW_OWNER, purchase())
