"""Query plans of pages of users: the index of the order is scanned, not all holders of a license."""

import pytest
from tortoise.connection import get_connection

from models.assignment import Assignment
from models.db.assignment_copies import repair_copies
from models.db.bulk import insert_rows
from models.db.select import Select
from models.license import License
from models.user import User, derived_columns
from resolvers.context import Context
from resolvers.licenses import assignment_queries
from resolvers.pagination import PageRequest, bounded
from resolvers.user_criteria import UserCriteria, UserOrdering
from resolvers.users import users
from tests.support.factories import ASSIGNED_AT

USERS = 5_000
SALES = "superoffice.ten-sales"


@pytest.fixture
async def many_holders(context: Context, make_license) -> License:
    """A license held by every second user by name."""
    license: License = await make_license(SALES)
    tenant = {"installation_id": context.installation_id}
    names = [f"User {number:05}" for number in range(USERS)]
    columns = {"email": None, "group": None, "role": None}
    rows = [
        {
            **tenant,
            "name": name,
            "login": name,
            "kind": "EMPLOYEE",
            "status": "ACTIVE",
            "can_log_in": True,
            "is_administrator": False,
            "open_requests": 0,
            **derived_columns(name=name, login=name, last_login_at=None, **columns),
        }
        for name in names
    ]
    await insert_rows(User, rows)
    ids = await User.filter(login__in=names[::2]).values_list("id", flat=True)
    assigned = {
        "assigned_by_kind": "SYSTEM",
        "assigned_by_name": "command line",
        "assigned_at": ASSIGNED_AT,
        "is_plan": False,
    }
    await insert_rows(Assignment, [{**tenant, "license_id": license.id, "user_id": id_, **assigned} for id_ in ids])
    await repair_copies(context.installation_id)
    await License.filter(id=license.id).update(in_use=len(ids))
    await get_connection("default").execute_query("ANALYZE")
    return license


@pytest.mark.parametrize("criteria", [UserCriteria(license_type=SALES), UserCriteria(has_license=True)])
async def test_page_of_holders_uses_the_index(context, many_holders, criteria, monkeypatch):
    monkeypatch.setattr(users, "MANY_HOLDERS", 1_000)
    keyset = UserOrdering().keyset("users")
    query = await users._list_query(context, criteria)

    plan = await plan_of(query.select, f"SELECT name_key, id {bounded(query, keyset, PageRequest(first=100))}")

    assert_index_scan(plan)


async def test_next_page_seeks_in_the_index(context, many_holders):
    keyset = UserOrdering().keyset("users")
    query = await users._list_query(context, UserCriteria())
    page = PageRequest(first=100, after=keyset.cursor(["user 04000", 1]))

    plan = await plan_of(query.select, f"SELECT name_key, id {bounded(query, keyset, page)}")

    assert_index_scan(plan)
    assert "name_key>" in plan or "ROW((name_key)::text, id) >" in plan


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)  # SQLite scans all users
async def test_search_uses_the_index(context, many_holders):
    await get_connection("default").execute_query("VACUUM")  # moves new rows from the pending list to the GIN index
    query = await users._list_query(context, UserCriteria(search="er 04321"))

    page = bounded(query, UserOrdering().keyset("users"), PageRequest(first=50))
    plan = await plan_of(query.select, f'SELECT "user".id {page}')

    assert "user_search" in plan


@pytest.mark.parametrize("search", [None, "er 0"])
async def test_page_of_assignments_uses_the_index(context, many_holders, search):
    keyset = UserOrdering().keyset_of_assignments()
    query = await assignment_queries._list_query(context, UserCriteria(search=search))
    of_license = f"license_id = {query.select.bind(many_holders.id)}"

    page = bounded(query, keyset, PageRequest(first=50, after=keyset.cursor(["user 02000", 1])), of_license)
    plan = await plan_of(query.select, f"SELECT assignment.id {page}")

    assert_index_scan(plan, "idx_assignment_license_e3abc1")  # license, name, user


@pytest.mark.parametrize("after", [None, (1_768_467_600_000_000, 1)])
async def test_suggestions_use_the_index(context, many_holders, after):
    visible = assignment_queries._visible(context)

    candidates = assignment_queries._first_candidates(visible, many_holders.id, after, 50)
    plan = await plan_of(visible.select, candidates)

    assert_index_scan(plan, "idx_assignment_license_a5055d")  # license, idle since, ID


@pytest.mark.parametrize("after", [None, (1_768_467_600_000_000, 1)])
async def test_users_of_suggestions_are_read_by_id(context, many_holders, after):
    select, [ranked] = assignment_queries._ranked_selects(context, [(many_holders.id, after, 5)])

    plan = await plan_of(select, f"SELECT {ranked}")

    assert "idx_assignment_license_a5055d" in plan
    assert "Seq Scan" not in plan and "Hash" not in plan
    assert "SCAN user" not in plan


async def plan_of(select: Select, statement: str) -> str:
    explain = "EXPLAIN" if select.is_postgres else "EXPLAIN QUERY PLAN"
    _, steps = await select.connection.execute_query(f"{explain} {statement}", select.values)
    return str([tuple(step) for step in steps])


def assert_index_scan(plan: str, index: str = "idx_user_install") -> None:
    assert index in plan  # by default of installation, name, ID
    assert "Hash" not in plan and "hashed SubPlan" not in plan
    assert "Sort" not in plan
    assert "USE TEMP B-TREE" not in plan
