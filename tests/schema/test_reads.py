"""Queries of the console, and the number of SQL statements that they take."""

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
    """Create a plan with a feature, four of its five seats in use, and another license with three seats in use."""
    await make_license("superoffice.feature", hidden=True)
    await make_license("superoffice.plan", total=5, held_by=4, plan=True, includes=["feature"])
    await make_license("superoffice.other", held_by=3)


@pytest.mark.parametrize("filter", [{}, {"licenseType": "superoffice.plan"}, {"licenseType": "superoffice.feature"}])
async def test_users_screen_takes_three_statements(run, statements, two_licenses, filter):
    users = (await run(USERS_SCREEN, filter=filter))["users"]["nodes"]

    assert len(statements) <= 3
    assert len(users) == (4 if filter else 8)
    assert users[-1]["assignments"][0]["license"]["key"] == "superoffice.plan"


async def test_licenses_with_seats_take_one_statement(run, statements, two_licenses):
    licenses = (await run(LICENSES))["licenses"]["nodes"]

    assert len(statements) == 1
    assert licenses == [
        {"key": "superoffice.plan", "name": "plan", "seats": {"total": 5, "inUse": 4, "available": 1}},
        {"key": "superoffice.other", "name": "other", "seats": {"total": None, "inUse": 3, "available": None}},
    ]


async def test_holder_count_uses_the_license_counter(run, statements, two_licenses):
    users = await run('{ users(filter: {licenseType: "superoffice.plan"}, first: 1) { totalCount } }')

    assert users == {"users": {"totalCount": 4}}
    assert len(statements) == 2


async def test_assignments_of_all_licenses_are_batched(run, statements, two_licenses):
    plan, other = (await run(USER_LICENSES_TAB))["licenses"]["nodes"]

    assert len(statements) == 4
    assert plan["assignments"]["totalCount"] == 4
    assert [assignment["user"]["name"] for assignment in plan["assignments"]["nodes"]] == ["plan 01", "plan 02"]
    assert plan["assignments"]["pageInfo"] == {"hasNextPage": True}
    assert other["assignments"]["totalCount"] == 3
    assert [assignment["license"]["key"] for assignment in other["assignments"]["nodes"]] == ["superoffice.other"] * 2


async def test_vendor_tabs_are_batched(run, statements, make_vendor, make_license):
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


async def test_pagination_by_cursor_in_both_directions(run, two_licenses):
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


async def test_surplus_requirement_lists_assignments_and_suggestions(run, statements, make_license, make_user, offer):
    await make_license("superoffice.plan", name="plan", total=5, held_by=2, plan=True)
    await make_user("Owns requests", holds=["superoffice.plan"], open_requests=1, can_log_in=False)
    await make_user("On leave", holds=["superoffice.plan"], can_log_in=False)
    change_set = await offer({}, licenses=[grant("plan", name="plan", total=3, plan=True)])

    [required] = (await run(SURPLUS))["surplusRequirements"]

    assert required["license"] == {"key": "superoffice.plan"}
    assert required["changeSet"] == {"id": global_id("LicenseChangeSet")(change_set.id), "canActivate": False}
    assert (required["seatsInUse"], required["seatsAvailable"], required["seatsToRemove"]) == (4, 3, 1)
    assert required["assignments"]["nodes"][1] == {"blocker": "OPEN_REQUESTS", "user": {"name": "Owns requests"}}
    assert [(item["reason"], item["assignment"]["user"]["name"]) for item in required["suggestions"]] == [
        ("NEVER_LOGGED_IN", "plan 01"),
        ("NEVER_LOGGED_IN", "plan 02"),
        ("CANNOT_LOG_IN", "On leave"),
    ]


async def test_node_ids_resolve_to_their_objects(run, node_ids):
    found = await run("query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=list(node_ids.values()))

    assert found["nodes"] == [{"__typename": name, "id": id_} for name, id_ in node_ids.items()]
    assert len(set(node_ids.values())) == len(node_ids)
