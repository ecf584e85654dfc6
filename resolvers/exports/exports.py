"""Exports: the lists of the API as batches of rows, for files of any length."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from licensing.enums import ApiScope, LicenseScope, UserKind
from licensing.messages import Language
from licensing.surplus import seats_available
from resolvers.audit.log import AuditCriteria, EventRow, event_batches, summary
from resolvers.change_sets.change_sets import surplus_requirements
from resolvers.context import Context
from resolvers.licenses.assignment_queries import AssignmentRow, load_assignments_of_users, ranked_holders
from resolvers.licenses.assignments import blockers
from resolvers.licenses.catalog import LicenseCriteria, LicenseRow, license_batches, load_catalog
from resolvers.user_criteria import UserCriteria
from resolvers.users.users import REDACTED, UserRow, user_batches
from resolvers.vendors.vendors import load_vendors


class UserLine(NamedTuple):
    """A user; values that the caller may not read are None."""

    id: int
    login: str
    name: str
    email: str | None
    category: str
    kind: str | None
    status: str
    group: str | None
    role: str | None
    can_log_in: bool | None
    is_administrator: bool | None
    last_login_at: datetime | None
    plan: str | None
    licenses: Sequence[str]


class AssignmentLine(NamedTuple):
    """An assignment with its user and its license."""

    id: int
    license: str
    license_name: str
    login: str
    name: str
    assigned_at: datetime
    assigned_by: str
    license_id: int
    user_id: int


class LicenseLine(NamedTuple):
    """A license in force; the numbers of seats are None for licenses without seats."""

    id: int
    key: str
    name: str
    scope: str
    vendor: str
    is_plan: bool
    is_hidden: bool
    total: int | None
    in_use: int | None
    available: int | None


class AuditLine(NamedTuple):
    """An audit event."""

    id: int
    position: int
    occurred_at: datetime
    action: str
    actor_kind: str
    actor: str
    summary: str
    vendor: str | None
    license: str | None
    user_id: int | None
    change_set_id: int | None
    request_id: str
    details: Sequence[dict[str, str | None]]


class SurplusLine(NamedTuple):
    """A holder of a license in surplus; as many holders are marked for revocation as seats must be freed."""

    revoke: str
    license: str
    license_name: str
    seats_to_remove: int
    login: str
    name: str
    group: str | None
    can_log_in: bool
    last_login_at: datetime | None
    assigned_at: datetime
    reason: str
    blocker: str | None
    license_id: int
    user_id: int


MARK = "x"
"""The value of `revoke` for holders whose license is to be revoked."""

Batches = AsyncIterator[Sequence[Sequence[Any]]]


async def export_users(context: Context, criteria: UserCriteria) -> Batches:
    """Yield users by name, as rows of `UserLine`."""
    context.require(ApiScope.USERS_READ)
    catalog = (await context.cached_read(load_catalog)).by_id
    async for rows in user_batches(context, criteria):
        held = await _assignments_by_user(context, rows, catalog)
        yield [_user_line(UserRow._make(row), held.get(row[0], ()), catalog) for row in rows]


async def export_assignments(context: Context, criteria: UserCriteria, license_key: str | None = None) -> Batches:
    """Yield assignments by the user's name, as rows of `AssignmentLine`; of one license if its key is given."""
    context.require(ApiScope.USERS_READ)
    context.require(ApiScope.LICENSES_READ)
    catalog = await context.cached_read(load_catalog)
    licenses = catalog.by_id
    if license_key is not None:
        licenses = {row.id: row for row in licenses.values() if row.key == license_key}
        if not licenses:
            return
    async for rows in user_batches(context, criteria, catalog.by_key.get(license_key or "")):
        held = await _assignments_by_user(context, rows, licenses)
        yield [
            _assignment_line(UserRow._make(row), assignment, licenses[assignment.license_id])
            for row in rows
            for assignment in held.get(row[0], ())
        ]


async def export_licenses(context: Context, criteria: LicenseCriteria) -> Batches:
    """Yield licenses in force by vendor, in the vendor's order, as rows of `LicenseLine`."""
    context.require(ApiScope.LICENSES_READ)
    async for rows in license_batches(context, criteria):
        yield [_license_line(row) for row in rows]


async def export_audit(context: Context, criteria: AuditCriteria) -> Batches:
    """Yield audit events, newest first, as rows of `AuditLine`."""
    context.require(ApiScope.AUDIT_READ)
    licenses = (await context.cached_read(load_catalog)).by_id
    vendors = {vendor.id: vendor.key for vendor in await context.cached_read(load_vendors)}
    async for rows in event_batches(context, criteria):
        yield [_audit_line(context.language, EventRow._make(row), vendors, licenses) for row in rows]


async def export_surplus(context: Context, vendor: str | None = None) -> Batches:
    """Yield the holders of licenses in surplus in the order of suggestions, as rows of `SurplusLine`."""
    context.require(ApiScope.USERS_READ)
    context.require(ApiScope.LICENSES_READ)
    catalog = (await context.cached_read(load_catalog)).by_id
    for surplus in await surplus_requirements(context, vendor):
        license, seats_left = catalog[surplus.license_id], surplus.seats_to_remove
        async for holders in ranked_holders(context, surplus.license_id):
            blocker_by_holding = await blockers(context, [(row.user_id, license.id) for row, *_ in holders])
            lines = []
            for row, reason, is_suggestible, (login, name, group, can_log_in, last_login_at), _ in holders:
                blocker = blocker_by_holding.get((row.user_id, license.id))
                is_marked = seats_left > 0 and is_suggestible and blocker is None
                seats_left -= is_marked
                lines.append(
                    SurplusLine(
                        revoke=MARK if is_marked else "",
                        license=license.key,
                        license_name=license.name,
                        seats_to_remove=surplus.seats_to_remove,
                        login=login,
                        name=name,
                        group=group,
                        can_log_in=can_log_in,
                        last_login_at=_parse_instant(last_login_at),
                        assigned_at=datetime.fromisoformat(row.assigned_at),
                        reason=reason.value,
                        blocker=blocker.value if blocker else None,
                        license_id=license.id,
                        user_id=row.user_id,
                    )
                )
            yield lines


async def _assignments_by_user(
    context: Context, users: Sequence[Sequence[Any]], licenses: Mapping[int, LicenseRow]
) -> dict[int, list[AssignmentRow]]:
    """Return assignments of the given licenses by user ID; licenses added since the export began are left out."""
    by_user: dict[int, list[AssignmentRow]] = {}
    for assignment in map(AssignmentRow._make, await load_assignments_of_users(context, [row[0] for row in users])):
        if assignment.license_id in licenses:
            by_user.setdefault(assignment.user_id, []).append(assignment)
    return by_user


def _assignment_line(user: UserRow, held: AssignmentRow, license: LicenseRow) -> AssignmentLine:
    return AssignmentLine(
        id=held.id,
        license=license.key,
        license_name=license.name,
        login=user.login,
        name=user.name,
        assigned_at=datetime.fromisoformat(held.assigned_at),
        assigned_by=held.assigned_by_name,
        license_id=license.id,
        user_id=user.id,
    )


def _user_line(user: UserRow, held: Sequence[AssignmentRow], catalog: Mapping[int, LicenseRow]) -> UserLine:
    visible = UserRow._make(None if value is REDACTED else value for value in user)
    plan = next((catalog[assignment.license_id].key for assignment in held if assignment.is_plan), None)
    return UserLine(
        id=visible.id,
        login=visible.login,
        name=visible.name,
        email=visible.email,
        category=UserKind(visible.category).category.value,
        kind=visible.kind,
        status=visible.status,
        group=visible.group,
        role=visible.role,
        can_log_in=visible.can_log_in,
        is_administrator=visible.is_administrator,
        last_login_at=_parse_instant(visible.last_login_at),
        plan=plan,
        licenses=[catalog[assignment.license_id].key for assignment in held],
    )


def _parse_instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _license_line(row: LicenseRow) -> LicenseLine:
    has_seats = row.scope == LicenseScope.USER and not row.is_hidden
    return LicenseLine(
        id=row.id,
        key=row.key,
        name=row.name,
        scope=row.scope,
        vendor=row.key.removesuffix(f".{row.code}"),
        is_plan=row.is_plan,
        is_hidden=row.is_hidden,
        total=row.total if has_seats else None,
        in_use=row.in_use if has_seats else None,
        available=seats_available(row.total, row.in_use) if has_seats else None,
    )


def _audit_line(
    language: Language, event: EventRow, vendors: dict[int, str], licenses: dict[int, LicenseRow]
) -> AuditLine:
    license = licenses.get(event.license_id or 0)
    return AuditLine(
        id=event.id,
        position=event.position,
        occurred_at=datetime.fromisoformat(event.occurred_at),
        action=event.action,
        actor_kind=event.actor_kind,
        actor=event.actor_name,
        summary=summary(language, event.action, event.facts, event.actor_kind, event.actor_name),
        vendor=vendors.get(event.vendor_id or 0),
        license=license.key if license else None,
        user_id=event.user_id,
        change_set_id=event.change_set_id,
        request_id=event.request_id,
        details=[{"name": name, "before": before, "after": after} for name, before, after in event.details],
    )
