"""Seats: the licenses in force and their holders as the rules see them, and the two statements that give and take."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tortoise.expressions import F, Q

from licensing.diff import seats_available
from licensing.documents.claims import LicenseGrant
from licensing.eligibility import LicenseRule
from licensing.enums import AuditAction, LicenseScope, UserKind, UserStatus
from licensing.errors import NoSeats, NotFound
from models.assignment import Assignment
from models.db.bulk import insert_rows
from models.db.select import Select
from models.db.sets import read_holdings, take_seats
from models.license import License
from resolvers.context import Context
from resolvers.unit_of_work import Change


@dataclass(frozen=True, slots=True)
class SeatedLicense:
    """A license in force: its row, and what decides who may hold it."""

    id: int
    vendor_id: int
    in_use: int
    rule: LicenseRule

    @property
    def available(self) -> int | None:
        """Seats left; None if unlimited."""
        return seats_available(self.rule.total, self.in_use)


class LicensesInForce:
    """An installation's licenses in force, by key and by id."""

    def __init__(self, licenses: Iterable[SeatedLicense]) -> None:
        self.by_key = {license.rule.key: license for license in licenses}
        self.by_id = {license.id: license for license in self.by_key.values()}
        self.rules = {key: license.rule for key, license in self.by_key.items()}

    def visible(self, context: Context, license_id: int, *path: str) -> SeatedLicense:
        """The license with this id, if the caller may see it.

        Raises:
            NotFound: There is none in force here, or it is another vendor's than the caller's token is bound to.
        """
        license = self.by_id.get(license_id)
        if license is None or context.caller.vendor_id not in (None, license.vendor_id):
            raise NotFound(path or None)
        return license


@dataclass(slots=True)
class Holder:
    """A user and the keys of the licenses they hold."""

    id: int
    name: str
    kind: UserKind
    status: UserStatus
    open_requests: int
    held: set[str]


_OF_LICENSE = (
    "id", "vendor_id", "in_use", "key", "name", "scope",
    "is_plan", "is_hidden", "total", "requires", "includes", "kinds",
)  # fmt: skip


def rule_of(vendor_key: str, grant: LicenseGrant) -> LicenseRule:
    """What decides who may hold a license, with codes made keys."""
    return LicenseRule(
        key=f"{vendor_key}.{grant.code}",
        name=grant.name,
        scope=grant.scope,
        is_plan=grant.plan,
        is_hidden=grant.hidden,
        total=grant.total,
        requires=f"{vendor_key}.{grant.requires}" if grant.requires else None,
        includes=frozenset(f"{vendor_key}.{code}" for code in grant.includes),
        kinds=grant.user_kinds,
    )


async def load_licenses_in_force(installation_id: int) -> LicensesInForce:
    """Reads the installation's licenses in force, of all vendors, in one statement."""
    select = Select()
    rows = await select.rows(
        f"SELECT {select.project(License, *_OF_LICENSE)} FROM license "
        f"WHERE installation_id = {select.bind(installation_id)} AND in_force ORDER BY id"
    )
    licenses = []
    for id_, vendor_id, in_use, key, name, scope, is_plan, is_hidden, total, requires, includes, kinds in rows:
        vendor_key, _, code = key.partition(".")
        grant = LicenseGrant(
            code=code,
            name=name,
            scope=LicenseScope(scope),
            total=total,
            plan=is_plan,
            hidden=is_hidden,
            includes=tuple(includes),
            requires=requires,
            kinds=None if kinds is None else tuple(UserKind(kind) for kind in kinds),
        )
        licenses.append(SeatedLicense(id_, vendor_id, in_use, rule_of(vendor_key, grant)))
    return LicensesInForce(licenses)


async def load_holders(installation_id: int, user_ids: Iterable[int], licenses: LicensesInForce) -> dict[int, Holder]:
    """Reads users and all that they hold in one statement; those who are not of the installation are missing."""
    holders: dict[int, Holder] = {}
    for id_, name, kind, status, open_requests, license_id in await read_holdings(installation_id, list(user_ids)):
        if (holder := holders.get(id_)) is None:
            holder = Holder(id_, name, UserKind(kind), UserStatus(status), open_requests, set())
            holders[id_] = holder
        if license_id is not None:
            holder.held.add(licenses.by_id[license_id].rule.key)
    return holders


async def revoke_seats(change: Change, license: SeatedLicense, holders: Sequence[Holder]) -> None:
    """Takes a license from users who hold it, and frees their seats."""
    if not holders:
        return
    await take_seats(license.id, [holder.id for holder in holders])
    for holder in holders:
        holder.held.discard(license.rule.key)
    _record(change, AuditAction.USER_LICENSE_REVOKED, license, holders)


async def assign_seats(change: Change, license: SeatedLicense, holders: Sequence[Holder]) -> None:
    """Gives a license to users who do not hold it yet, if it has the seats.

    Raises:
        NoSeats: It has not; the transaction must be rolled back.
    """
    if not holders:
        return
    actor = change.context.caller.actor
    seated = await License.filter(
        Q(total__isnull=True) | Q(total__gte=F("in_use") + len(holders)), id=license.id, in_force=True
    ).update(in_use=F("in_use") + len(holders))
    if not seated:
        raise NoSeats(license=license.rule.name, wanted=len(holders), available=license.available)
    await insert_rows(
        Assignment,
        [
            {
                "installation_id": change.installation.id,
                "license_id": license.id,
                "user_id": holder.id,
                "is_plan": license.rule.is_plan,
                "assigned_at": change.now,
                "assigned_by_kind": actor.kind.value,
                "assigned_by_name": actor.name,
            }
            for holder in holders
        ],
    )
    for holder in holders:
        holder.held.add(license.rule.key)
    _record(change, AuditAction.USER_LICENSE_ASSIGNED, license, holders)


def _record(change: Change, action: AuditAction, license: SeatedLicense, holders: Sequence[Holder]) -> None:
    change.record_of_each(
        [(holder.id, holder.name) for holder in holders],
        action,
        vendor_id=license.vendor_id,
        license_id=license.id,
        license=license.rule.name,
    )
