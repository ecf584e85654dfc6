"""Mutations return the state after them, and report errors in `userErrors`."""

import pytest

from licensing.messages import Language
from schema.relay.node import global_id
from tests.support.documents import claims, grant, signed

LICENSE, USER, CHANGE_SET = global_id("License"), global_id("User"), global_id("LicenseChangeSet")
REVOKE = """mutation ($licenseId: ID!, $userIds: [ID!]!) {
  revokeUserLicenses(input: {licenseId: $licenseId, userIds: $userIds}) {
    results { userId outcome blocker user { name assignments { id } } }
    license { seats { inUse } } surplusRequirement { seatsToRemove }
    query { surplusRequirements { seatsToRemove } licenses { nodes { seats { inUse } } } }
    userErrors { code }
  }
}"""
REASSIGN = """mutation ($from: ID!, $to: ID!, $userIds: [ID!]!) {
  reassignUserLicenses(input: {fromLicenseId: $from, toLicenseId: $to, userIds: $userIds}) {
    fromLicense { seats { inUse } } toLicense { seats { inUse } } users { name plan { key } } userErrors { code }
  }
}"""
ACTIVATE = """mutation ($id: ID!, $revocations: [RevocationInput!]) {
  activateLicenses(input: {changeSetId: $id, revocations: $revocations}) {
    changeSet { status canActivate closedBy { kind name } surplusRequirements { seatsToRemove } }
    query { license(key: "superoffice.plan") { seats { total inUse } } }
    userErrors { code message path }
  }
}"""


@pytest.fixture
async def plan(make_license):
    """Create a plan with five seats, four of them in use."""
    return await make_license("superoffice.plan", name="plan", total=5, held_by=4, plan=True)


async def test_revoking_returns_a_result_per_user(run, plan, make_user, offer):
    blocked = await make_user("Owns requests", holds=["superoffice.plan"], open_requests=2)
    without = await make_user("Without")
    await offer({}, licenses=[grant("plan", name="plan", total=2, plan=True)])
    users = (await run("{ users { nodes { id name } } }"))["users"]["nodes"]
    holder = next(user for user in users if user["name"].startswith("plan"))
    ids = [holder["id"], USER(blocked.id), USER(without.id), USER(999), LICENSE(plan.id)]

    payload = (await run(REVOKE, licenseId=LICENSE(plan.id), userIds=ids))["revokeUserLicenses"]

    assert payload["userErrors"] == []
    assert [(result["userId"], result["outcome"], result["blocker"]) for result in payload["results"]] == [
        (ids[0], "REVOKED", None),
        (ids[1], "BLOCKED", "OPEN_REQUESTS"),
        (ids[2], "NOT_ASSIGNED", None),
        (ids[3], "USER_NOT_FOUND", None),
        (ids[4], "USER_NOT_FOUND", None),
    ]
    assert payload["results"][0]["user"] == {"name": holder["name"], "assignments": []}
    assert payload["results"][3]["user"] is None
    assert payload["license"] == {"seats": {"inUse": 4}}
    assert payload["surplusRequirement"] == {"seatsToRemove": 2}
    assert payload["query"]["surplusRequirements"] == [{"seatsToRemove": 2}]


async def test_reassigning_moves_the_plan(run, plan, make_license, make_user):
    target = await make_license("superoffice.target", total=1, plan=True)
    user = await make_user("Kari", holds=["superoffice.plan"])

    payload = await run(REASSIGN, **{"from": LICENSE(plan.id)}, to=LICENSE(target.id), userIds=[USER(user.id)])

    assert payload["reassignUserLicenses"] == {
        "fromLicense": {"seats": {"inUse": 4}},
        "toLicense": {"seats": {"inUse": 1}},
        "users": [{"name": "Kari", "plan": {"key": "superoffice.target"}}],
        "userErrors": [],
    }


async def test_activation_succeeds_after_revoking_the_surplus(run, plan, offer):
    change_set = await offer({}, licenses=[grant("plan", name="plan", total=3, plan=True)])
    holder = (await run("{ users { nodes { id } } }"))["users"]["nodes"][-1]["id"]

    rejected = (await run(ACTIVATE, id=CHANGE_SET(change_set.id)))["activateLicenses"]
    revocations = [{"licenseId": LICENSE(plan.id), "userIds": [holder]}]
    activated = (await run(ACTIVATE, id=CHANGE_SET(change_set.id), revocations=revocations))["activateLicenses"]

    assert [error["code"] for error in rejected["userErrors"]] == ["SURPLUS_SEATS"]
    assert rejected["changeSet"]["surplusRequirements"] == [{"seatsToRemove": 1}]
    assert activated["userErrors"] == []
    assert activated["changeSet"]["status"] == "ACTIVATED"
    assert activated["changeSet"]["closedBy"] == {"kind": "ADMINISTRATOR", "name": "Inga Solheim"}
    assert activated["query"]["license"]["seats"] == {"total": 3, "inUse": 3}


async def test_activating_unknown_change_set_is_not_found(run):
    payload = (await run(ACTIVATE, id=CHANGE_SET(999)))["activateLicenses"]

    assert payload["changeSet"] is None
    assert [error["code"] for error in payload["userErrors"]] == ["NOT_FOUND"]


async def test_preview_refers_back_to_itself(run, plan, trusted_vendor):
    text = signed(claims(licenses=[grant("plan", name="plan", total=2, plan=True)])).decode()
    mutation = """mutation ($text: String!) {
      importLicenseFile(input: {file: {text: $text}, mode: PREVIEW}) {
        document { vendor sequence } userErrors { code message }
        changeSet {
          id status vendor { key } changes { id license { key } } surplusRequirements { changeSet { status } }
        }
        query { pendingChanges { id } }
      }
    }"""

    payload = (await run(mutation, text=text))["importLicenseFile"]

    assert payload["userErrors"] == []
    assert payload["document"]["vendor"] == "superoffice"
    assert payload["changeSet"]["surplusRequirements"] == [{"changeSet": {"status": "BLOCKED_BY_SURPLUS"}}]
    assert payload["query"] == {"pendingChanges": []}


async def test_setting_the_same_policy_records_no_event(run):
    mutation = """mutation ($id: ID!) {
      updateVendor(input: {vendorId: $id, activationPolicy: MANUAL}) {
        vendor { activationPolicy } userErrors { code } query { auditEvents { nodes { action summary } } }
      }
    }"""
    [vendor] = (await run("{ vendors { id } }"))["vendors"]

    await run(mutation, id=vendor["id"])
    again = (await run(mutation, id=vendor["id"]))["updateVendor"]
    unknown = (await run(mutation, id=USER(1)))["updateVendor"]

    assert again["vendor"] == {"activationPolicy": "MANUAL"}
    assert [event["action"] for event in again["query"]["auditEvents"]["nodes"]] == ["VENDOR_CHANGED"]
    assert unknown["userErrors"] == [{"code": "NOT_FOUND"}]


async def test_tokens_are_issued_and_revoked(run):
    create = """mutation { createApiToken(input: {name: " Sync ", scopes: [LICENSES_READ]}) {
      secret apiToken { id name scopes revokedAt } userErrors { code } query { apiTokens { name } } } }"""
    revoke = "mutation ($id: ID!) { revokeApiToken(input: {apiTokenId: $id}) { apiToken { revokedAt } } }"

    created = (await run(create))["createApiToken"]
    revoked = (await run(revoke, id=created["apiToken"]["id"]))["revokeApiToken"]

    assert created["secret"].startswith("skp_")
    assert (created["apiToken"]["name"], created["apiToken"]["scopes"]) == ("Sync", ["LICENSES_READ"])
    assert created["query"] == {"apiTokens": [{"name": "Sync"}]}
    assert revoked["apiToken"]["revokedAt"]
    assert (await run("{ apiTokens { id } }")) == {"apiTokens": []}


async def test_wrong_credentials_are_a_user_error(run):
    mutation = (
        """mutation { signIn(input: {login: "inga", password: "wrong"}) { viewer { scopes } userErrors { code } } }"""
    )

    assert await run(mutation) == {"signIn": {"viewer": None, "userErrors": [{"code": "CREDENTIALS_INVALID"}]}}


async def test_viewer_is_null_after_signing_out(execute):
    result = await execute("mutation { signOut { query { viewer { scopes } } userErrors { code } } }")

    assert result.data == {"signOut": {"query": {"viewer": None}, "userErrors": []}}


async def test_change_names_are_localized(run, context, offer):
    translations = {"names": {"nb": "Salgsplan"}, "descriptions": {"nb": "Det meste"}, "description": "Most of it"}
    await offer({}, licenses=[grant("plan", name="Sales plan", total=5, plan=True, **translations)])
    query = "{ changeSets { nodes { id changes { name description previousName } } } }"

    [open_change_set] = (await run(query))["changeSets"]["nodes"]
    assert open_change_set["changes"] == [{"name": "Sales plan", "description": "Most of it", "previousName": None}]

    context.language = Language("nb")
    in_norwegian = [{"name": "Salgsplan", "description": "Det meste", "previousName": None}]
    assert (await run(query))["changeSets"]["nodes"][0]["changes"] == in_norwegian

    await run(
        "mutation ($id: ID!) { activateLicenses(input: {changeSetId: $id}) { userErrors { code } } }",
        id=open_change_set["id"],
    )
    [activated] = (await run(query))["changeSets"]["nodes"]
    assert activated["changes"] == in_norwegian
