"""Assigning, revoking and reassigning licenses."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from licensing.enums import AuditAction, LicenseScope, RevocationBlocker, RevocationOutcome, UserKind, UserStatus
from licensing.errors import (
    HasAnotherPlan,
    Invalid,
    LicenseExpired,
    NoSeats,
    NotAssignable,
    NotFound,
    NotHeld,
    PrerequisiteMissing,
    RevocationBlocked,
)
from models.assignment import Assignment
from models.audit_event import AuditEvent
from models.db.query_count import count_queries
from models.license import License
from models.user import User
from models.vendor import Vendor
from resolvers.context import Context
from resolvers.licenses.assignments import assign_user_licenses, blockers, reassign_user_licenses, revoke_user_licenses
from resolvers.licenses.catalog import load_installation_catalog
from resolvers.licenses.seats import assign_seats, load_holders
from resolvers.unit_of_work import unit_of_work
from tests.support import factories

MakeLicense = Callable[..., Awaitable[License]]
MakeUser = Callable[..., Awaitable[User]]

SALES, SERVICE = "superoffice.ten-sales", "superoffice.ten-service"
LOCK, CREDENTIALS = 1, 1
"""The statements that lock the installation and check the caller's credentials."""


async def in_use(license: License) -> int:
    """Return the seats in use, after checking that counter and assignments agree."""
    counted = await Assignment.filter(license_id=license.id).count()
    assert (await License.get(id=license.id)).in_use == counted
    return counted


async def test_revoking_takes_constant_number_of_statements(
    context: Context, make_license: MakeLicense, database_url: str
) -> None:
    sales = await make_license(SALES, held_by=20)
    holders: list[Any] = await Assignment.all().values_list("user_id", flat=True)

    counts = []
    for user_ids in (holders[:1], holders[1:]):
        with count_queries() as statements:
            await revoke_user_licenses(context, sales.id, user_ids)
        counts.append(statements.number - LOCK - CREDENTIALS)

    assert counts == ([7, 7] if database_url.startswith("sqlite") else [4, 4])
    assert await in_use(sales) == 0
    assert await AuditEvent.all().count() == 20


async def test_revoking_frees_seats_and_reports_outcomes(
    context: Context, make_license: MakeLicense, make_user: MakeUser
) -> None:
    sales = await make_license(SALES, name="Sales Premium", total=5, plan=True)
    kari = await make_user("Kari", holds=[SALES])
    busy = await make_user("Bo", holds=[SALES], open_requests=2)
    other = await make_user("Ola")

    results = await revoke_user_licenses(context, sales.id, [other.id, kari.id, 999_999, busy.id])

    assert [(one.user_id, one.outcome, one.blocker) for one in results] == [
        (other.id, RevocationOutcome.NOT_ASSIGNED, None),
        (kari.id, RevocationOutcome.REVOKED, None),
        (999_999, RevocationOutcome.USER_NOT_FOUND, None),
        (busy.id, RevocationOutcome.BLOCKED, RevocationBlocker.OPEN_REQUESTS),
    ]
    assert await in_use(sales) == 1
    [event] = await AuditEvent.all()
    assert (event.action, event.user_id, event.license_id) == ("USER_LICENSE_REVOKED", kari.id, sales.id)
    assert (event.actor_name, event.facts) == ("Inga Solheim", {"user": "Kari", "license": "Sales Premium"})


async def test_required_license_is_kept(context: Context, make_license: MakeLicense, make_user: MakeUser) -> None:
    base = await make_license("superoffice.base", total=5)
    await make_license("superoffice.extra", total=5, requires="base")
    kari = await make_user("Kari", holds=["superoffice.base", "superoffice.extra"])

    [result] = await revoke_user_licenses(context, base.id, [kari.id])

    assert (result.outcome, result.blocker) == (RevocationOutcome.BLOCKED, RevocationBlocker.REQUIRED)
    assert await blockers(context, [(kari.id, base.id)]) == {(kari.id, base.id): RevocationBlocker.REQUIRED}


async def test_thousand_users_lose_license_in_one_call(
    context: Context, make_license: MakeLicense, make_user: MakeUser
) -> None:
    visible = await make_license("superoffice.visible-for", total=None)
    users = [await make_user(f"User {number}") for number in range(100)]
    ids = [user.id for user in users]
    await assign_user_licenses(context, visible.id, ids)
    assert await in_use(visible) == 100

    results = await revoke_user_licenses(context, visible.id, ids)

    assert {one.outcome for one in results} == {RevocationOutcome.REVOKED}
    assert await in_use(visible) == 0
    positions = await AuditEvent.all().order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(1, 201))


async def test_unknown_license_is_not_found(context: Context, make_user: MakeUser) -> None:
    kari = await make_user("Kari")
    with pytest.raises(NotFound):
        await revoke_user_licenses(context, 999_999, [kari.id])
    with pytest.raises(NotFound):
        await assign_user_licenses(context, 999_999, [kari.id])


async def test_assigning_uses_seats_and_skips_holders(
    context: Context, make_license: MakeLicense, make_user: MakeUser
) -> None:
    sales = await make_license(SALES, total=2, plan=True)
    kari, ola = await make_user("Kari", holds=[SALES]), await make_user("Ola")

    await assign_user_licenses(context, sales.id, [kari.id, ola.id])

    assert await in_use(sales) == 2
    assignment = await Assignment.get(user_id=ola.id)
    assert (assignment.assigned_by_name, assignment.is_plan) == ("Inga Solheim", True)


async def test_assigning_is_all_or_nothing(context: Context, make_license: MakeLicense, make_user: MakeUser) -> None:
    sales = await make_license(SALES, name="Sales Premium", total=1, plan=True)
    ids = [(await make_user(name)).id for name in ("Kari", "Ola")]

    with pytest.raises(NoSeats, match="1 seat left, and 2 were asked for") as refusal:
        await assign_user_licenses(context, sales.id, ids)

    assert refusal.value.path == ["input", "userIds"]
    assert await in_use(sales) == 0
    assert await AuditEvent.all().count() == 0


async def test_ineligible_users_are_rejected(context: Context, make_license: MakeLicense, make_user: MakeUser) -> None:
    sales = await make_license(SALES, total=5, plan=True)
    server = await make_license("superoffice.server", scope=LicenseScope.SYSTEM)
    feature = await make_license("superoffice.t2", hidden=True)
    kari = await make_user("Kari")
    gone = await make_user("Oskar", status=UserStatus.RETIRED)
    guest = await make_user("Guest", kind=UserKind.EXTERNAL)
    waiting = await make_user("Wenche", status=UserStatus.WAITING_FOR_APPROVAL)

    for license, user in [(server, kari), (feature, kari), (sales, gone), (sales, guest)]:
        with pytest.raises(NotAssignable):
            await assign_user_licenses(context, license.id, [user.id])
    await assign_user_licenses(context, sales.id, [waiting.id])
    assert await in_use(sales) == 1


async def test_second_plan_is_rejected(context: Context, make_license: MakeLicense, make_user: MakeUser) -> None:
    await make_license(SALES, name="Sales Premium", total=5, plan=True)
    service = await make_license(SERVICE, total=5, plan=True)
    kari = await make_user("Kari", holds=[SALES])

    with pytest.raises(HasAnotherPlan, match="Reassign them from Sales Premium"):
        await assign_user_licenses(context, service.id, [kari.id])


async def test_including_plan_satisfies_prerequisite(
    context: Context, make_license: MakeLicense, make_user: MakeUser
) -> None:
    await make_license("superoffice.t2", hidden=True)
    await make_license(SALES, total=5, plan=True, includes=["t2"])
    extra = await make_license("superoffice.extra", total=5, requires="t2")
    ola, kari = await make_user("Ola"), await make_user("Kari", holds=[SALES])

    await assign_user_licenses(context, extra.id, [kari.id])
    with pytest.raises(PrerequisiteMissing) as refusal:
        await assign_user_licenses(context, extra.id, [kari.id, ola.id])
    assert refusal.value.path == ["input", "userIds", "1"]


async def test_expired_licenses_can_only_be_revoked(
    context: Context, make_license: MakeLicense, make_user: MakeUser
) -> None:
    sales = await make_license(SALES, total=5, plan=True)
    kari, ola = await make_user("Kari", holds=[SALES]), await make_user("Ola")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    await Vendor.filter(key="superoffice").update(expires_at=yesterday)

    with pytest.raises(LicenseExpired):
        await assign_user_licenses(context, sales.id, [ola.id])
    await revoke_user_licenses(context, sales.id, [kari.id])
    assert await in_use(sales) == 0


async def test_reassigning_moves_users_between_plans(
    context: Context, make_license: MakeLicense, make_user: MakeUser
) -> None:
    sales = await make_license(SALES, total=5, plan=True)
    service = await make_license(SERVICE, total=1, plan=True)
    busy = await make_user("Bo", holds=[SALES], open_requests=3)

    await reassign_user_licenses(context, sales.id, service.id, [busy.id])

    assert (await in_use(sales), await in_use(service)) == (0, 1)
    actions = await AuditEvent.all().order_by("position").values_list("action", flat=True)
    assert list(actions) == [AuditAction.USER_LICENSE_REVOKED, AuditAction.USER_LICENSE_ASSIGNED]


async def test_holder_of_target_only_loses_source(
    context: Context, make_license: MakeLicense, make_user: MakeUser
) -> None:
    one, other = await make_license("superoffice.one", total=1), await make_license("superoffice.other", total=1)
    kari = await make_user("Kari", holds=["superoffice.one", "superoffice.other"])

    await reassign_user_licenses(context, one.id, other.id, [kari.id])

    assert (await in_use(one), await in_use(other)) == (0, 1)


async def test_reassigning_validates_source_and_holders(
    context: Context, make_license: MakeLicense, make_user: MakeUser
) -> None:
    sales = await make_license(SALES, total=5, plan=True)
    service = await make_license(SERVICE, total=0, plan=True)
    kari, ola = await make_user("Kari", holds=[SALES]), await make_user("Ola")

    with pytest.raises(Invalid):
        await reassign_user_licenses(context, sales.id, sales.id, [kari.id])
    with pytest.raises(NotHeld) as refusal:
        await reassign_user_licenses(context, sales.id, service.id, [kari.id, ola.id])
    assert refusal.value.path == ["input", "userIds", "1"]
    with pytest.raises(NoSeats):
        await reassign_user_licenses(context, sales.id, service.id, [kari.id])
    assert await in_use(sales) == 1


async def test_open_requests_block_leaving_a_plan(
    context: Context, make_license: MakeLicense, make_user: MakeUser
) -> None:
    sales = await make_license(SALES, total=5, plan=True)
    extra = await make_license("superoffice.extra", total=5)
    busy = await make_user("Bo", holds=[SALES], open_requests=1)

    with pytest.raises(RevocationBlocked):
        await reassign_user_licenses(context, sales.id, extra.id, [busy.id])


async def test_concurrent_assignments_never_oversell(
    context: Context, make_license: MakeLicense, make_user: MakeUser
) -> None:
    sales = await make_license(SALES, total=10, plan=True)
    users = [await make_user(f"User {number}") for number in range(30)]

    results = await asyncio.gather(
        *(assign_user_licenses(context, sales.id, [user.id]) for user in users), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in results) == ["NoSeats"] * 20 + ["NoneType"] * 10
    assert await in_use(sales) == 10
    assert await AuditEvent.all().count() == 10


async def test_license_of_another_installation_is_not_found(
    context: Context, make_user: MakeUser, other_installation: Callable[..., Awaitable[int]]
) -> None:
    theirs = await factories.make_license(SALES, installation_id=await other_installation(), total=5, plan=True)
    kari = await make_user("Kari")

    with pytest.raises(NotFound):
        await revoke_user_licenses(context, theirs.id, [kari.id])
    with pytest.raises(NotFound):
        await assign_user_licenses(context, theirs.id, [kari.id])
    assert await in_use(theirs) == 0


async def test_stale_seat_count_cannot_oversell(
    context: Context, make_license: MakeLicense, make_user: MakeUser
) -> None:
    sales = await make_license(SALES, total=1, plan=True)
    kari = await make_user("Kari")

    async with unit_of_work(context) as unit:
        catalog = await load_installation_catalog(context.installation_id)
        holders = await load_holders(context.installation_id, [kari.id], catalog)
        await License.filter(id=sales.id).update(in_use=1)
        with pytest.raises(NoSeats):
            await assign_seats(unit, catalog.by_key[SALES], list(holders.values()))
        await License.filter(id=sales.id).update(in_use=0)

    assert await in_use(sales) == 0
