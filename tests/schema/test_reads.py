"""What the console reads, and in how many statements, whatever the number of rows."""

from datetime import UTC, datetime

import pytest

from schema.relay.node import global_id
from tests.support.documents import grant

USERS_SCREEN = """query ($filter: UserFilter) {
  users(filter: $filter, first: 100) {
    nodes { id name login category lastLoginAt assignments { id assignedAt license { key name } } }
    pageInfo { hasNextPage endCursor }
  }
}"""
LICENSES = "{ licenses { nodes { key name seats { total inUse available } } } }"
USER_LICENSES_TAB = """{
  licenses { nodes { key assignments(first: 2) {
    totalCount nodes { user { name } license { key } } edges { cursor node { id } } pageInfo { hasNextPage }
  } } }
}"""
VENDOR_TABS = """{
  vendors { key status updateStatus licenses(first: 1) { totalCount nodes { key vendor { key } requires { key } } } }
}"""
SURPLUS = """{
  surplusRequirements {
    license { key } changeSet { id canActivate } seatsInUse seatsAvailable seatsToRemove
    assignments { totalCount nodes { blocker user { name } } }
    suggestions(first: 10) { reason assignment { user { name } } }
  }
}"""


@pytest.fixture
async def two_licenses(make_license):
    """A plan of five seats that four hold and that includes a feature, and another license that three hold."""
    await make_license("superoffice.feature", hidden=True)
    await make_license("superoffice.plan", total=5, held_by=4, plan=True, includes=["feature"])
    await make_license("superoffice.other", held_by=3)


@pytest.mark.parametrize("filter", [{}, {"licenseType": "superoffice.plan"}, {"licenseType": "superoffice.feature"}])
async def test_the_users_screen_takes_three_statements(run, statements, two_licenses, filter):
    users = (await run(USERS_SCREEN, filter=filter))["users"]["nodes"]

    assert len(statements) <= 3
    assert len(users) == (4 if filter else 8)
    assert users[-1]["assignments"][0]["license"]["key"] == "superoffice.plan"


async def test_licenses_with_their_seats_take_one_statement(run, statements, two_licenses):
    licenses = (await run(LICENSES))["licenses"]["nodes"]

    assert len(statements) == 1
    assert licenses == [
        {"key": "superoffice.plan", "name": "plan", "seats": {"total": 5, "inUse": 4, "available": 1}},
        {"key": "superoffice.other", "name": "other", "seats": {"total": None, "inUse": 3, "available": None}},
    ]


async def test_the_count_of_a_license_types_holders_is_its_counter(run, statements, two_licenses):
    users = await run('{ users(filter: {licenseType: "superoffice.plan"}, first: 1) { totalCount } }')

    assert users == {"users": {"totalCount": 4}}
    assert len(statements) == 2


async def test_the_holders_of_all_licenses_are_read_together(run, statements, two_licenses):
    plan, other = (await run(USER_LICENSES_TAB))["licenses"]["nodes"]

    assert len(statements) == 4
    assert plan["assignments"]["totalCount"] == 4
    assert [one["user"]["name"] for one in plan["assignments"]["nodes"]] == ["plan 01", "plan 02"]
    assert plan["assignments"]["pageInfo"] == {"hasNextPage": True}
    assert other["assignments"]["totalCount"] == 3
    assert [one["license"]["key"] for one in other["assignments"]["nodes"]] == ["superoffice.other"] * 2


async def test_the_vendors_tabs_are_read_together(run, statements, make_vendor, make_license):
    await make_vendor("nordsync", name="NordSync AS", expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    await make_license("superoffice.base", name="Base")
    await make_license("superoffice.more", name="A lot more", requires="base")
    await make_license("nordsync.connector")

    main, other = (await run(VENDOR_TABS))["vendors"]

    assert len(statements) <= 7
    assert (main["key"], main["status"], main["updateStatus"]) == ("superoffice", "ACTIVE", "UP_TO_DATE")
    assert main["licenses"] == {
        "totalCount": 2,
        "nodes": [
            {"key": "superoffice.more", "vendor": {"key": "superoffice"}, "requires": {"key": "superoffice.base"}}
        ],
    }
    assert (other["key"], other["status"], other["licenses"]["totalCount"]) == ("nordsync", "EXPIRED", 1)


async def test_pages_forward_and_backward_by_cursor(run, two_licenses):
    page = "query ($first: Int, $after: String, $last: Int, $before: String) { users(first: $first, after: $after,"
    page += (
        " last: $last, before: $before) { edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage } } }"
    )

    first = (await run(page, first=3))["users"]
    second = (await run(page, first=3, after=first["edges"][-1]["cursor"]))["users"]
    back = (await run(page, last=2, before=second["edges"][0]["cursor"]))["users"]

    assert [edge["node"]["name"] for edge in first["edges"]] == ["Inga Solheim", "other 01", "other 02"]
    assert [edge["node"]["name"] for edge in second["edges"]] == ["other 03", "plan 01", "plan 02"]
    assert back["edges"] == first["edges"][1:]
    assert back["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": True}


async def test_a_pending_change_leads_to_what_must_be_freed(run, statements, make_license, make_user, offer):
    await make_license("superoffice.plan", name="plan", total=5, held_by=2, plan=True)
    await make_user("Owns requests", holds=["superoffice.plan"], open_requests=1, can_log_in=False)
    await make_user("On leave", holds=["superoffice.plan"], can_log_in=False)
    change_set = await offer({}, licenses=[grant("plan", name="plan", total=3, plan=True)])

    [required] = (await run(SURPLUS))["surplusRequirements"]

    assert required["license"] == {"key": "superoffice.plan"}
    assert required["changeSet"] == {"id": global_id("LicenseChangeSet")(change_set.id), "canActivate": False}
    assert (required["seatsInUse"], required["seatsAvailable"], required["seatsToRemove"]) == (4, 3, 1)
    assert required["assignments"]["nodes"][1] == {"blocker": "OPEN_REQUESTS", "user": {"name": "Owns requests"}}
    assert [(one["reason"], one["assignment"]["user"]["name"]) for one in required["suggestions"]] == [
        ("CANNOT_LOG_IN", "On leave"),
        ("NEVER_LOGGED_IN", "plan 01"),
        ("NEVER_LOGGED_IN", "plan 02"),
    ]


async def test_every_object_is_found_again_by_its_id(run, every_id):
    again = await run("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=list(every_id.values()))

    assert again["nodes"] == [{"__typename": name, "id": id_} for name, id_ in every_id.items()]
    assert len(set(every_id.values())) == len(every_id)
