"""Lists of users: criteria, orders, counts and redaction."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from licensing.enums import ApiScope, OrderDirection, UserCategory, UserKind, UserOrderField, UserStatus
from resolvers.context import Context
from resolvers.pagination import PageRequest
from resolvers.user_criteria import UserCriteria, UserOrdering
from resolvers.users import users
from resolvers.users.users import REDACTED, count_users, load_users, users_page

DAY = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
async def users_of_each_kind(make_license, make_user):
    """Users of every kind, with and without licenses of every kind."""
    await make_license("superoffice.feature", hidden=True)
    await make_license("superoffice.plan", plan=True, includes=["feature"])
    await make_license("superoffice.other")
    await make_user("Kari", holds=["superoffice.plan"], email="kari@example.com", last_login_at=DAY)
    await make_user("Ola", holds=["superoffice.other"], group="Sales", last_login_at=DAY + timedelta(days=1))
    await make_user("Per 100%", role="User_level", can_log_in=False)
    await make_user("Ekstern", kind=UserKind.EXTERNAL, login="guest")
    await make_user("Ny", status=UserStatus.WAITING_FOR_APPROVAL, holds=["superoffice.plan", "superoffice.other"])
    await make_user("Oskar", status=UserStatus.RETIRED)


async def names(context, order=None, **conditions):
    """Return the names on the first page, after comparing their number with the count."""
    page = await users_page(context, UserCriteria(**conditions), order or UserOrdering(), PageRequest())
    assert await count_users(context, UserCriteria(**conditions)) == len(page.rows)
    return [row[1] for row in page.rows]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, ["Ekstern", "Inga Solheim", "Kari", "Ny", "Ola", "Per 100%"]),
        ({"license_type": "superoffice.plan"}, ["Kari", "Ny"]),
        ({"license_type": "superoffice.feature"}, ["Kari", "Ny"]),
        ({"license_type": "superoffice.other", "search": "o"}, ["Ola"]),
        ({"license_type": "superoffice.unknown"}, []),
        ({"has_license": True}, ["Kari", "Ny", "Ola"]),
        ({"has_license": False}, ["Ekstern", "Inga Solheim", "Per 100%"]),
        ({"has_license": False, "license_type": "superoffice.plan"}, []),
        ({"category": UserCategory.EMPLOYEE}, ["Inga Solheim", "Kari", "Ny", "Ola", "Per 100%"]),
        ({"category": UserCategory.OTHER}, ["Ekstern"]),
        ({"status": UserStatus.RETIRED}, ["Oskar"]),
        ({"status": UserStatus.WAITING_FOR_APPROVAL}, ["Ny"]),
        ({"can_log_in": False}, ["Per 100%"]),
        ({"inactive_since": DAY}, ["Ekstern", "Inga Solheim", "Ny", "Per 100%"]),
        ({"inactive_since": DAY + timedelta(seconds=1)}, ["Ekstern", "Inga Solheim", "Kari", "Ny", "Per 100%"]),
        ({"inactive_since": datetime(1900, 1, 1, tzinfo=UTC)}, ["Ekstern", "Inga Solheim", "Ny", "Per 100%"]),
        ({"search": "KARI@EXAMPLE"}, ["Kari"]),
        ({"search": "sales"}, ["Ola"]),
        ({"search": "guest"}, ["Ekstern"]),
        ({"search": "%"}, ["Per 100%"]),
        ({"search": "r_l"}, ["Per 100%"]),
        ({"search": "\\"}, []),
        ({"search": ""}, ["Ekstern", "Inga Solheim", "Kari", "Ny", "Ola", "Per 100%"]),
    ],
    ids=str,
)
async def test_filters(context, users_of_each_kind, conditions, expected):
    assert await names(context, **conditions) == expected


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (UserOrderField.NAME, ["Ekstern", "Inga Solheim", "Kari", "Ny", "Ola", "Per 100%"]),
        (UserOrderField.LOGIN, ["Ekstern", "Inga Solheim", "Kari", "Ny", "Ola", "Per 100%"]),
        (UserOrderField.LAST_LOGIN_AT, ["Inga Solheim", "Per 100%", "Ekstern", "Ny", "Kari", "Ola"]),
    ],
)
async def test_orders_in_both_directions(context, users_of_each_kind, field, expected):
    assert await names(context, UserOrdering(field)) == expected
    assert await names(context, UserOrdering(field, OrderDirection.DESC)) == expected[::-1]


async def test_many_holders_are_filtered_per_row(context, users_of_each_kind, monkeypatch):
    monkeypatch.setattr(users, "MANY_HOLDERS", 1)

    assert await names(context, license_type="superoffice.feature") == ["Kari", "Ny"]
    assert await names(context, license_type="superoffice.other", search="ola") == ["Ola"]


async def test_holder_of_plan_and_feature_is_counted_once(context, make_license, make_user):
    await make_license("superoffice.module")
    await make_license("superoffice.plan", plan=True, includes=["module"])
    await make_user("Both", holds=["superoffice.plan", "superoffice.module"])

    assert await names(context, license_type="superoffice.module") == ["Both"]


async def test_users_of_another_installation_are_not_listed(context, users_of_each_kind, other_installation):
    other_context = Context(replace(context.principal, installation_id=await other_installation()), request_id="other")
    ids = [row[0] for row in (await users_page(context, UserCriteria(), UserOrdering(), PageRequest())).rows]

    assert await names(other_context) == []
    assert await load_users(other_context, ids) == {}


async def test_vendor_token_reads_redacted_users(context, make_vendor, make_license, make_user):
    vendor = await make_vendor("nordsync", name="NordSync AS")
    await make_license("nordsync.connector")
    holder = await make_user("Kari", holds=["nordsync.connector"], email="kari@example.com")
    other = await make_user("Ola", email="ola@example.com")
    principal = replace(context.principal, scopes=frozenset({ApiScope.USERS_READ}), vendor_id=vendor.id)
    reading = Context(principal, request_id="reading")
    assigning = Context(replace(principal, scopes=principal.scopes | {ApiScope.USERS_WRITE}), request_id="assigning")

    assert set(await load_users(reading, [holder.id, other.id])) == {holder.id}
    rows = await load_users(assigning, [holder.id, other.id])

    assert rows[holder.id][5] == "kari@example.com"
    assert rows[other.id][:5] == (other.id, "Ola", "ola", "ACTIVE", "EMPLOYEE")
    assert set(rows[other.id][5:]) == {REDACTED}
    assert await names(assigning, has_license=True) == ["Kari"]
    assert await names(assigning, can_log_in=True) == ["Kari"]
