"""Seats: who holds which license, and the two functions that change it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tortoise.expressions import F, Q

from licensing.enums import AuditAction, UserKind, UserStatus
from licensing.errors import NoSeats
from licensing.suggestions import idle_since
from models.assignment import Assignment
from models.db.bulk import delete_assignments, insert_rows, read_holdings
from models.license import License
from models.user import microseconds, sort_key
from resolvers.licenses.catalog import Catalog, LicenseRow
from resolvers.unit_of_work import UnitOfWork


@dataclass(slots=True)
class Holder:
    """A user and the keys of the licenses that the user holds."""

    id: int
    name: str
    kind: UserKind
    status: UserStatus
    open_requests: int
    last_login_key: int
    held: set[str] = field(default_factory=set)
    held_since: dict[str, int] = field(default_factory=dict)
    """When the user first got each license or those it was moved from, in microseconds since 1970, by key."""


async def load_holders(installation_id: int, user_ids: Iterable[int], catalog: Catalog) -> dict[int, Holder]:
    """Read users and their licenses in one statement, by user ID; users of other installations are missing."""
    holders: dict[int, Holder] = {}
    for id_, name, kind, status, open_requests, last_login_key, license_id, held_since in await read_holdings(
        installation_id, list(user_ids)
    ):
        if (holder := holders.get(id_)) is None:
            holder = Holder(id_, name, UserKind(kind), UserStatus(status), open_requests, last_login_key)
            holders[id_] = holder
        if license_id is not None:
            key = catalog.by_id[license_id].key
            holder.held.add(key)
            holder.held_since[key] = held_since
    return holders


async def revoke_seats(unit: UnitOfWork, license: LicenseRow, holders: Sequence[Holder]) -> None:
    """Revoke a license from users who hold it, and free their seats."""
    if not holders:
        return
    await delete_assignments(license.id, [holder.id for holder in holders])
    revoked = [(holder.id, holder.name, holder.held_since.get(license.key)) for holder in holders]
    for holder in holders:
        holder.held.discard(license.key)
    _record(unit, AuditAction.USER_LICENSE_REVOKED, license, revoked)


async def assign_seats(
    unit: UnitOfWork, license: LicenseRow, holders: Sequence[Holder], *, moved_from: str | None = None
) -> None:
    """Assign a license to users who do not hold it, if enough seats are available.

    Args:
        unit: The transaction.
        license: The license.
        holders: The users.
        moved_from: Key of the license that this one replaces, whose `held_since` it takes over; None if it is new.

    Raises:
        NoSeats: Too few seats are available; the transaction must be rolled back.
    """
    if not holders:
        return
    actor = unit.context.caller.actor
    counted = await License.filter(
        Q(total__isnull=True) | Q(total__gte=F("in_use") + len(holders)), id=license.id, in_force=True
    ).update(in_use=F("in_use") + len(holders))
    if not counted:
        raise NoSeats(license=license.name, wanted=len(holders), available=license.available)
    now = microseconds(unit.now)
    for holder in holders:
        holder.held.add(license.key)
        holder.held_since[license.key] = holder.held_since.get(moved_from, now) if moved_from else now
    await insert_rows(
        Assignment,
        [
            {
                "installation_id": unit.installation.id,
                "license_id": license.id,
                "user_id": holder.id,
                "is_plan": license.is_plan,
                "assigned_at": unit.now,
                "assigned_by_kind": actor.kind.value,
                "assigned_by_name": actor.name,
                "held_since": holder.held_since[license.key],
                "idle_since": idle_since(holder.held_since[license.key], holder.last_login_key),
                "user_name_key": sort_key(holder.name),
            }
            for holder in holders
        ],
    )
    _record(unit, AuditAction.USER_LICENSE_ASSIGNED, license, [(holder.id, holder.name, None) for holder in holders])


def _record(
    unit: UnitOfWork, action: AuditAction, license: LicenseRow, users: Sequence[tuple[int, str, int | None]]
) -> None:
    unit.record_seats(
        users,
        action,
        vendor_id=license.vendor_id,
        license_id=license.id,
        license=license.name,
    )
