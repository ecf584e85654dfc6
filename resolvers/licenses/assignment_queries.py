"""Assignments as they are read: of licenses, of users, and suggestions for revocation."""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from licensing.enums import SuggestionReason, UserStatus
from licensing.suggestions import may_be_suggested, suggestion_reason
from models.assignment import Assignment
from models.db.select import Row, Select
from models.user import User
from resolvers.context import Context
from resolvers.licenses.assignments import blockers
from resolvers.licenses.catalog import load_catalog
from resolvers.pagination import ListQuery, Page, PageRequest, fetch_pages, fetch_together
from resolvers.user_criteria import UserCriteria, UserOrdering, user_conditions

BATCH_SIZE = 200
"""Holders that are read together when all are, and the most candidates read beyond the suggestions wanted."""

SPARE_CANDIDATES = 20
"""Candidates read at first beyond the suggestions wanted, because some cannot be suggested."""


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

_USER_COLUMNS = ("status", "login", "name", "group", "can_log_in", "last_login_at")


async def assignments_pages(
    context: Context, license_ids: Sequence[int], filter: UserCriteria, order: UserOrdering, page: PageRequest
) -> list[Page[Row]]:
    """Return a page of the holders of each license, as rows of `AssignmentRow`, in one statement."""
    query = await _list_query(context, filter)
    keyset = order.keyset_of_assignments()
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
    # This condition is redundant, but lets the index of the users' last sign-ins find a page.
    of_users = f'"user".installation_id = {visible.select.bind(context.installation_id)}'
    conditions = [of_users, *await user_conditions(visible.select, filter)]
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
    is_suggestible: bool
    """Whether the holder may be suggested, if nothing blocks the revocation."""
    user: Row
    """Login, name, group, whether the user may sign in, and the time of the last sign-in."""
    position: tuple[int, int]
    """The values of the order: `idle_since` and the assignment's ID."""


async def suggestions(
    context: Context, wanted: Sequence[tuple[int, int]]
) -> list[list[tuple[AssignmentRow, SuggestionReason]]]:
    """Suggest from whom to revoke licenses, best candidates first.

    Args:
        context: The caller's.
        wanted: License IDs, each with the number of suggestions.

    Returns:
        For each license, assignments that can be revoked, with the reason. The number of statements and of rows read
        depends on the number of candidates that cannot be suggested, and not on the numbers of licenses and holders.
    """
    found: list[list[tuple[AssignmentRow, SuggestionReason]]] = [[] for _ in wanted]
    positions: list[tuple[int, int] | None] = [None for _ in wanted]
    incomplete, spare = list(range(len(wanted))), SPARE_CANDIDATES
    while incomplete:
        sizes = [wanted[index][1] - len(found[index]) + spare for index in incomplete]
        license_ids = [wanted[index][0] for index in incomplete]
        after = [positions[index] for index in incomplete]
        batches = await _ranked(context, list(zip(license_ids, after, sizes, strict=True)))
        holdings = [(row.user_id, row.license_id) for batch in batches for row, *_ in batch]
        blocked = await blockers(context, holdings)
        full = []
        for index, batch, size in zip(incomplete, batches, sizes, strict=True):
            found[index] += [
                (row, reason)
                for row, reason, is_suggestible, *_ in batch
                if is_suggestible and (row.user_id, row.license_id) not in blocked
            ]
            if len(batch) == size and len(found[index]) < wanted[index][1]:
                positions[index] = batch[-1].position
                full.append(index)
        incomplete, spare = full, min(2 * spare, BATCH_SIZE)
    return [rows[:number] for rows, (_, number) in zip(found, wanted, strict=True)]


async def ranked_holders(context: Context, license_id: int) -> AsyncIterator[list[RankedHolder]]:
    """Yield all holders in batches, in the order of suggestions."""
    after: tuple[int, int] | None = None
    while True:
        [holders] = await _ranked(context, [(license_id, after, BATCH_SIZE)])
        if holders:
            yield holders
        if len(holders) < BATCH_SIZE:
            return
        after = holders[-1].position


async def _ranked(
    context: Context, wanted: Sequence[tuple[int, tuple[int, int] | None, int]]
) -> list[list[RankedHolder]]:
    """Return holders of each license, in the order of `licensing.suggestions.suggestion_sort_key`.

    Args:
        context: The caller's.
        wanted: License IDs, each with the position after which to begin, if any, and the number of holders.
    """
    select, selects = _ranked_selects(context, wanted)
    return [[_ranked_holder(row) for row in rows] for rows in await fetch_together(select, selects)]


def _ranked_selects(
    context: Context, wanted: Sequence[tuple[int, tuple[int, int] | None, int]]
) -> tuple[Select, list[str]]:
    visible = _visible(context)
    read = visible.select.project(Assignment, *AssignmentRow._fields)
    user_columns = visible.select.project(User, *_USER_COLUMNS)
    return visible.select, [
        # Limit the candidates before joining: every user may hold the license.
        f"{read}, {user_columns}, idle_since FROM ({_first_candidates(visible, *one)}) AS assignment "
        'JOIN "user" ON "user".id = user_id ORDER BY idle_since, assignment.id'
        for one in wanted
    ]


def _first_candidates(visible: ListQuery, license_id: int, after: tuple[int, int] | None, size: int) -> str:
    """Return the SELECT of the first assignments of a license in the order of suggestions."""
    conditions = [f"license_id = {visible.select.bind(license_id)}"]
    if after is not None:
        conditions.append(f"(idle_since, id) > ({', '.join(map(visible.select.bind, after))})")
    return f"SELECT * {visible.from_where(*conditions)} ORDER BY idle_since, id LIMIT {size}"


def _ranked_holder(row: Row) -> RankedHolder:
    width = len(AssignmentRow._fields)
    assignment, (status, *user) = AssignmentRow._make(row[:width]), row[width:-1]
    is_suggestible = may_be_suggested(UserStatus(status))
    return RankedHolder(assignment, suggestion_reason(*user[-2:]), is_suggestible, user, (row[-1], assignment.id))
