"""Assignments as they are read: of licenses, of users, and suggestions for revocation."""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from licensing.enums import SuggestionReason, UserStatus
from licensing.suggestions import suggestion_reason
from models.assignment import Assignment
from models.db.select import Row, Select
from models.user import User
from resolvers.context import Context
from resolvers.licenses.assignments import blockers
from resolvers.licenses.catalog import load_catalog
from resolvers.pagination import ListQuery, Page, PageRequest, fetch_pages, fetch_together
from resolvers.user_criteria import UserCriteria, UserOrdering, user_conditions

BATCH_SIZE = 200
"""Holders that are ranked together for suggestions."""


class AssignmentRow(NamedTuple):
    """An assignment as it is read."""

    id: int
    user_id: int
    license_id: int
    is_plan: bool
    assigned_at: str
    assigned_by_kind: str
    assigned_by_name: str


_WITH_USERS = 'assignment JOIN "user" ON "user".id = assignment.user_id'

_USER_COLUMNS = ("login", "name", "group", "can_log_in", "last_login_at")


async def assignments_pages(
    context: Context, license_ids: Sequence[int], filter: UserCriteria, order: UserOrdering, page: PageRequest
) -> list[Page[Row]]:
    """Return a page of the holders of each license, as rows of `AssignmentRow`, in one statement."""
    query = await _list_query(context, filter)
    keyset = order.keyset("assignments", of_user="user__", id_="user_id")
    parts = [f"license_id = {query.select.bind(id_)}" for id_ in license_ids]
    return await fetch_pages(query, parts, keyset, page, Assignment, AssignmentRow._fields)


async def count_assignments(context: Context, license_ids: Sequence[int], filter: UserCriteria) -> list[int]:
    """Return the number of assignments on all pages of each license."""
    if filter == UserCriteria():
        by_id = (await context.cached_read(load_catalog)).by_id
        return [by_id[id_].in_use if id_ in by_id else 0 for id_ in license_ids]
    query = await _list_query(context, filter)
    of_licenses = query.from_where(f"license_id {query.select.in_(license_ids)}")
    counted = await query.select.rows(f"SELECT license_id, count(*) {of_licenses} GROUP BY license_id")
    numbers: dict[int, int] = {license_id: number for license_id, number in counted}
    return [numbers.get(id_, 0) for id_ in license_ids]


async def _list_query(context: Context, filter: UserCriteria) -> ListQuery:
    visible = _visible(context, tables=_WITH_USERS)
    # This condition is redundant, but lets the index of the users' order find a page.
    of_users = f'"user".installation_id = {visible.select.bind(context.installation_id)}'
    conditions = [of_users, *user_conditions(visible.select, filter)]
    if filter.has_license is False:
        conditions.append("1 = 0")
    if filter.license_type is not None:
        held_as = [row.id for row in (await context.cached_read(load_catalog)).held_as(filter.license_type)]
        holders = f"SELECT user_id FROM assignment WHERE license_id {visible.select.in_(held_as)}"
        conditions.append(f"assignment.user_id IN ({holders})")
    return visible.where(*conditions)


def _visible(context: Context, *, tables: str = "assignment") -> ListQuery:
    """Return the assignments that the caller may see."""
    select = Select()
    conditions = [f"assignment.installation_id = {select.bind(context.installation_id)}"]
    if (vendor_id := context.caller.vendor_id) is not None:
        conditions.append(f"license_id IN (SELECT id FROM license WHERE vendor_id = {select.bind(vendor_id)})")
    return ListQuery(select, tables, conditions)


async def load_assignments_of_users(context: Context, user_ids: Sequence[int]) -> Sequence[Row]:
    """Return the assignments of users, by name of the license, as rows of `AssignmentRow`, in one statement."""
    visible = _visible(context, tables="assignment JOIN license ON license.id = assignment.license_id")
    held = visible.from_where(f"assignment.user_id {visible.select.in_(user_ids)}")
    read = visible.select.project(Assignment, *AssignmentRow._fields)
    return await visible.select.rows(f"SELECT {read} {held} ORDER BY license.name_key, license_id")


async def load_assignments(context: Context, ids: Sequence[int]) -> dict[int, Row]:
    """Return assignments by ID, as rows of `AssignmentRow`."""
    visible = _visible(context)
    wanted = visible.from_where(f"assignment.id {visible.select.in_(ids)}")
    read = visible.select.project(Assignment, *AssignmentRow._fields)
    return {row[0]: row for row in await visible.select.rows(f"SELECT {read} {wanted}")}


class RankedHolder(NamedTuple):
    """A holder of a license, ranked for suggestions."""

    assignment: AssignmentRow
    reason: SuggestionReason
    user: Row
    """Login, name, group, whether the user may sign in, and the time of the last sign-in."""


async def suggestions(
    context: Context, wanted: Sequence[tuple[int, int]]
) -> list[list[tuple[AssignmentRow, SuggestionReason]]]:
    """Suggest from whom to revoke licenses, best candidates first.

    Args:
        context: The caller's.
        wanted: License IDs, each with the number of suggestions.

    Returns:
        For each license, assignments that can be revoked, with the reason. The number of statements depends on the
        number of blocked candidates and not on the number of licenses.
    """
    found: list[list[tuple[AssignmentRow, SuggestionReason]]] = [[] for _ in wanted]
    incomplete, offset = list(range(len(wanted))), 0
    while incomplete:
        batches = await _ranked(context, [wanted[index][0] for index in incomplete], offset)
        blocked = await blockers(context, [(row.user_id, row.license_id) for batch in batches for row, *_ in batch])
        for index, batch in zip(incomplete, batches, strict=True):
            found[index] += [(row, reason) for row, reason, _ in batch if (row.user_id, row.license_id) not in blocked]
        incomplete = [
            index
            for index, batch in zip(incomplete, batches, strict=True)
            if len(batch) == BATCH_SIZE and len(found[index]) < wanted[index][1]
        ]
        offset += BATCH_SIZE
    return [rows[:number] for rows, (_, number) in zip(found, wanted, strict=True)]


async def ranked_holders(context: Context, license_id: int) -> AsyncIterator[list[RankedHolder]]:
    """Yield all holders in batches, in the order of suggestions."""
    offset = 0
    while True:
        [holders] = await _ranked(context, [license_id], offset)
        if holders:
            yield holders
        if len(holders) < BATCH_SIZE:
            return
        offset += BATCH_SIZE


async def _ranked(context: Context, license_ids: Sequence[int], offset: int) -> list[list[RankedHolder]]:
    """Return a batch of holders of each license, in the order of `licensing.suggestions.suggestion_sort_key`."""
    visible = _visible(context, tables=_WITH_USERS)
    read = visible.select.project(Assignment, *AssignmentRow._fields)
    user_columns = visible.select.project(User, *_USER_COLUMNS)
    order = (
        f"CASE \"user\".status WHEN '{UserStatus.WAITING_FOR_APPROVAL.value}' THEN 1 ELSE 0 END, "
        "can_log_in, last_login_key, assigned_at, assignment.id"
    )
    wanted = []
    for license_id in license_ids:
        held = visible.from_where(f"license_id = {visible.select.bind(license_id)}")
        # Limit the candidates before joining: every user may hold the license.
        first = f"SELECT assignment.id {held} ORDER BY {order} LIMIT {BATCH_SIZE} OFFSET {offset}"
        wanted.append(
            f"{read}, {user_columns} FROM {_WITH_USERS} WHERE assignment.id IN ({first}) "
            f"ORDER BY {order} LIMIT {BATCH_SIZE}"
        )
    width = len(AssignmentRow._fields)
    return [
        [RankedHolder(AssignmentRow._make(row[:width]), suggestion_reason(*row[-2:]), row[width:]) for row in rows]
        for rows in await fetch_together(visible.select, wanted)
    ]
