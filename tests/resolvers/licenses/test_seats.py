"""Seats: the sort columns of assignments, and seat batches."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from models.assignment import Assignment
from models.audit_event import AuditEvent
from models.license import License
from models.seat_batch import SeatBatch
from models.user import User, microseconds
from resolvers.change_sets.activation import activate_licenses
from resolvers.change_sets.read_model import ChangeSetView
from resolvers.context import Context
from resolvers.licenses.assignments import assign_user_licenses, reassign_user_licenses, revoke_user_licenses
from resolvers.operations.doctor import examine
from resolvers.users.directory_csv import ExportedUser
from resolvers.users.directory_import import import_users
from tests.support.factories import ASSIGNED_AT

MakeLicense = Callable[..., Awaitable[License]]
MakeUser = Callable[..., Awaitable[User]]
Offer = Callable[..., Awaitable[ChangeSetView]]

SALES, SERVICE = "superoffice.ten-sales", "superoffice.ten-service"
NOW = datetime(2026, 3, 2, 12, 0, 0, 5, tzinfo=UTC)
LATER = NOW + timedelta(days=7)


async def derived(user: User) -> tuple[int, int, str]:
    """Return the columns of the user's only assignment that derive from others."""
    held = await Assignment.get(user_id=user.id)
    return held.held_since, held.idle_since, held.user_name_key


async def batches() -> list[Any]:
    """Return the seat batch of each event, in order."""
    return list(await AuditEvent.all().order_by("position").values_list("seat_batch_id", flat=True))


async def test_new_assignment_is_idle_since_the_later_of_both(
    context: Context, make_license: MakeLicense, make_user: MakeUser
) -> None:
    sales = await make_license(SALES)
    never, away = await make_user("Åse"), await make_user("Ola", last_login_at=NOW - timedelta(days=30))
    ahead = await make_user("Kari", last_login_at=LATER)
    context.now = lambda: NOW

    await assign_user_licenses(context, sales.id, [never.id, away.id, ahead.id])

    assert await derived(never) == (microseconds(NOW), microseconds(NOW), "åse")
    assert await derived(away) == (microseconds(NOW), microseconds(NOW), "ola")
    assert await derived(ahead) == (microseconds(NOW), microseconds(LATER), "kari")


async def test_reassigning_carries_held_since(context: Context, make_license: MakeLicense, make_user: MakeUser) -> None:
    sales, service = await make_license(SALES, plan=True), await make_license(SERVICE, plan=True)
    kari = await make_user("Kari", holds=[SALES])

    await reassign_user_licenses(context, sales.id, service.id, [kari.id])

    assert await derived(kari) == (microseconds(ASSIGNED_AT), microseconds(ASSIGNED_AT), "kari")
    assert await Assignment.filter(license_id=service.id).count() == 1


async def test_activation_moves_carry_held_since(
    context: Context, make_license: MakeLicense, make_user: MakeUser, offer: Offer
) -> None:
    sales = await make_license(SALES, total=5)
    kari = await make_user("Kari", holds=[SALES], last_login_at=NOW)
    change_set = await offer({SALES: 4, SERVICE: 5})

    await activate_licenses(context, change_set.id, moves=[(sales.id, SERVICE, [kari.id])])

    assert await derived(kari) == (microseconds(ASSIGNED_AT), microseconds(NOW), "kari")


async def test_license_assigned_again_is_held_since_then(
    context: Context, make_license: MakeLicense, make_user: MakeUser
) -> None:
    sales = await make_license(SALES)
    kari = await make_user("Kari", holds=[SALES])
    context.now = lambda: NOW

    await revoke_user_licenses(context, sales.id, [kari.id])
    await assign_user_licenses(context, sales.id, [kari.id])

    assert await derived(kari) == (microseconds(NOW), microseconds(NOW), "kari")


async def test_import_updates_the_columns_of_assignments(
    context: Context, make_license: MakeLicense, make_user: MakeUser
) -> None:
    await make_license(SALES)
    kari = await make_user("Kari", holds=[SALES])
    unchanged = await make_user("Ola", holds=[SALES])

    lines: list[dict[str, Any]] = [
        {"login": "kari", "name": "Åse", "last_login_at": LATER},
        {"login": "ola", "name": "Ola", "role": "Boss"},
    ]
    await import_users(context, [ExportedUser(number, columns) for number, columns in enumerate(lines)])

    assert await derived(kari) == (microseconds(ASSIGNED_AT), microseconds(LATER), "åse")
    assert await derived(unchanged) == (microseconds(ASSIGNED_AT), microseconds(ASSIGNED_AT), "ola")
    assert await examine(context) == []


async def test_import_without_a_sign_in_falls_back_to_held_since(
    context: Context, make_license: MakeLicense, make_user: MakeUser
) -> None:
    await make_license(SALES)
    kari = await make_user("Kari", holds=[SALES], last_login_at=LATER)

    await import_users(context, [ExportedUser(2, {"login": "kari", "name": "Kari", "last_login_at": None})])

    assert await derived(kari) == (microseconds(ASSIGNED_AT), microseconds(ASSIGNED_AT), "kari")


async def test_unit_of_work_that_changes_seats_is_one_batch(
    context: Context, make_license: MakeLicense, make_user: MakeUser
) -> None:
    sales, service = await make_license(SALES, plan=True), await make_license(SERVICE, plan=True)
    users = [await make_user(f"User {number}") for number in range(2)]
    context.now = lambda: NOW

    await assign_user_licenses(context, sales.id, [user.id for user in users])
    await reassign_user_licenses(context, sales.id, service.id, [user.id for user in users])

    first, second = await SeatBatch.all().order_by("id")
    assert await batches() == [first.id] * 2 + [second.id] * 4
    assert (first.actor_kind, first.actor_name, first.request_id) == ("ADMINISTRATOR", "Inga Solheim", "test-request")
    assert (first.installation_id, first.created_at, first.undone_by_id) == (context.installation_id, NOW, None)


async def test_only_events_about_seats_name_the_batch(
    context: Context, make_license: MakeLicense, make_user: MakeUser
) -> None:
    await make_license(SALES)
    await make_user("Kari", holds=[SALES])

    await import_users(
        context,
        [
            ExportedUser(2, {"login": "kari", "name": "Kari", "status": "RETIRED"}),
            ExportedUser(3, {"login": "ola", "name": "Ola"}),
        ],
    )

    batch = await SeatBatch.get()
    actions = list(await AuditEvent.all().order_by("position").values_list("action", "seat_batch_id"))
    assert sorted(actions, key=str) == [
        ("USER_CHANGED", None),
        ("USER_CHANGED", None),
        ("USER_LICENSE_REVOKED", batch.id),
    ]


async def test_unit_of_work_without_seats_is_no_batch(context: Context, make_user: MakeUser) -> None:
    await import_users(context, [ExportedUser(2, {"login": "ola", "name": "Ola"})])

    assert await batches() == [None]
    assert await SeatBatch.all().count() == 0


async def test_revocation_records_held_since(context: Context, make_license: MakeLicense, make_user: MakeUser) -> None:
    sales = await make_license(SALES)
    kari = await make_user("Kari", holds=[SALES])

    await revoke_user_licenses(context, sales.id, [kari.id])
    await assign_user_licenses(context, sales.id, [kari.id])

    recorded = await AuditEvent.all().order_by("position").values_list("held_since", flat=True)
    assert list(recorded) == [microseconds(ASSIGNED_AT), None]
