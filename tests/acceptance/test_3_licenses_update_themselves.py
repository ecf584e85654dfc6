"""New license documents are fetched and activated automatically, where the policy and the seats in use allow it."""

from datetime import timedelta

import pytest

from models.installation import Installation
from models.license import License
from models.sign_in_attempt import SignInAttempt
from models.vendor import Vendor as StoredVendor
from resolvers.context import utc_now
from tests.support.api_client import Client, codes
from tests.support.demo_server import RunningServer
from tests.support.demo_vendor import Vendor, served
from tests.support.operations import ACKNOWLEDGE, AUDIT, CHECK, LICENSES, PENDING, REJECT, VENDORS
from tests.support.scheduler import run_scheduler


async def test_larger_document_is_activated_automatically(inga: Client, server: RunningServer, vendor: Vendor) -> None:
    vendor.publish(served(server, vendor, "growth.lic"), server.demo.serial_number)
    await StoredVendor.filter(is_main=True).update(next_check_at=utc_now())

    await run_scheduler()

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


async def test_smaller_document_is_blocked_by_surplus(inga: Client, server: RunningServer, vendor: Vendor) -> None:
    before = await License.all().order_by("id").values()
    vendor.publish(served(server, vendor, "renewal.lic", seq=4, jti="four"), server.demo.serial_number)
    await StoredVendor.filter(is_main=True).update(next_check_at=utc_now())

    await run_scheduler()

    [change_set] = await inga.run(PENDING)
    assert change_set["status"] == "BLOCKED_BY_SURPLUS"
    assert await License.all().order_by("id").values() == before
    assert vendor.reports("acceptances") == []


async def test_checking_on_demand_activates_new_licenses(inga: Client, server: RunningServer, vendor: Vendor) -> None:
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


async def test_unknown_serial_number_is_refused_by_vendor(inga: Client, server: RunningServer, vendor: Vendor) -> None:
    main = (await inga.run(VENDORS))["vendors"][0]["id"]

    payload = await inga.run(CHECK, input={"vendorId": main})

    assert codes(payload) == ["VENDOR_REFUSED"]
    assert payload["vendor"]["lastCheck"]["outcome"] == "REFUSED"
    assert "import a license file" in payload["vendor"]["lastCheck"]["message"]


async def test_rejection_is_reported_to_the_vendor(inga: Client, server: RunningServer, vendor: Vendor) -> None:
    [change_set] = await inga.run(PENDING)
    vendor.publish(server.demo.files["renewal.lic"], server.demo.serial_number)
    await inga.run(REJECT, input={"changeSetId": change_set["id"], "reason": "We bought 21"})

    await run_scheduler()
    await run_scheduler()

    assert [report["reason"] for report in vendor.reports("rejections")] == ["We bought 21"]


async def test_checking_requires_a_license_server(inga: Client) -> None:
    main = (await inga.run(VENDORS))["vendors"][0]["id"]
    assert codes(await inga.run(CHECK, input={"vendorId": main})) == ["NO_LICENSE_SERVER"]


@pytest.mark.parametrize("name", ["tampered.lic", "other-installation.lic"])
async def test_unusable_license_file_changes_nothing(
    inga: Client, server: RunningServer, vendor: Vendor, name: str
) -> None:
    before = await License.all().order_by("id").values(), await Installation.all().values("license_owner")
    vendor.publish(server.demo.files[name], server.demo.serial_number)
    main = (await inga.run(VENDORS))["vendors"][0]["id"]

    payload = await inga.run(CHECK, input={"vendorId": main})

    assert payload["vendor"]["lastCheck"]["outcome"] == "UNUSABLE"
    assert (await License.all().order_by("id").values(), await Installation.all().values("license_owner")) == before


async def test_scheduler_purges_expired_sign_in_attempts(browser: Client) -> None:
    for login in ("yesterday", "today"):
        await browser.run(
            'mutation ($login: String!) { signIn(input: {login: $login, password: "no"}) { userErrors { code } } }',
            login=login,
        )
    first = await SignInAttempt.all().order_by("id").first()
    assert first
    await SignInAttempt.filter(id=first.id).update(attempted_at=utc_now() - timedelta(days=1))

    await run_scheduler()

    assert await SignInAttempt.filter(id=first.id).count() == 0
    assert await SignInAttempt.all().count() == 1
