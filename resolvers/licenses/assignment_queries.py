"""Who holds which license: the assignments of licenses and of users, and whom a license is best taken from."""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from licensing.enums import SuggestionReason, UserStatus
from licensing.suggestions import suggestion_reason
from models.assignment import Assignment
from models.db.select import Row, Select
from models.user import User
from resolvers.context import Context
from resolvers.licenses.assignments import blockers
from resolvers.pagination import ListQuery, Page, PageRequest, fetch_pages, fetch_together
from resolvers.users.users import UserFilter, UserOrder, user_conditions

BATCH_SIZE = 200
"""How many holders are looked at together for suggestions."""


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

_OF_USER = ("login", "name", "group", "can_log_in", "last_login_at")


async def assignments_pages(
    context: Context, license_ids: Sequence[int], filter: UserFilter, order: UserOrder, page: PageRequest
) -> list[Page[Row]]:
    """The holders of each of the licenses, as rows of `AssignmentRow`, in one statement."""
    listed = await _listed(context, filter)
    keyset = order.keyset("assignments", of_user="user__", id_="user_id")
    parts = [f"license_id = {listed.select.bind(id_)}" for id_ in license_ids]
    return await fetch_pages(listed, parts, keyset, page, Assignment, AssignmentRow._fields)


async def count_assignments(context: Context, license_ids: Sequence[int], filter: UserFilter) -> list[int]:
    """How many assignments the pages of each of the licenses hold together."""
    if filter == UserFilter():
        by_id = (await context.loaders.catalog()).by_id
        return [by_id[id_].in_use if id_ in by_id else 0 for id_ in license_ids]
    listed = await _listed(context, filter)
    of_licenses = listed.from_where(f"license_id {listed.select.in_(license_ids)}")
    counted = await listed.select.rows(f"SELECT license_id, count(*) {of_licenses} GROUP BY license_id")
    numbers: dict[int, int] = {license_id: number for license_id, number in counted}
    return [numbers.get(id_, 0) for id_ in license_ids]


async def _listed(context: Context, filter: UserFilter) -> ListQuery:
    visible = _visible(context, tables=_WITH_USERS)
    # That the user is of the installation, too, says nothing new, but lets a page be found along the users' order.
    of_users = f'"user".installation_id = {visible.select.bind(context.installation_id)}'
    conditions = [of_users, *user_conditions(visible.select, filter)]
    if filter.has_license is False:
        conditions.append("1 = 0")
    if filter.license_type is not None:
        held_as = [row.id for row in (await context.loaders.catalog()).held_as(filter.license_type)]
        holders = f"SELECT user_id FROM assignment WHERE license_id {visible.select.in_(held_as)}"
        conditions.append(f"assignment.user_id IN ({holders})")
    return visible.where(*conditions)


def _visible(context: Context, *, tables: str = "assignment") -> ListQuery:
    """The assignments that the caller may see."""
    select = Select()
    conditions = [f"assignment.installation_id = {select.bind(context.installation_id)}"]
    if (vendor_id := context.caller.vendor_id) is not None:
        conditions.append(f"license_id IN (SELECT id FROM license WHERE vendor_id = {select.bind(vendor_id)})")
    return ListQuery(select, tables, conditions)


async def load_assignments_of_users(context: Context, user_ids: Sequence[int]) -> Sequence[Row]:
    """All that users hold, by name of the license, as rows of `AssignmentRow`, in one statement."""
    visible = _visible(context, tables="assignment JOIN license ON license.id = assignment.license_id")
    held = visible.from_where(f"assignment.user_id {visible.select.in_(user_ids)}")
    read = visible.select.project(Assignment, *AssignmentRow._fields)
    return await visible.select.rows(f"SELECT {read} {held} ORDER BY license.name_key, license_id")


async def load_assignments(context: Context, ids: Sequence[int]) -> dict[int, Row]:
    """Assignments by id, as rows of `AssignmentRow`."""
    visible = _visible(context)
    wanted = visible.from_where(f"assignment.id {visible.select.in_(ids)}")
    read = visible.select.project(Assignment, *AssignmentRow._fields)
    return {row[0]: row for row in await visible.select.rows(f"SELECT {read} {wanted}")}


class RankedHolder(NamedTuple):
    """A holder in the order in which they are suggested."""

    assignment: AssignmentRow
    reason: SuggestionReason
    user: Row
    """Login, name, group, whether they may log in, and when they last did."""


async def suggestions(
    context: Context, wanted: Sequence[tuple[int, int]]
) -> list[list[tuple[AssignmentRow, SuggestionReason]]]:
    """Whom to take each license from, of which id and number are given: those who will miss it least first.

    None from whom it cannot be taken. The statements depend on how many are passed over, not on how many licenses.
    """
    found: list[list[tuple[AssignmentRow, SuggestionReason]]] = [[] for _ in wanted]
    lacking, offset = list(range(len(wanted))), 0
    while lacking:
        looked_at = await _ranked(context, [wanted[place][0] for place in lacking], offset)
        blocked = await blockers(
            context, [(row.user_id, row.license_id) for holders in looked_at for row, *_ in holders]
        )
        for place, holders in zip(lacking, looked_at, strict=True):
            found[place] += [
                (row, reason) for row, reason, _ in holders if (row.user_id, row.license_id) not in blocked
            ]
        lacking = [
            place
            for place, holders in zip(lacking, looked_at, strict=True)
            if len(holders) == BATCH_SIZE and len(found[place]) < wanted[place][1]
        ]
        offset += BATCH_SIZE
    return [rows[:number] for rows, (_, number) in zip(found, wanted, strict=True)]


async def ranked_holders(context: Context, license_id: int) -> AsyncIterator[list[RankedHolder]]:
    """All holders in the order in which they are suggested, some at once."""
    offset = 0
    while True:
        [holders] = await _ranked(context, [license_id], offset)
        if holders:
            yield holders
        if len(holders) < BATCH_SIZE:
            return
        offset += BATCH_SIZE


async def _ranked(context: Context, license_ids: Sequence[int], offset: int) -> list[list[RankedHolder]]:
    """Some holders of each of the licenses, in the order of `licensing.suggestions.suggestion_order`."""
    visible = _visible(context, tables=_WITH_USERS)
    read = visible.select.project(Assignment, *AssignmentRow._fields)
    of_user = visible.select.project(User, *_OF_USER)
    order = (
        f"CASE \"user\".status WHEN '{UserStatus.WAITING_FOR_APPROVAL.value}' THEN 1 ELSE 0 END, "
        "can_log_in, last_login_key, assigned_at, assignment.id"
    )
    wanted = []
    for license_id in license_ids:
        held = visible.from_where(f"license_id = {visible.select.bind(license_id)}")
        # Cut first, from few columns: a license may be held by all.
        first = f"SELECT assignment.id {held} ORDER BY {order} LIMIT {BATCH_SIZE} OFFSET {offset}"
        wanted.append(
            f"{read}, {of_user} FROM {_WITH_USERS} WHERE assignment.id IN ({first}) ORDER BY {order} LIMIT {BATCH_SIZE}"
        )
    width = len(AssignmentRow._fields)
    return [
        [RankedHolder(AssignmentRow._make(row[:width]), suggestion_reason(*row[-2:]), row[width:]) for row in rows]
        for rows in await fetch_together(visible.select, wanted)
    ]
