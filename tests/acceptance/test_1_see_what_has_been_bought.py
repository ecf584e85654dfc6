"""An administrator sees the seats bought, used and available, by vendor."""

import pytest

from tests.support.api_client import Client, OperationFailed
from tests.support.operations import LICENSES, PENDING, USERS, VENDORS


async def test_anonymous_queries_are_rejected(browser: Client) -> None:
    for operation in (VENDORS, LICENSES, PENDING, USERS):
        answer = await browser.answer(operation)
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"UNAUTHENTICATED"}
        assert set(answer["data"].values()) == {None}


async def test_wrong_login_and_wrong_password_look_alike(browser: Client) -> None:
    payloads = [await browser.sign_in("inga", "not her password"), await browser.sign_in("nobody", "not a password")]
    assert [payload["viewer"] for payload in payloads] == [None, None]
    assert payloads[0]["userErrors"] == payloads[1]["userErrors"]
    assert payloads[0]["userErrors"][0]["code"] == "CREDENTIALS_INVALID"


async def test_ordinary_users_cannot_sign_in(browser: Client) -> None:
    payload = await browser.sign_in("anon-web")
    assert payload["userErrors"][0]["code"] == "CREDENTIALS_INVALID"


async def test_main_vendor_is_listed_first(inga: Client) -> None:
    seen = await inga.run(VENDORS)

    assert (seen["installation"]["licenseOwner"], seen["installation"]["serialNumber"]) == (
        "Fjordlys Handel AS",
        "1204417838",
    )
    assert [(v["key"], v["isMain"], v["status"], v["updateStatus"]) for v in seen["vendors"]] == [
        ("superoffice", True, "ACTIVE", "BLOCKED_BY_SURPLUS"),
        ("nordsync", False, "EXPIRING_SOON", "UP_TO_DATE"),
    ]
    assert seen["installation"]["status"] == "EXPIRING_SOON"
    assert seen["vendors"][0]["storeUrl"].startswith("https://shop.example/")


async def test_seats_report_total_used_and_available(inga: Client) -> None:
    licenses = await inga.run(LICENSES, filter={"vendor": "superoffice", "scope": "USER"})

    seats = {one["key"]: tuple(one["seats"].values()) for one in licenses["nodes"]}
    assert seats == {
        "superoffice.ten-sales": (21, 21, 0),
        "superoffice.ten-service": (15, 5, 10),
        "superoffice.ten-salesservicemarketing": (20, 20, 0),
        "superoffice.ten-marketing": (7, 3, 4),
        "superoffice.visible-for": (None, 4, None),
        "superoffice.system-user-cal": (None, 1, None),
    }


async def test_blocking_license_reports_its_surplus(inga: Client) -> None:
    licenses = await inga.run(LICENSES, filter={"vendor": "superoffice"})

    red = {one["key"] for one in licenses["nodes"] if one["pendingChange"] and one["pendingChange"]["surplus"]}
    assert red == {"superoffice.ten-sales"}


async def test_signing_out_ends_the_session(inga: Client) -> None:
    await inga.run("mutation { signOut { userErrors { code } } }")
    with pytest.raises(OperationFailed, match="UNAUTHENTICATED"):
        await inga.run("{ vendors { key } }")
