"""Users are listed by license: the Employees, Other users and User licenses tabs."""

import pytest

from tests.support.api_client import Client, OperationFailed
from tests.support.operations import HOLDERS, USERS


@pytest.mark.parametrize(
    ("filter", "count"),
    [
        (None, 59),
        ({"category": "EMPLOYEE"}, 53),
        ({"category": "OTHER"}, 6),
        ({"licenseType": "superoffice.ten-sales"}, 21),
        ({"licenseType": "superoffice.ten-sales", "category": "OTHER"}, 0),
        ({"licenseType": "superoffice.system-user-cal", "category": "OTHER"}, 1),
        ({"licenseType": "superoffice.ej-client"}, 25),
        ({"licenseType": "superoffice.no-such-license"}, 0),
        ({"hasLicense": False}, 9),
        ({"status": "RETIRED"}, 1),
        ({"status": "WAITING_FOR_APPROVAL"}, 1),
        ({"canLogIn": False, "category": "EMPLOYEE"}, None),
        ({"search": "SOLHEIM"}, 1),
    ],
)
async def test_users_are_filtered(inga: Client, filter: dict[str, object] | None, count: int | None) -> None:
    users = await inga.run(USERS, filter=filter, first=100)
    if count is not None:
        assert users["totalCount"] == count
    assert len(users["nodes"]) == users["totalCount"]


async def test_user_lists_plan_and_licenses(inga: Client) -> None:
    users = await inga.run(USERS, filter={"search": "inga"})
    [one] = [user for user in users["nodes"] if user["login"] == "inga"]
    assert one["plan"] == {"key": "superoffice.ten-salesservicemarketing"}
    assert {held["license"]["key"] for held in one["assignments"]} >= {
        "superoffice.ten-salesservicemarketing",
        "superoffice.visible-for",
    }


@pytest.mark.parametrize("field", ["NAME", "LOGIN", "LAST_LOGIN_AT"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_forward_and_backward_pages_cover_the_list(inga: Client, field: str, direction: str) -> None:
    order = {"field": field, "direction": direction}
    whole = [one["login"] for one in (await inga.run(USERS, orderBy=order, first=100))["nodes"]]

    forward, after = [], None
    while True:
        page = await inga.run(USERS, orderBy=order, first=7, after=after)
        forward += [one["login"] for one in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    backward: list[str] = []
    before = None
    while True:
        page = await inga.run(USERS, orderBy=order, last=7, before=before)
        backward = [one["login"] for one in page["nodes"]] + backward
        before = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break

    assert forward == whole and backward == whole and len(set(whole)) == 59


async def test_users_without_sign_in_sort_first(inga: Client) -> None:
    users = await inga.run(USERS, orderBy={"field": "LAST_LOGIN_AT"}, first=100)
    logins = [one["lastLoginAt"] for one in users["nodes"]]
    assert logins[0] is None
    assert logins == sorted(logins, key=lambda login: login or "")


async def test_license_lists_its_holders(inga: Client) -> None:
    license = await inga.run(HOLDERS, key="superoffice.ten-marketing")
    assert license["seats"] == {"total": 7, "inUse": 3, "available": 4}
    assert license["assignments"]["totalCount"] == len(license["assignments"]["nodes"]) == 3


@pytest.mark.parametrize(
    ("page", "argument"),
    [
        ({"first": 0}, "first"),
        ({"first": -1}, "first"),
        ({"first": 101}, "first"),
        ({"first": 5, "last": 5}, "last"),
        ({"last": 0}, "last"),
        ({"before": "abc"}, "before"),
        ({"first": 5, "after": "not a cursor"}, "cursor"),
    ],
)
async def test_invalid_page_arguments_are_rejected(inga: Client, page: dict[str, object], argument: str) -> None:
    answer = await inga.answer(USERS, **page)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert argument in answer["errors"][0]["message"]


async def test_cursor_of_another_list_is_rejected(inga: Client) -> None:
    page = await inga.run(USERS, first=5)
    with pytest.raises(OperationFailed, match="BAD_USER_INPUT"):
        await inga.run(USERS, first=5, after=page["pageInfo"]["endCursor"], orderBy={"field": "LOGIN"})
    with pytest.raises(OperationFailed, match="BAD_USER_INPUT"):
        await inga.run(
            "query ($after: String) { licenses(after: $after) { nodes { key } } }", after=page["pageInfo"]["endCursor"]
        )


async def test_page_cost_equals_its_size(inga: Client) -> None:
    query = "query ($first: Int) { users(first: $first) { nodes { name } } }"

    response = await inga.http.post("/graphql", json={"query": query, "variables": {"first": 70}})

    cost = response.json()["extensions"]["cost"]
    assert cost["requested"] == 71
    assert cost["available"] <= cost["limit"] - 71
