"""Users: each filter and order, and the counts that need no counting."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from licensing.enums import ApiScope, OrderDirection, UserCategory, UserKind, UserOrderField, UserStatus
from resolvers.context import Context
from resolvers.pagination import PageRequest
from resolvers.users import users
from resolvers.users.users import REDACTED, UserFilter, UserOrder, count_users, load_users, users_page

DAY = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
async def staff(make_license, make_user):
    """A few users of every kind, who hold licenses of every kind."""
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
    """The names on the first page."""
    page = await users_page(context, UserFilter(**conditions), order or UserOrder(), PageRequest())
    assert await count_users(context, UserFilter(**conditions)) == len(page.rows)
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
async def test_filters(context, staff, conditions, expected):
    assert await names(context, **conditions) == expected


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (UserOrderField.NAME, ["Ekstern", "Inga Solheim", "Kari", "Ny", "Ola", "Per 100%"]),
        (UserOrderField.LOGIN, ["Ekstern", "Inga Solheim", "Kari", "Ny", "Ola", "Per 100%"]),
        (UserOrderField.LAST_LOGIN_AT, ["Inga Solheim", "Per 100%", "Ekstern", "Ny", "Kari", "Ola"]),
    ],
)
async def test_orders_both_ways(context, staff, field, expected):
    assert await names(context, UserOrder(field)) == expected
    assert await names(context, UserOrder(field, OrderDirection.DESC)) == expected[::-1]


async def test_many_holders_are_found_along_the_order(context, staff, monkeypatch):
    monkeypatch.setattr(users, "MANY_HOLDERS", 1)

    assert await names(context, license_type="superoffice.feature") == ["Kari", "Ny"]
    assert await names(context, license_type="superoffice.other", search="ola") == ["Ola"]


async def test_a_feature_that_is_also_held_by_itself_is_counted_once(context, make_license, make_user):
    await make_license("superoffice.module")
    await make_license("superoffice.plan", plan=True, includes=["module"])
    await make_user("Both", holds=["superoffice.plan", "superoffice.module"])

    assert await names(context, license_type="superoffice.module") == ["Both"]


async def test_another_installations_users_are_not_there(context, staff, other_installation):
    stranger = Context(replace(context.principal, installation_id=await other_installation()), request_id="stranger")
    ids = [row[0] for row in (await users_page(context, UserFilter(), UserOrder(), PageRequest())).rows]

    assert await names(stranger) == []
    assert await load_users(stranger, ids) == {}


async def test_a_token_for_one_vendor_reads_little_of_those_who_hold_nothing_of_it(
    context, make_vendor, make_license, make_user
):
    vendor = await make_vendor("nordsync", name="NordSync AS")
    await make_license("nordsync.connector")
    holder = await make_user("Kari", holds=["nordsync.connector"], email="kari@example.com")
    other = await make_user("Ola", email="ola@example.com")
    principal = replace(context.principal, scopes=frozenset({ApiScope.USERS_READ}), vendor_id=vendor.id)
    reading = Context(principal, request_id="reading")
    assigning = Context(replace(principal, scopes=principal.scopes | {ApiScope.USERS_WRITE}), request_id="assigning")

    assert set(await load_users(reading, [holder.id, other.id])) == {holder.id}
    seen = await load_users(assigning, [holder.id, other.id])

    assert seen[holder.id][5] == "kari@example.com"
    assert seen[other.id][:5] == (other.id, "Ola", "ola", "ACTIVE", "EMPLOYEE")
    assert set(seen[other.id][5:]) == {REDACTED}
    assert await names(assigning, has_license=True) == ["Kari"]
    assert await names(assigning, can_log_in=True) == ["Kari"]
