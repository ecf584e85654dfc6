"""Whole lists as lines, some at once: what the pages of the API show, for files of any length."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from licensing.diff import seats_available
from licensing.enums import ApiScope, LicenseScope, UserKind
from licensing.messages import Language
from resolvers.audit.log import AuditFilter, EventRow, event_batches, summary
from resolvers.change_sets.change_sets import surplus_requirements
from resolvers.context import Context
from resolvers.licenses.assignment_queries import AssignmentRow, load_assignments_of_users, ranked_holders
from resolvers.licenses.assignments import blockers
from resolvers.licenses.catalog import LicenseFilter, LicenseRow, license_batches
from resolvers.users.users import REDACTED, UserFilter, UserRow, user_batches


class UserLine(NamedTuple):
    """A user; what the caller may not see is None."""

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
    """An assignment, with who holds what."""

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
    """A license in force; of what has no seats these are None."""

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
    """A holder of a license that has too few seats; marked are as many as there must be, least missed first."""

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
"""Stands in `revoke` of those whom the license is to be taken from."""

Batches = AsyncIterator[Sequence[Sequence[Any]]]


async def export_users(context: Context, filter: UserFilter) -> Batches:
    """Users by name, as rows of `UserLine`."""
    context.require(ApiScope.USERS_READ)
    catalog = (await context.loaders.catalog()).by_id
    async for rows in user_batches(context, filter):
        held = await _held(context, rows, catalog)
        yield [_user_line(UserRow._make(row), held.get(row[0], ()), catalog) for row in rows]


async def export_assignments(context: Context, filter: UserFilter, license_key: str | None = None) -> Batches:
    """Who holds what, by the user's name, as rows of `AssignmentLine`; of one license if its key is given."""
    context.require(ApiScope.USERS_READ)
    context.require(ApiScope.LICENSES_READ)
    catalog = await context.loaders.catalog()
    wanted = catalog.by_id
    if license_key is not None:
        wanted = {row.id: row for row in wanted.values() if row.key == license_key}
        if not wanted:
            return
    async for rows in user_batches(context, filter, catalog.by_key.get(license_key or "")):
        held = await _held(context, rows, wanted)
        yield [
            _assignment_line(UserRow._make(row), assignment, wanted[assignment.license_id])
            for row in rows
            for assignment in held.get(row[0], ())
        ]


async def export_licenses(context: Context, filter: LicenseFilter) -> Batches:
    """Licenses in force, by vendor, then in the vendor's order, as rows of `LicenseLine`."""
    context.require(ApiScope.LICENSES_READ)
    async for rows in license_batches(context, filter):
        yield [_license_line(row) for row in rows]


async def export_audit(context: Context, filter: AuditFilter) -> Batches:
    """Audit events, newest first, as rows of `AuditLine`."""
    context.require(ApiScope.AUDIT_READ)
    licenses = (await context.loaders.catalog()).by_id
    vendors = {vendor.id: vendor.key for vendor in await context.loaders.all_vendors()}
    async for rows in event_batches(context, filter):
        yield [_audit_line(context.language, EventRow._make(row), vendors, licenses) for row in rows]


async def export_surplus(context: Context, vendor: str | None = None) -> Batches:
    """The holders of licenses that have too few seats, least missed first, as rows of `SurplusLine`."""
    context.require(ApiScope.USERS_READ)
    context.require(ApiScope.LICENSES_READ)
    catalog = (await context.loaders.catalog()).by_id
    for surplus in await surplus_requirements(context, vendor):
        license, to_mark = catalog[surplus.license_id], surplus.seats_to_remove
        async for holders in ranked_holders(context, surplus.license_id):
            blocked = await blockers(context, [(row.user_id, license.id) for row, *_ in holders])
            lines = []
            for row, reason, (login, name, group, can_log_in, last_login_at) in holders:
                blocker = blocked.get((row.user_id, license.id))
                is_marked = to_mark > 0 and blocker is None
                to_mark -= is_marked
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
                        last_login_at=_instant(last_login_at),
                        assigned_at=datetime.fromisoformat(row.assigned_at),
                        reason=reason.value,
                        blocker=blocker.value if blocker else None,
                        license_id=license.id,
                        user_id=row.user_id,
                    )
                )
            yield lines


async def _held(
    context: Context, users: Sequence[Sequence[Any]], licenses: Mapping[int, LicenseRow]
) -> dict[int, list[AssignmentRow]]:
    """What users hold of some licenses, by user; a license may be new since the export began, and is left out."""
    held: dict[int, list[AssignmentRow]] = {}
    for assignment in map(AssignmentRow._make, await load_assignments_of_users(context, [row[0] for row in users])):
        if assignment.license_id in licenses:
            held.setdefault(assignment.user_id, []).append(assignment)
    return held


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
    seen = UserRow._make(None if value is REDACTED else value for value in user)
    plan = next((catalog[one.license_id].key for one in held if one.is_plan), None)
    return UserLine(
        id=seen.id,
        login=seen.login,
        name=seen.name,
        email=seen.email,
        category=UserKind(seen.category).category.value,
        kind=seen.kind,
        status=seen.status,
        group=seen.group,
        role=seen.role,
        can_log_in=seen.can_log_in,
        is_administrator=seen.is_administrator,
        last_login_at=_instant(seen.last_login_at),
        plan=plan,
        licenses=[catalog[one.license_id].key for one in held],
    )


def _instant(text: str | None) -> datetime | None:
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
