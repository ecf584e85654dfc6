"""How the engines find a page of users: along its order, and never by way of all who hold a license."""

import pytest
from tortoise.connection import get_connection

from models.assignment import Assignment
from models.db.bulk import insert_rows
from models.db.select import Select
from models.license import License
from models.user import User, user_keys
from resolvers.context import Context
from resolvers.licenses import assignment_queries
from resolvers.pagination import PageRequest, bounded
from resolvers.users import users
from resolvers.users.users import UserFilter, UserOrder
from tests.support.factories import MADE_AT

USERS = 5_000
SALES = "superoffice.ten-sales"


@pytest.fixture
async def many_holders(context: Context, make_license) -> License:
    """A license that half of all users hold, each second by name."""
    license: License = await make_license(SALES)
    own = {"installation_id": context.installation_id}
    names = [f"User {number:05}" for number in range(USERS)]
    facts = {"email": None, "group": None, "role": None}
    rows = [
        {
            **own,
            "name": name,
            "login": name,
            "kind": "EMPLOYEE",
            "status": "ACTIVE",
            "can_log_in": True,
            "is_administrator": False,
            "open_requests": 0,
            **user_keys(name=name, login=name, last_login_at=None, **facts),
        }
        for name in names
    ]
    await insert_rows(User, rows)
    ids = await User.filter(login__in=names[::2]).values_list("id", flat=True)
    by = {"assigned_by_kind": "SYSTEM", "assigned_by_name": "command line", "assigned_at": MADE_AT, "is_plan": False}
    await insert_rows(Assignment, [{**own, "license_id": license.id, "user_id": id_, **by} for id_ in ids])
    await License.filter(id=license.id).update(in_use=len(ids))
    await get_connection("default").execute_query("ANALYZE")
    return license


@pytest.mark.parametrize("filter", [UserFilter(license_type=SALES), UserFilter(has_license=True)])
async def test_a_page_of_holders_is_found_along_its_order(context, many_holders, filter, monkeypatch):
    monkeypatch.setattr(users, "MANY_HOLDERS", 1_000)
    keyset = UserOrder().keyset("users")
    listed = await users._listed(context, filter)

    plan = await plan_of(listed.select, f"SELECT name_key, id {bounded(listed, keyset, PageRequest(first=100))}")

    assert_along_the_order(plan)


async def test_a_further_page_begins_in_the_index(context, many_holders):
    keyset = UserOrder().keyset("users")
    listed = await users._listed(context, UserFilter())
    page = PageRequest(first=100, after=keyset.cursor(["user 04000", 1]))

    plan = await plan_of(listed.select, f"SELECT name_key, id {bounded(listed, keyset, page)}")

    assert_along_the_order(plan)
    assert "name_key>" in plan or "ROW((name_key)::text, id) >" in plan


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)  # SQLite looks through all users
async def test_a_text_is_found_by_an_index(context, many_holders):
    await get_connection("default").execute_query("VACUUM")  # as it happens by itself; new users wait beside the index
    listed = await users._listed(context, UserFilter(search="er 04321"))

    page = bounded(listed, UserOrder().keyset("users"), PageRequest(first=50))
    plan = await plan_of(listed.select, f'SELECT "user".id {page}')

    assert "user_search" in plan


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)  # SQLite sorts all who hold the license
async def test_a_page_of_a_licenses_assignments_is_found_along_its_order(context, many_holders):
    keyset = UserOrder().keyset("assignments", of_user="user__", id_="user_id")
    listed = await assignment_queries._listed(context, UserFilter())
    of_license = f"license_id = {listed.select.bind(many_holders.id)}"

    page = bounded(listed, keyset, PageRequest(first=50), of_license)
    plan = await plan_of(listed.select, f"SELECT assignment.id {page}")

    assert_along_the_order(plan)


async def plan_of(select: Select, statement: str) -> str:
    explain = "EXPLAIN" if select.is_postgres else "EXPLAIN QUERY PLAN"
    return str([tuple(step) for step in await select.rows(f"{explain} {statement}")])


def assert_along_the_order(plan: str) -> None:
    assert "idx_user_install" in plan  # installation, name, id
    assert "Hash" not in plan and "hashed SubPlan" not in plan
    assert "Sort" not in plan
    assert "USE TEMP B-TREE" not in plan
