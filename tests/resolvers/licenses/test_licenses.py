"""Licenses in force: filters, order, languages, the catalog, holders and suggestions."""

from datetime import UTC, datetime
from typing import Any

import pytest

from licensing.enums import LicenseScope, SuggestionReason, UserStatus
from licensing.messages import Language
from models.license import License
from models.vendor import Vendor
from resolvers.licenses.assignment_queries import count_assignments, suggestions
from resolvers.licenses.catalog import (
    LicenseCriteria,
    count_licenses,
    licenses_page,
    load_catalog,
    vendors_licenses_pages,
)
from resolvers.pagination import PageRequest
from resolvers.user_criteria import UserCriteria


@pytest.fixture
async def bought(make_vendor, make_license):
    """Make licenses of two vendors."""
    await make_vendor("nordsync", name="NordSync AS")
    await make_license("nordsync.connector", name="Connector")
    await make_license("superoffice.zeta", name="Zeta 100%", sort=1)
    await make_license("superoffice.alpha", name="Ålesund", sort=2, scope=LicenseScope.SYSTEM)
    await make_license("superoffice.feature", name="Feature", sort=0, hidden=True)
    await make_license("superoffice.plan", name="Plan", sort=3, plan=True, includes=["feature"])
    await make_license("superoffice.gone", name="Gone", in_force=False)


async def codes(context, **conditions):
    """Return the codes on the first page."""
    page = await licenses_page(context, LicenseCriteria(**conditions), PageRequest())
    assert await count_licenses(context, LicenseCriteria(**conditions)) == len(page.rows)
    return [row.code for row in page.rows]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, ["zeta", "alpha", "plan", "connector"]),
        ({"include_hidden": True}, ["feature", "zeta", "alpha", "plan", "connector"]),
        ({"vendor": "nordsync"}, ["connector"]),
        ({"vendor": "unknown"}, []),
        ({"scope": LicenseScope.SYSTEM}, ["alpha"]),
        ({"search": "ÅLES"}, ["alpha"]),
        ({"search": "Office.Z"}, ["zeta"]),
        ({"search": "%"}, ["zeta"]),
        ({"search": "_"}, []),
    ],
    ids=str,
)
async def test_filters_keep_vendor_order(context, bought, conditions, expected):
    assert await codes(context, **conditions) == expected


async def test_vendor_licenses_are_ordered_by_name(context, bought):
    ids = [vendor.id for vendor in await Vendor.all().order_by("id")]

    main, other = await vendors_licenses_pages(context, ids, LicenseCriteria(), PageRequest())

    assert [row.code for row in main.rows] == ["plan", "zeta", "alpha"]
    assert [row.code for row in other.rows] == ["connector"]


async def test_names_follow_caller_language(context, bought):
    await License.filter(code="plan").update(names={"nb": "Plan på norsk"}, descriptions={"nb": "Beskrivelse"})

    context.language = Language("nb")
    page = await licenses_page(context, LicenseCriteria(), PageRequest())

    assert [row.name for row in page.rows] == ["Zeta 100%", "Ålesund", "Plan på norsk", "Connector"]
    assert page.rows[2].description == "Beskrivelse"


async def test_catalog_resolves_included_licenses(context, bought):
    catalog = await load_catalog(context)

    assert [row.code for row in catalog.held_as("superoffice.feature")] == ["feature", "plan"]
    assert [row.code for row in catalog.held_as("superoffice.zeta")] == ["zeta"]
    assert catalog.held_as("superoffice.gone") == catalog.held_as("nothing") == []
    assert catalog.by_key["superoffice.gone"].in_force is False


async def suggested_of(context, license, number):
    """Return the suggestions for one license."""
    [found] = await suggestions(context, [(license.id, number)])
    return found


async def test_longest_idle_holders_are_suggested_first(context, make_license, make_user):
    made = await make_license("superoffice.plan", plan=True)
    day = datetime(2026, 1, 1, tzinfo=UTC)  # before the default time of assignments, 2026-01-15
    holders: dict[str, dict[str, Any]] = {
        "Recent": {"last_login_at": datetime(2026, 5, 1, tzinfo=UTC)},
        "Away, new": {"last_login_at": datetime(2025, 5, 1, tzinfo=UTC)},
        "Never, new": {},
        "Away, old": {"last_login_at": datetime(2026, 1, 2, tzinfo=UTC), "assigned_at": day},
        "Never, old": {"assigned_at": day},
        "On leave": {"can_log_in": False, "last_login_at": datetime(2026, 5, 2, tzinfo=UTC)},
        "Waiting": {"status": UserStatus.WAITING_FOR_APPROVAL, "assigned_at": day},
        "Blocked": {"can_log_in": False, "open_requests": 1},
    }
    ids = {(await make_user(name, holds=["superoffice.plan"], **facts)).id: name for name, facts in holders.items()}

    suggested = [(ids[row.user_id], reason) for row, reason in await suggested_of(context, made, 10)]

    assert suggested == [
        ("Never, old", SuggestionReason.NEVER_LOGGED_IN),
        ("Away, old", SuggestionReason.LEAST_RECENTLY_LOGGED_IN),
        ("Away, new", SuggestionReason.LEAST_RECENTLY_LOGGED_IN),
        ("Never, new", SuggestionReason.NEVER_LOGGED_IN),
        ("Recent", SuggestionReason.LEAST_RECENTLY_LOGGED_IN),
        ("On leave", SuggestionReason.CANNOT_LOG_IN),
    ]
    assert len(await suggested_of(context, made, 2)) == 2


@pytest.mark.parametrize("left_out", [{"open_requests": 1}, {"status": UserStatus.WAITING_FOR_APPROVAL}], ids=str)
async def test_suggestions_continue_after_those_left_out(context, make_license, make_user, monkeypatch, left_out):
    monkeypatch.setattr("resolvers.licenses.assignment_queries.SPARE_CANDIDATES", 1)
    made = await make_license("superoffice.plan", plan=True)
    for number in range(6):
        await make_user(f"Left out {number}", holds=["superoffice.plan"], **left_out)
    free = await make_user("Free", holds=["superoffice.plan"], last_login_at=datetime(2026, 1, 1, tzinfo=UTC))

    assert [row.user_id for row, _ in await suggested_of(context, made, 1)] == [free.id]


async def test_suggestions_batch_several_licenses(context, make_license, make_user, monkeypatch):
    monkeypatch.setattr("resolvers.licenses.assignment_queries.SPARE_CANDIDATES", 1)
    first, second, third = [await make_license(f"superoffice.plan-{number}", plan=True) for number in range(3)]
    for number in range(3):
        await make_user(f"Blocked {number}", holds=["superoffice.plan-0"], open_requests=1)
    free = await make_user("Free", holds=["superoffice.plan-0"], last_login_at=datetime(2026, 1, 1, tzinfo=UTC))
    other = await make_user("Other", holds=["superoffice.plan-1"])

    found = await suggestions(context, [(first.id, 1), (second.id, 5), (third.id, 5)])

    assert [[row.user_id for row, _ in one] for one in found] == [[free.id], [other.id], []]


async def test_holders_are_counted_per_license(context, make_license, make_user):
    first = await make_license("superoffice.first", held_by=2)
    second = await make_license("superoffice.second", held_by=1)
    await make_user("Kari", holds=["superoffice.first", "superoffice.second"])

    assert await count_assignments(context, [first.id, second.id, 0], UserCriteria()) == [3, 2, 0]
    assert await count_assignments(context, [first.id, second.id, 0], UserCriteria(search="kari")) == [1, 1, 0]
    assert await count_assignments(context, [first.id], UserCriteria(license_type="superoffice.second")) == [1]
    assert await count_assignments(context, [first.id], UserCriteria(has_license=False)) == [0]
