"""Who holds which license: the assignments of licenses and of users, and whom a license is best taken from."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from tortoise.expressions import Case, Subquery, When
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from licensing.enums import SuggestionReason, UserStatus
from licensing.suggestions import suggestion_reason
from models import Assignment
from resolvers.assignments import blockers
from resolvers.context import Context
from resolvers.pages import Page, PageRequest, fetch_pages, fetch_together
from resolvers.users import UserFilter, UserOrder, conditions
from resolvers.vendors import own

AT_ONCE = 200
"""How many holders are looked at together for suggestions."""


class AssignmentRow(NamedTuple):
    """An assignment as it is read."""

    id: int
    user_id: int
    license_id: int
    is_plan: bool
    assigned_at: datetime
    assigned_by_kind: str
    assigned_by_name: str


_OF_USER = ("user__login", "user__name", "user__group", "user__can_log_in", "user__last_login_at")
_OF_RANKED = (*AssignmentRow._fields, *_OF_USER)


async def assignments_pages(
    context: Context, license_ids: Sequence[int], filter: UserFilter, order: UserOrder, page: PageRequest
) -> list[Page[tuple[Any, ...]]]:
    """The holders of each of the licenses, as rows of `AssignmentRow`, in one statement."""
    held = await _filtered(context, filter)
    keyset = order.keyset("assignments", of_user="user__", id_="user_id")
    return await fetch_pages([held.filter(license_id=id_) for id_ in license_ids], keyset, page, AssignmentRow._fields)


async def count_assignments(context: Context, license_ids: Sequence[int], filter: UserFilter) -> list[int]:
    """How many assignments the pages of each of the licenses hold together."""
    if filter == UserFilter():
        by_id = (await context.loaders.catalog()).by_id
        return [by_id[id_].in_use if id_ in by_id else 0 for id_ in license_ids]
    wanted = (await _filtered(context, filter)).filter(license_id__in=list(license_ids))
    counted = dict(await wanted.annotate(count=Count("id")).group_by("license_id").values_list("license_id", "count"))
    return [counted.get(id_, 0) for id_ in license_ids]


async def _filtered(context: Context, filter: UserFilter) -> QuerySet[Assignment]:
    wanted = Assignment.filter(
        conditions(filter, "user__"),
        # Says nothing new, but makes of the outer join an inner one, along which a page can be found in its order.
        user__installation_id=context.installation_id,
        **own(context, "license__vendor_id"),
    )
    if filter.has_license is False:
        return wanted.filter(id=0)
    if filter.license_type is not None:
        held_as = [row.id for row in (await context.loaders.catalog()).held_as(filter.license_type)]
        holders = Assignment.filter(license_id__in=held_as).values("user_id")
        wanted = wanted.filter(user_id__in=Subquery(holders))
    return wanted


async def load_assignments_of_users(context: Context, user_ids: Sequence[int]) -> list[tuple[Any, ...]]:
    """All that users hold, by name of the license, as rows of `AssignmentRow`, in one statement."""
    held = Assignment.filter(user_id__in=list(user_ids), **own(context, "license__vendor_id"))
    return await held.order_by("license__name_key", "license_id").values_list(*AssignmentRow._fields)


async def load_assignments(context: Context, ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """Assignments by id, as rows of `AssignmentRow`."""
    held = Assignment.filter(id__in=list(ids), **own(context, "license__vendor_id"))
    return {row[0]: row for row in await held.values_list(*AssignmentRow._fields)}


class RankedHolder(NamedTuple):
    """A holder in the order in which they are suggested."""

    assignment: AssignmentRow
    reason: SuggestionReason
    user: tuple[str, str, str | None, bool, datetime | None]
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
        some = [_by_rank(context, wanted[place][0]).offset(offset).limit(AT_ONCE) for place in lacking]
        looked_at = [[_ranked(row) for row in rows] for rows in await fetch_together(some, _OF_RANKED)]
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
            if len(holders) == AT_ONCE and len(found[place]) < wanted[place][1]
        ]
        offset += AT_ONCE
    return [rows[:number] for rows, (_, number) in zip(found, wanted, strict=True)]


async def ranked_holders(context: Context, license_id: int) -> AsyncIterator[list[RankedHolder]]:
    """All holders in the order in which they are suggested, some at once."""
    offset = 0
    while True:
        rows = await _by_rank(context, license_id).offset(offset).limit(AT_ONCE).values_list(*_OF_RANKED)
        if rows:
            yield [_ranked(row) for row in rows]
        if len(rows) < AT_ONCE:
            return
        offset += AT_ONCE


def _by_rank(context: Context, license_id: int) -> QuerySet[Assignment]:
    """In the order of `licensing.suggestions.suggestion_order`."""
    held = Assignment.filter(license_id=license_id, **own(context, "license__vendor_id"))
    waits = Case(When(user__status=UserStatus.WAITING_FOR_APPROVAL.value, then="1"), default="0")
    order = ("waits", "user__can_log_in", "user__last_login_key", "assigned_at", "id")
    return held.annotate(waits=waits).order_by(*order)


def _ranked(row: tuple[Any, ...]) -> RankedHolder:
    width = len(AssignmentRow._fields)
    return RankedHolder(AssignmentRow._make(row[:width]), suggestion_reason(*row[-2:]), row[width:])
