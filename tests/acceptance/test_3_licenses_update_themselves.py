"""Usually an administrator does nothing more: new license information arrives, and is activated, by itself."""

from datetime import timedelta

import msgspec
import pytest

from licensing.documents.document import read_stored, sign
from models.installation import Installation
from models.license import License
from models.sign_in_attempt import SignInAttempt
from models.vendor import Vendor as StoredVendor
from resolvers.context import utc_now
from server.background.scheduler import Scheduler
from server.http_clients.vendor_client import VendorClient
from tests.acceptance.conftest import Client, Running, Vendor, codes
from tests.acceptance.operations import ACKNOWLEDGE, AUDIT, CHECK, LICENSES, PENDING, REJECT, VENDORS


def served(server: Running, vendor: Vendor, name: str, **changed: object) -> str:
    """A file of the demo's, signed anew as coming from a vendor with this license server."""
    claims = msgspec.to_builtins(read_stored(server.demo.files[name].encode()))
    claims["vendor"]["license_server"] = vendor.url
    return sign({**claims, **changed}, server.demo.keys["superoffice"])


async def the_checker_runs() -> None:
    """What every process does each minute."""
    client = VendorClient()
    try:
        await Scheduler(client).run_once()
    finally:
        await client.aclose()


async def test_a_larger_document_is_in_force_without_anybody_asking(
    inga: Client, server: Running, vendor: Vendor
) -> None:
    vendor.publish(served(server, vendor, "growth.lic"), server.demo.serial_number)
    await StoredVendor.filter(is_main=True).update(next_check_at=utc_now())

    await the_checker_runs()

    [change_set] = await inga.run(PENDING)
    assert (change_set["status"], change_set["vendor"]["updateStatus"]) == ("AUTO_ACTIVATED", "ACTIVATED_AUTOMATICALLY")
    licenses = await inga.run(LICENSES, filter={"vendor": "superoffice"})
    assert next(one["seats"] for one in licenses["nodes"] if one["key"] == "superoffice.ten-sales")["total"] == 25
    log = await inga.run(AUDIT, filter={"vendor": "superoffice", "actions": ["LICENSES_ACTIVATED"]})
    assert log["nodes"][0]["actor"] == {"kind": "SYSTEM", "name": "system"}
    [acceptance] = vendor.reports("acceptances")
    assert (acceptance["serial"], acceptance["jti"]) == (server.demo.serial_number, "superoffice-1204417838-3")

    seen = await inga.run(ACKNOWLEDGE, input={"changeSetId": change_set["id"]})

    assert seen["query"]["vendors"][0]["updateStatus"] == "UP_TO_DATE"
    assert await inga.run(PENDING) == []


async def test_a_smaller_one_waits_blocked_and_nothing_in_force_changes(
    inga: Client, server: Running, vendor: Vendor
) -> None:
    before = await License.all().order_by("id").values()
    vendor.publish(served(server, vendor, "renewal.lic", seq=4, jti="four"), server.demo.serial_number)
    await StoredVendor.filter(is_main=True).update(next_check_at=utc_now())

    await the_checker_runs()

    [change_set] = await inga.run(PENDING)
    assert change_set["status"] == "BLOCKED_BY_SURPLUS"
    assert await License.all().order_by("id").values() == before
    assert vendor.reports("acceptances") == []


async def test_get_license_from_web(inga: Client, server: Running, vendor: Vendor) -> None:
    vendor.publish(served(server, vendor, "growth.lic"), server.demo.serial_number)
    main = (await inga.run(VENDORS))["vendors"][0]["id"]

    found = await inga.run(CHECK, input={"vendorId": main})
    again = await inga.run(CHECK, input={"vendorId": main})

    assert (found["changeSet"]["status"], found["vendor"]["lastCheck"]["outcome"]) == (
        "AUTO_ACTIVATED",
        "CHANGES_FOUND",
    )
    assert (again["changeSet"], again["vendor"]["lastCheck"]["outcome"]) == (None, "UP_TO_DATE")
    assert again["vendor"]["nextCheckAt"] is not None


async def test_a_serial_number_that_the_vendor_does_not_know(inga: Client, server: Running, vendor: Vendor) -> None:
    main = (await inga.run(VENDORS))["vendors"][0]["id"]

    payload = await inga.run(CHECK, input={"vendorId": main})

    assert codes(payload) == ["VENDOR_REFUSED"]
    assert payload["vendor"]["lastCheck"]["outcome"] == "REFUSED"
    assert "import a license file" in payload["vendor"]["lastCheck"]["message"]


async def test_a_rejection_reaches_the_vendor(inga: Client, server: Running, vendor: Vendor) -> None:
    [change_set] = await inga.run(PENDING)
    vendor.publish(server.demo.files["renewal.lic"], server.demo.serial_number)
    await inga.run(REJECT, input={"changeSetId": change_set["id"], "reason": "We bought 21"})

    await the_checker_runs()
    await the_checker_runs()

    assert [report["reason"] for report in vendor.reports("rejections")] == ["We bought 21"]


async def test_a_vendor_without_a_license_server(inga: Client) -> None:
    main = (await inga.run(VENDORS))["vendors"][0]["id"]
    assert codes(await inga.run(CHECK, input={"vendorId": main})) == ["NO_LICENSE_SERVER"]


@pytest.mark.parametrize("name", ["tampered.lic", "other-installation.lic"])
async def test_what_cannot_be_used_leaves_everything_as_it_was(
    inga: Client, server: Running, vendor: Vendor, name: str
) -> None:
    before = await License.all().order_by("id").values(), await Installation.all().values("license_owner")
    vendor.publish(server.demo.files[name], server.demo.serial_number)
    main = (await inga.run(VENDORS))["vendors"][0]["id"]

    payload = await inga.run(CHECK, input={"vendorId": main})

    assert payload["vendor"]["lastCheck"]["outcome"] == "UNUSABLE"
    assert (await License.all().order_by("id").values(), await Installation.all().values("license_owner")) == before


async def test_the_checker_forgets_tries_to_sign_in_that_count_no_more(browser: Client) -> None:
    for login in ("yesterday", "today"):
        await browser.run(
            'mutation ($login: String!) { signIn(input: {login: $login, password: "no"}) { userErrors { code } } }',
            login=login,
        )
    first = await SignInAttempt.all().order_by("id").first()
    assert first
    await SignInAttempt.filter(id=first.id).update(attempted_at=utc_now() - timedelta(days=1))

    await the_checker_runs()

    assert await SignInAttempt.filter(id=first.id).count() == 0
    assert await SignInAttempt.all().count() == 1
