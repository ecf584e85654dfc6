"""The audit log: order, criteria and summaries."""

from datetime import UTC, datetime, timedelta
from string import Formatter
from typing import Any

import pytest

from licensing.enums import ActorKind, AuditAction
from licensing.messages import ENGLISH
from resolvers.audit.log import SUMMARIES, AuditCriteria, EventRow, count_events, events_page, load_events, summary
from resolvers.pagination import PageRequest
from resolvers.unit_of_work import unit_of_work

START = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
PARAMS: dict[str, Any] = {
    "vendor": "SuperOffice AS",
    "source": "LICENSE_FILE",
    "changes": 1,
    "code": "SURPLUS_SEATS",
    "message": "There are too few seats. Buy more.",
    "reason": "Wrong number.",
    "user": "Kari",
    "license": "Sales Premium",
    "what": "activation policy",
    "expires_at": "2026-05-01T00:00:00+00:00",
    "serial_number": "1204417838",
    "license_owner": "Fjordlys Handel AS",
    "login": "inga",
    "token": "Sync",
    "webhook": "ERP",
}


@pytest.fixture
async def log(context, make_license, make_user):
    """Three events, an hour apart: a sign-in, an assignment and a changed vendor."""
    license, user = await make_license("superoffice.plan"), await make_user("Kari")
    events: list[tuple[AuditAction, dict[str, Any]]] = [
        (AuditAction.SIGNED_IN, {}),
        (
            AuditAction.USER_LICENSE_ASSIGNED,
            {"license_id": license.id, "user_id": user.id, "vendor_id": license.vendor_id},
        ),
        (AuditAction.VENDOR_CHANGED, {"vendor_id": license.vendor_id}),
    ]
    for hour, (action, references) in enumerate(events):
        context.now = lambda hour=hour: START + timedelta(hours=hour)
        async with unit_of_work(context) as unit:
            unit.record(action, **references, **PARAMS)
    return user


async def actions(context, **conditions):
    """Return the actions on the first page, after comparing their number with the count."""
    page = await events_page(context, AuditCriteria(**conditions), PageRequest())
    assert await count_events(context, AuditCriteria(**conditions)) == len(page.rows)
    return [EventRow._make(row).action for row in page.rows]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, ["VENDOR_CHANGED", "USER_LICENSE_ASSIGNED", "SIGNED_IN"]),
        ({"actions": (AuditAction.SIGNED_IN, AuditAction.VENDOR_CHANGED)}, ["VENDOR_CHANGED", "SIGNED_IN"]),
        ({"actions": ()}, []),
        ({"vendor": "superoffice"}, ["VENDOR_CHANGED", "USER_LICENSE_ASSIGNED"]),
        ({"vendor": "unknown"}, []),
        ({"license_type": "superoffice.plan"}, ["USER_LICENSE_ASSIGNED"]),
        ({"since": START + timedelta(hours=1)}, ["VENDOR_CHANGED", "USER_LICENSE_ASSIGNED"]),
        ({"until": START + timedelta(hours=1)}, ["SIGNED_IN"]),
        ({"user_id": 0}, []),
    ],
    ids=str,
)
async def test_filters_return_newest_first(context, log, conditions, expected):
    assert await actions(context, **conditions) == expected


async def test_events_are_filtered_by_user(context, log):
    assert await actions(context, user_id=log.id) == ["USER_LICENSE_ASSIGNED"]


async def test_events_are_loaded_by_id(context, log):
    page = await events_page(context, AuditCriteria(), PageRequest(last=1))
    [row] = page.rows

    assert await load_events(context, [row[0], 0]) == {row[0]: row}
    assert page.has_previous_page


def test_every_action_has_a_summary():
    assert set(SUMMARIES) == set(AuditAction)


@pytest.mark.parametrize("action", list(AuditAction))
def test_summary_is_complete(action):
    sentence = summary(ENGLISH, action, PARAMS, ActorKind.ADMINISTRATOR, "Inga Solheim")

    assert "{" not in sentence
    assert sentence.endswith(".")
    assert {name for _, name, _, _ in Formatter().parse(SUMMARIES[action]) if name} <= {*PARAMS, "actor"}


def test_summary_formats_numbers_and_instants():
    assert summary(ENGLISH, "LICENSES_ACTIVATED", PARAMS, ActorKind.ADMINISTRATOR, "Inga").endswith(
        "1 license changed."
    )
    assert (
        summary(ENGLISH, "EXPIRY_WARNED", PARAMS, ActorKind.SYSTEM, "system")
        == "The licenses from SuperOffice AS expire at 2026-05-01 00:00 UTC."
    )


def test_only_system_actors_are_capitalized():
    assert summary(ENGLISH, "LICENSES_ACTIVATED", PARAMS, ActorKind.SYSTEM, "command line").startswith("Command line ")
    assert summary(ENGLISH, "LICENSES_ACTIVATED", PARAMS, ActorKind.API_TOKEN, "erp").startswith("erp ")
