"""Activation of change sets."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from licensing.enums import ActorKind, AuditAction, ChangeSetStatus, LicenseChangeKind
from licensing.errors import (
    ChangeSetClosed,
    HasAnotherPlan,
    Invalid,
    LicenseExpired,
    LicensingError,
    NoSeats,
    NotAssignable,
    NotFound,
    NotYetEffective,
    RevocationBlocked,
    SurplusSeats,
)
from models.assignment import Assignment
from models.audit_event import AuditEvent
from models.license import License
from models.user import User
from models.vendor import Vendor
from resolvers.change_sets.activation import activate_licenses
from resolvers.change_sets.change_sets import (
    acknowledge_change_set,
    get_change_set,
    pending_changes,
    reject_pending_changes,
)
from resolvers.change_sets.read_model import ChangeSetView
from resolvers.context import Context
from resolvers.licenses.assignments import revoke_user_licenses
from tests.support.documents import grant, unix_time

MakeLicense = Callable[..., Awaitable[License]]
MakeUser = Callable[..., Awaitable[User]]
Offer = Callable[..., Awaitable[ChangeSetView]]

SALES, SERVICE = "superoffice.ten-sales", "superoffice.ten-service"


async def holders(key: str) -> set[str]:
    """Return the names of a license's holders, after checking that the seat counter agrees."""
    license = await License.get(key=key)
    ids = await Assignment.filter(license_id=license.id).values_list("user_id", flat=True)
    assert license.in_use == len(ids)
    return {user.name for user in await User.filter(id__in=list(ids))}


async def actions() -> list[str]:
    return [str(action) for action in await AuditEvent.all().order_by("position").values_list("action", flat=True)]


async def test_activation_is_blocked_while_seats_are_in_surplus(
    context: Context, make_license: MakeLicense, offer: Offer
) -> None:
    await make_license(SALES, name="Sales Premium", total=5, held_by=4)
    change_set = await offer({SALES: 3})

    with pytest.raises(SurplusSeats, match="1 more seat of ten-sales is in use"):
        await activate_licenses(context, change_set.id)

    assert (await get_change_set(context, change_set.id)).surplus_requirements[0].seats_to_remove == 1
    assert (await License.get(key=SALES)).total == 5
    assert await actions() == [AuditAction.CHANGE_SET_RECEIVED, AuditAction.ACTIVATION_REFUSED]


async def test_equal_seats_in_use_are_no_surplus(context: Context, make_license: MakeLicense, offer: Offer) -> None:
    await make_license(SALES, total=5, held_by=3)
    change_set = await offer({SALES: 3})

    await activate_licenses(context, change_set.id)

    assert (await License.get(key=SALES)).total == 3


async def test_revocations_and_activation_share_one_transaction(
    context: Context, make_license: MakeLicense, make_user: MakeUser, offer: Offer
) -> None:
    sales = await make_license(SALES, total=5)
    users = [await make_user(name, holds=[SALES]) for name in ("Kari", "Ola", "Per")]
    change_set = await offer({SALES: 2})

    await activate_licenses(context, change_set.id, revocations=[(sales.id, [users[0].id])])

    assert await holders(SALES) == {"Ola", "Per"}
    assert (await License.get(id=sales.id)).total == 2
    closed = await get_change_set(context, change_set.id)
    assert closed.status is ChangeSetStatus.ACTIVATED
    assert [(one.old_total, one.new_total, one.in_use, one.kind) for one in closed.changes] == [
        (5, 2, 2, LicenseChangeKind.DECREASED)
    ]


async def test_failed_activation_revokes_nothing(
    context: Context, make_license: MakeLicense, make_user: MakeUser, offer: Offer
) -> None:
    sales = await make_license(SALES, total=5)
    users = [await make_user(name, holds=[SALES]) for name in ("Kari", "Ola", "Per")]
    change_set = await offer({SALES: 1})

    with pytest.raises(SurplusSeats):
        await activate_licenses(context, change_set.id, revocations=[(sales.id, [users[0].id])])

    assert await holders(SALES) == {"Kari", "Ola", "Per"}
    assert AuditAction.USER_LICENSE_REVOKED not in await actions()


async def test_one_blocked_user_blocks_the_activation(
    context: Context, make_license: MakeLicense, make_user: MakeUser, offer: Offer
) -> None:
    sales = await make_license(SALES, total=5, plan=True)
    kari, busy = await make_user("Kari", holds=[SALES]), await make_user("Bo", holds=[SALES], open_requests=1)
    ola = await make_user("Ola")
    change_set = await offer({}, licenses=[grant("ten-sales", total=1, plan=True)])

    with pytest.raises(RevocationBlocked) as refusal:
        await activate_licenses(context, change_set.id, revocations=[(sales.id, [kari.id, busy.id])])
    assert refusal.value.path == ["input", "revocations", "0", "userIds", "1"]
    await activate_licenses(context, change_set.id, revocations=[(sales.id, [ola.id, kari.id])])
    assert await holders(SALES) == {"Bo"}


async def test_full_plan_can_be_replaced_by_moves(
    context: Context, make_license: MakeLicense, make_user: MakeUser, offer: Offer
) -> None:
    demo = await make_license("superoffice.ten-demo", total=3, plan=True)
    users = [await make_user(name, holds=["superoffice.ten-demo"], open_requests=1) for name in ("A", "B", "C")]
    change_set = await offer({}, licenses=[grant("ten-sales", name="Sales Premium", total=3, plan=True)])
    assert change_set.status is ChangeSetStatus.BLOCKED_BY_SURPLUS

    await activate_licenses(context, change_set.id, moves=[(demo.id, SALES, [user.id for user in users])])

    assert await holders(SALES) == {"A", "B", "C"}
    assert await holders("superoffice.ten-demo") == set()
    assert not (await License.get(key="superoffice.ten-demo")).in_force
    assert (await actions()).count("USER_LICENSE_ASSIGNED") == 3


async def test_moves_need_seats_in_target_license(
    context: Context, make_license: MakeLicense, make_user: MakeUser, offer: Offer
) -> None:
    sales = await make_license(SALES, total=3, plan=True)
    users = [await make_user(name, holds=[SALES]) for name in ("A", "B")]
    service = grant("ten-service", total=1, plan=True)
    change_set = await offer({}, licenses=[service])

    with pytest.raises(NoSeats) as refusal:
        await activate_licenses(context, change_set.id, moves=[(sales.id, SERVICE, [user.id for user in users])])

    assert refusal.value.path == ["input", "moves", "0"]
    assert await holders(SALES) == {"A", "B"}


async def test_moves_follow_assignment_rules(
    context: Context, make_license: MakeLicense, make_user: MakeUser, offer: Offer
) -> None:
    extra = await make_license("superoffice.extra", total=3)
    await make_license(SALES, total=3, plan=True)
    kari = await make_user("Kari", holds=["superoffice.extra", SALES])
    licenses = [
        grant("extra", total=3),
        grant("ten-sales", total=3, plan=True),
        grant("ten-service", total=3, plan=True),
        grant("server", scope="SYSTEM"),
    ]
    change_set = await offer({}, licenses=licenses)

    for target, refusal in [
        (SERVICE, HasAnotherPlan),
        ("superoffice.server", NotAssignable),
        ("superoffice.unknown", NotFound),
    ]:
        with pytest.raises(refusal):
            await activate_licenses(context, change_set.id, moves=[(extra.id, target, [kari.id])])
    with pytest.raises(Invalid):
        await activate_licenses(context, change_set.id, [(extra.id, [kari.id])], moves=[(extra.id, SALES, [kari.id])])
    with pytest.raises(NotFound):
        await activate_licenses(context, change_set.id, [(extra.id, [999_999])])


async def test_activating_again_changes_nothing(context: Context, offer: Offer) -> None:
    change_set = await offer({SALES: 3})
    await activate_licenses(context, change_set.id)
    events = await actions()

    await activate_licenses(context, change_set.id)

    assert await actions() == events


async def test_activating_an_older_change_set_fails(context: Context, offer: Offer) -> None:
    first = await offer({SALES: 3})
    await activate_licenses(context, first.id)
    second = await offer({SALES: 4})
    await activate_licenses(context, first.id)
    await activate_licenses(context, second.id)

    with pytest.raises(ChangeSetClosed):
        await activate_licenses(context, first.id)
    assert (await License.get(key=SALES)).total == 4


async def test_superseded_change_set_cannot_be_activated(context: Context, offer: Offer) -> None:
    reviewed = await offer({SALES: 3})
    await offer({SALES: 4})

    with pytest.raises(ChangeSetClosed):
        await activate_licenses(context, reviewed.id)


async def test_activation_needs_licenses_in_effect(context: Context, offer: Offer) -> None:
    early = await offer({SALES: 3}, nbf=unix_time(datetime.now(UTC) + timedelta(days=1)))
    with pytest.raises(NotYetEffective):
        await activate_licenses(context, early.id)
    late = await offer({SALES: 3}, dates={"expires_at": "2025-01-01T00:00:00Z"})
    with pytest.raises(LicenseExpired):
        await activate_licenses(context, late.id)


async def test_unknown_change_set_is_not_found(context: Context) -> None:
    with pytest.raises(NotFound):
        await activate_licenses(context, 999_999)


async def test_rejected_change_set_cannot_be_activated(context: Context, offer: Offer) -> None:
    change_set = await offer({SALES: 3})
    await reject_pending_changes(context, change_set.id, "We bought 30")
    await reject_pending_changes(context, change_set.id, "We bought 30")

    with pytest.raises(ChangeSetClosed):
        await activate_licenses(context, change_set.id)
    assert await pending_changes(context) == []
    assert (await actions()).count("CHANGE_SET_REJECTED") == 1


async def test_closed_change_set_keeps_its_numbers(
    context: Context, make_license: MakeLicense, make_user: MakeUser, offer: Offer
) -> None:
    sales = await make_license(SALES, total=5)
    kari = await make_user("Kari", holds=[SALES])
    change_set = await offer({SALES: 3})
    await activate_licenses(context, change_set.id)
    await revoke_user_licenses(context, sales.id, [kari.id])

    [change] = (await get_change_set(context, change_set.id)).changes
    assert (change.old_total, change.new_total, change.in_use) == (5, 3, 1)


async def test_only_automatic_activations_are_acknowledged(
    context: Context, offer: Offer, trusted_vendor: Vendor
) -> None:
    change_set = await offer({SALES: 3})
    with pytest.raises(Invalid):
        await acknowledge_change_set(context, change_set.id)
    await activate_licenses(context, change_set.id)
    with pytest.raises(Invalid):
        await acknowledge_change_set(context, change_set.id)


async def test_concurrent_activations_both_succeed(context: Context, offer: Offer) -> None:
    change_set = await offer({SALES: 3})

    results = await asyncio.gather(*(activate_licenses(context, change_set.id) for _ in range(2)))

    assert results == [None, None]
    assert (await actions()).count("LICENSES_ACTIVATED") == 1


async def test_concurrent_revocation_and_activation_stay_consistent(
    context: Context, make_license: MakeLicense, make_user: MakeUser, offer: Offer
) -> None:
    sales = await make_license(SALES, total=10)
    users = [await make_user(f"User {number}", holds=[SALES]) for number in range(6)]
    change_set = await offer({SALES: 5})

    outcomes = await asyncio.gather(
        activate_licenses(context, change_set.id),
        revoke_user_licenses(context, sales.id, [users[0].id]),
        activate_licenses(context, change_set.id),
        return_exceptions=True,
    )

    assert all(not isinstance(one, BaseException) or isinstance(one, LicensingError) for one in outcomes)
    stored = await License.get(id=sales.id)
    closed = await get_change_set(context, change_set.id)
    assert stored.in_use == 5
    assert (stored.total == 5) is (closed.status is ChangeSetStatus.ACTIVATED)


async def test_activation_event_lists_changes(context: Context, make_license: MakeLicense, offer: Offer) -> None:
    await make_license(SALES, name="ten-sales", total=5)
    change_set = await offer({SALES: 8}, dates={"expires_at": "2030-01-01T00:00:00Z"})
    await activate_licenses(context, change_set.id)

    event = await AuditEvent.get(action="LICENSES_ACTIVATED")
    assert event.actor_kind == ActorKind.ADMINISTRATOR
    assert event.details == [[SALES, "5", "8"], ["expiresAt", None, "2030-01-01T00:00:00+00:00"]]
