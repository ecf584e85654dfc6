"""A demo becomes a customer's installation with the serial number and license owner that the vendor issued."""

import pytest

from tests.support.api_client import Client, codes
from tests.support.demo_server import RunningServer
from tests.support.demo_vendor import CONVERSION, TRIAL, Vendor, publish_purchase
from tests.support.idempotent_requests import send, send_concurrently
from tests.support.operations import ACTIVATE, AUDIT, CONVERT, PENDING, REJECT, REVOKE, VENDORS
from tests.support.seats import find_holders


@pytest.fixture
def is_trial() -> bool:
    """The installation is a trial."""
    return True


async def test_demo_is_converted_to_a_customer(inga: Client, server: RunningServer, vendor: Vendor) -> None:
    publish_purchase(server, vendor)

    payload = await inga.run(CONVERT, input=CONVERSION)

    assert codes(payload) == []
    assert payload["installation"] == TRIAL  # three users hold the demo's plan, but only two seats were bought
    assert payload["changeSet"]["status"] == "BLOCKED_BY_SURPLUS"
    again = await inga.run(CONVERT, input=CONVERSION)
    assert again["changeSet"]["id"] == payload["changeSet"]["id"]
    gone = next(one for one in payload["changeSet"]["changes"] if one["key"] == "superoffice.ten-demo")
    assert (gone["kind"], gone["inUse"], gone["newTotal"], gone["surplus"]) == ("REMOVED", 3, 0, 3)
    holders = await inga.run(
        'query { license(key: "superoffice.ten-demo") { id assignments { nodes { user { id } } } } }'
    )
    first, *others = [one["user"]["id"] for one in holders["assignments"]["nodes"]]

    activated = await inga.run(
        ACTIVATE,
        input={
            "changeSetId": payload["changeSet"]["id"],
            "revocations": [{"licenseId": holders["id"], "userIds": [first]}],
            "moves": [{"fromLicenseId": holders["id"], "toLicenseKey": "superoffice.ten-sales", "userIds": others}],
        },
    )

    assert codes(activated) == []
    seen = await inga.run(VENDORS)
    assert seen["installation"]["serialNumber"] == CONVERSION["serialNumber"]
    assert seen["installation"]["isDemo"] is False
    assert codes(await inga.run(CONVERT, input=CONVERSION)) == ["NOT_DEMO"]
    log = await inga.run(AUDIT, filter={"actions": ["DEMO_CONVERTED"]})
    assert "1204417838" in log["nodes"][0]["summary"]


async def test_demo_is_converted_from_a_file(inga: Client, server: RunningServer) -> None:
    assert codes(await inga.run(CONVERT, input=CONVERSION)) == ["NO_LICENSE_SERVER"]

    payload = await inga.run(CONVERT, input={**CONVERSION, "file": {"text": server.demo.files["purchase.lic"]}})

    assert payload["changeSet"]["status"] == "BLOCKED_BY_SURPLUS"
    [pending] = await inga.run(PENDING)
    assert pending["serialNumber"] == CONVERSION["serialNumber"]


async def test_rejected_conversion_keeps_the_demo(inga: Client, server: RunningServer) -> None:
    payload = await inga.run(CONVERT, input={**CONVERSION, "file": {"text": server.demo.files["purchase.lic"]}})
    await inga.run(REJECT, input={"changeSetId": payload["changeSet"]["id"], "reason": "We bought five"})

    seen = await inga.run(VENDORS)
    assert seen["installation"]["isDemo"] is True


async def test_concurrent_conversions_have_one_effect(inga: Client, server: RunningServer, vendor: Vendor) -> None:
    publish_purchase(server, vendor)
    license, users = await find_holders(inga, "superoffice.ten-demo")
    await inga.run(REVOKE, input={"licenseId": license, "userIds": users})

    [answer] = await send_concurrently(lambda: send(inga, "key", CONVERT, input=CONVERSION))

    assert codes(answer["data"]["convertDemo"]) == []
    assert answer["data"]["convertDemo"]["changeSet"]["status"] == "ACTIVATED"
    log = await inga.run(AUDIT, filter={"actions": ["DEMO_CONVERTED", "LICENSE_FILE_REFUSED"]})
    assert [event["action"] for event in log["nodes"]] == ["DEMO_CONVERTED"]


@pytest.mark.parametrize(
    ("input", "code"),
    [
        ({**CONVERSION, "licenseOwner": "Fjordlys AS"}, "VENDOR_REFUSED"),
        ({**CONVERSION, "serialNumber": "9999999999"}, "VENDOR_REFUSED"),
        ({**CONVERSION, "serialNumber": "123"}, "INVALID"),
        ({**CONVERSION, "licenseOwner": " "}, "INVALID"),
    ],
)
async def test_mismatched_conversion_changes_nothing(
    inga: Client, server: RunningServer, vendor: Vendor, input: dict[str, str], code: str
) -> None:
    publish_purchase(server, vendor)

    payload = await inga.run(CONVERT, input=input)

    assert codes(payload) == [code]
    assert payload["installation"] == TRIAL
    assert await inga.run(PENDING) == []
