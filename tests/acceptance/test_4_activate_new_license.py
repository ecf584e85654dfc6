"""An administrator reviews a change set that was not activated automatically, and activates or rejects it."""

import asyncio
from collections.abc import Awaitable, Callable

from tests.support.api_client import Client, codes
from tests.support.demo_server import RunningServer
from tests.support.operations import ACTIVATE, AUDIT, IMPORT, LICENSES, PENDING, REJECT, VENDORS


async def test_change_set_lists_only_altered_licenses(inga: Client) -> None:
    [change_set] = await inga.run(PENDING)

    assert [(c["key"], c["kind"], c["oldTotal"], c["newTotal"]) for c in change_set["changes"]] == [
        ("superoffice.ten-sales", "DECREASED", 21, 18),
        ("superoffice.ten-service", "INCREASED", 15, 20),
        ("superoffice.ai-chatbot", "ADDED", None, None),
        ("superoffice.projects-free", "REMOVED", None, None),
    ]
    assert change_set["vendor"]["supportUrl"].startswith("https://support.example/")


async def test_activation_is_blocked_by_a_surplus(inga: Client) -> None:
    [change_set] = await inga.run(PENDING)
    assert (change_set["status"], change_set["canActivate"]) == ("BLOCKED_BY_SURPLUS", False)

    payload = await inga.run(ACTIVATE, input={"changeSetId": change_set["id"]})

    assert codes(payload) == ["SURPLUS_SEATS"]
    assert "Take the license from 3 users, then activate." in payload["userErrors"][0]["message"]
    assert payload["changeSet"]["surplusRequirements"] == [
        {"license": {"key": "superoffice.ten-sales"}, "seatsToRemove": 3}
    ]


async def test_rejecting_a_change_set_closes_it(inga: Client) -> None:
    [change_set] = await inga.run(PENDING)

    payload = await inga.run(REJECT, input={"changeSetId": change_set["id"], "reason": "We bought 21 Sales Premium"})

    assert payload["changeSet"] == {"status": "REJECTED", "rejectionReason": "We bought 21 Sales Premium"}
    assert payload["query"]["vendors"][0]["updateStatus"] == "REJECTED"
    assert await inga.run(PENDING) == []
    again = await inga.run(ACTIVATE, input={"changeSetId": change_set["id"]})
    assert codes(again) == ["CHANGE_SET_CLOSED"]


async def test_rejection_reason_must_not_be_blank(inga: Client) -> None:
    [change_set] = await inga.run(PENDING)
    payload = await inga.run(REJECT, input={"changeSetId": change_set["id"], "reason": "  "})
    assert codes(payload) == ["INVALID"]
    assert payload["userErrors"][0]["path"] == ["input", "reason"]


async def test_superseded_change_set_cannot_be_activated(inga: Client, server: RunningServer) -> None:
    [reviewed] = await inga.run(PENDING)
    await inga.run(IMPORT, input={"file": {"text": server.demo.files["growth.lic"]}})

    payload = await inga.run(ACTIVATE, input={"changeSetId": reviewed["id"]})

    assert codes(payload) == ["CHANGE_SET_CLOSED"]
    assert payload["changeSet"]["status"] == "SUPERSEDED"


async def test_concurrent_activations_both_report_success(
    inga: Client, server: RunningServer, another_browser: Callable[..., Awaitable[Client]]
) -> None:
    other = await another_browser()
    await other.sign_in()
    imported = await inga.run(IMPORT, input={"file": {"text": server.demo.files["growth.lic"]}, "mode": "REVIEW"})
    change_set_id = imported["changeSet"]["id"]

    payloads = await asyncio.gather(
        *(client.run(ACTIVATE, input={"changeSetId": change_set_id}) for client in (inga, other))
    )
    await other.http.aclose()

    assert [codes(payload) for payload in payloads] == [[], []]
    assert {payload["changeSet"]["status"] for payload in payloads} == {"ACTIVATED"}
    log = await inga.run(AUDIT, filter={"actions": ["LICENSES_ACTIVATED"], "vendor": "superoffice"})
    assert len(log["nodes"]) == 2  # the demo's first document and this one


async def test_vendor_is_up_to_date_after_activation(inga: Client, server: RunningServer) -> None:
    await inga.run(IMPORT, input={"file": {"text": server.demo.files["growth.lic"]}})

    seen = await inga.run(VENDORS)
    main = seen["vendors"][0]
    assert (main["status"], main["updateStatus"]) == ("ACTIVE", "UP_TO_DATE")
    licenses = await inga.run(LICENSES, filter={"vendor": "superoffice", "scope": "USER"})
    assert next(one["seats"]["total"] for one in licenses["nodes"] if one["key"] == "superoffice.ten-sales") == 25
