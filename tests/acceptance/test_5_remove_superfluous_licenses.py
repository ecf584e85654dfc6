"""An administrator removes superfluous licenses so that new licenses can be activated."""

from tests.support.api_client import Client, codes
from tests.support.operations import ACTIVATE, ASSIGN, AUDIT, LICENSES, PENDING, REASSIGN, REVOKE, SURPLUS


async def test_surplus_reports_seats_to_remove_and_holders(inga: Client) -> None:
    [required] = await inga.run(SURPLUS)

    assert (required["seatsInUse"], required["seatsAvailable"], required["seatsToRemove"]) == (21, 18, 3)
    assert required["assignments"]["totalCount"] == 21
    assert len(required["assignments"]["nodes"]) == 21


async def test_longest_idle_users_are_suggested(inga: Client) -> None:
    [required] = await inga.run(SURPLUS)

    reasons = [suggestion["reason"] for suggestion in required["suggestions"]]
    assert reasons == ["LEAST_RECENTLY_LOGGED_IN", "LEAST_RECENTLY_LOGGED_IN", "CANNOT_LOG_IN"]
    last_sign_ins = {one["user"]["id"]: one["user"]["lastLoginAt"] for one in required["assignments"]["nodes"]}
    suggested = [last_sign_ins[suggestion["assignment"]["user"]["id"]] for suggestion in required["suggestions"]]
    assert suggested == sorted(suggested)
    assert all(suggestion["assignment"]["blocker"] is None for suggestion in required["suggestions"])


async def test_open_requests_block_revocation(inga: Client) -> None:
    [required] = await inga.run(SURPLUS)
    [busy] = [one for one in required["assignments"]["nodes"] if one["blocker"] == "OPEN_REQUESTS"]

    payload = await inga.run(REVOKE, input={"licenseId": required["license"]["id"], "userIds": [busy["user"]["id"]]})

    assert [(one["outcome"], one["blocker"]) for one in payload["results"]] == [("BLOCKED", "OPEN_REQUESTS")]
    assert payload["surplusRequirement"]["seatsToRemove"] == 3


async def test_revoking_suggested_users_unblocks_activation(inga: Client) -> None:
    [required] = await inga.run(SURPLUS)
    suggested = [suggestion["assignment"]["user"]["id"] for suggestion in required["suggestions"]]

    revoked = await inga.run(REVOKE, input={"licenseId": required["license"]["id"], "userIds": suggested})

    assert [one["outcome"] for one in revoked["results"]] == ["REVOKED"] * 3
    assert [one["user"]["plan"] for one in revoked["results"]] == [None] * 3
    assert revoked["license"]["seats"] == {"total": 21, "inUse": 18, "available": 3}
    assert revoked["surplusRequirement"] is None
    assert await inga.run(SURPLUS) == []
    [change_set] = await inga.run(PENDING)
    assert (change_set["status"], change_set["canActivate"]) == ("AWAITING_ACTIVATION", True)

    activated = await inga.run(ACTIVATE, input={"changeSetId": change_set["id"]})

    assert codes(activated) == []
    assert activated["changeSet"]["closedBy"] == {"kind": "ADMINISTRATOR", "name": "Inga Solheim"}
    assert activated["query"]["vendors"][0] == {"key": "superoffice", "updateStatus": "UP_TO_DATE"}
    licenses = await inga.run(LICENSES, filter={"vendor": "superoffice"})
    keys = {one["key"] for one in licenses["nodes"]}
    assert "superoffice.ai-chatbot" in keys and "superoffice.projects-free" not in keys
    log = await inga.run(AUDIT, filter={"licenseType": "superoffice.ten-sales", "actions": ["USER_LICENSE_REVOKED"]})
    assert [one["actor"]["name"] for one in log["nodes"]] == ["Inga Solheim"] * 3
    assert log["nodes"][0]["summary"].startswith("Inga Solheim revoked Sales Premium from ")


async def test_activation_revokes_seats_in_the_same_step(inga: Client) -> None:
    [required] = await inga.run(SURPLUS)
    suggested = [suggestion["assignment"]["user"]["id"] for suggestion in required["suggestions"]]
    revocations = [{"licenseId": required["license"]["id"], "userIds": suggested}]

    two = [{**revocations[0], "userIds": suggested[:2]}]
    refused = await inga.run(ACTIVATE, input={"changeSetId": required["changeSet"]["id"], "revocations": two})
    assert codes(refused) == ["SURPLUS_SEATS"]
    assert refused["changeSet"]["surplusRequirements"][0]["seatsToRemove"] == 3

    activated = await inga.run(ACTIVATE, input={"changeSetId": required["changeSet"]["id"], "revocations": revocations})
    assert codes(activated) == []
    sales = next(one for one in activated["changeSet"]["changes"] if one["key"] == "superoffice.ten-sales")
    assert (sales["oldTotal"], sales["newTotal"], sales["inUse"]) == (21, 18, 18)


async def test_activation_moves_users_to_another_plan(inga: Client) -> None:
    [required] = await inga.run(SURPLUS)
    busy = next(one for one in required["assignments"]["nodes"] if one["blocker"])
    others = [one["assignment"]["user"]["id"] for one in required["suggestions"][:2]]

    activated = await inga.run(
        ACTIVATE,
        input={
            "changeSetId": required["changeSet"]["id"],
            "moves": [
                {
                    "fromLicenseId": required["license"]["id"],
                    "toLicenseKey": "superoffice.ten-service",
                    "userIds": [busy["user"]["id"], *others],
                }
            ],
        },
    )

    assert codes(activated) == []
    licenses = await inga.run(LICENSES, filter={"search": "service premium"})
    [service] = [one for one in licenses["nodes"] if one["key"] == "superoffice.ten-service"]
    assert service["seats"] == {"total": 20, "inUse": 8, "available": 12}


async def test_user_is_reassigned_between_plans(inga: Client) -> None:
    [required] = await inga.run(SURPLUS)
    user = required["suggestions"][0]["assignment"]["user"]
    sales = required["license"]["id"]
    service = (await inga.run('{ license(key: "superoffice.ten-service") { id } }'))["id"]

    full = await inga.run(ASSIGN, input={"licenseId": service, "userIds": [user["id"]]})
    assert codes(full) == ["HAS_ANOTHER_PLAN"]
    assert full["userErrors"][0]["path"] == ["input", "userIds", "0"]
    moved = await inga.run(REASSIGN, input={"fromLicenseId": sales, "toLicenseId": service, "userIds": [user["id"]]})
    assert moved["users"] == [{"login": user["login"], "plan": {"key": "superoffice.ten-service"}}]
    back = await inga.run(REASSIGN, input={"fromLicenseId": service, "toLicenseId": sales, "userIds": [user["id"]]})
    assert (back["fromLicense"]["seats"], back["toLicense"]["seats"]) == ({"inUse": 5}, {"inUse": 21})
