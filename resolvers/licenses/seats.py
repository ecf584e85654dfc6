"""Seats: who holds which license, and the two functions that change it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tortoise.expressions import F, Q

from licensing.enums import AuditAction, UserKind, UserStatus
from licensing.errors import NoSeats
from models.assignment import Assignment
from models.db.bulk import delete_assignments, insert_rows, read_holdings
from models.license import License
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
    held: set[str]


async def load_holders(installation_id: int, user_ids: Iterable[int], catalog: Catalog) -> dict[int, Holder]:
    """Read users and their licenses in one statement, by user ID; users of other installations are missing."""
    holders: dict[int, Holder] = {}
    for id_, name, kind, status, open_requests, license_id in await read_holdings(installation_id, list(user_ids)):
        if (holder := holders.get(id_)) is None:
            holder = Holder(id_, name, UserKind(kind), UserStatus(status), open_requests, set())
            holders[id_] = holder
        if license_id is not None:
            holder.held.add(catalog.by_id[license_id].key)
    return holders


async def revoke_seats(unit: UnitOfWork, license: LicenseRow, holders: Sequence[Holder]) -> None:
    """Revoke a license from users who hold it, and free their seats."""
    if not holders:
        return
    await delete_assignments(license.id, [holder.id for holder in holders])
    for holder in holders:
        holder.held.discard(license.key)
    _record(unit, AuditAction.USER_LICENSE_REVOKED, license, holders)


async def assign_seats(unit: UnitOfWork, license: LicenseRow, holders: Sequence[Holder]) -> None:
    """Assign a license to users who do not hold it, if enough seats are available.

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
            }
            for holder in holders
        ],
    )
    for holder in holders:
        holder.held.add(license.key)
    _record(unit, AuditAction.USER_LICENSE_ASSIGNED, license, holders)


def _record(unit: UnitOfWork, action: AuditAction, license: LicenseRow, holders: Sequence[Holder]) -> None:
    unit.record_for_users(
        [(holder.id, holder.name) for holder in holders],
        action,
        vendor_id=license.vendor_id,
        license_id=license.id,
        license=license.name,
    )
