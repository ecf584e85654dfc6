"""Users as an administrator finds them, and what of them the caller may see."""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from licensing.enums import ApiScope, OrderDirection, UserCategory, UserKind, UserOrderField, UserStatus
from licensing.messages import Message
from models.db.select import Row, Select
from models.user import EPOCH, User, sort_key
from resolvers.context import Context
from resolvers.errors import Forbidden
from resolvers.licenses.catalog import LicenseRow
from resolvers.pagination import Keyset, ListQuery, Page, PageRequest, fetch_batches, fetch_page

COLUMNS = (
    "id", "name", "login", "status", "kind",
    "email", "kind", "group", "role", "can_log_in", "is_administrator", "last_login_at",
)  # fmt: skip
"""What `UserRow` is read from; the kind twice, since a caller may see the category alone."""

SEEN_OF_ALL = 5
"""How many of the columns a token bound to one vendor sees of users who hold nothing of that vendor's."""

MANY_HOLDERS = 10_000

_ONE_BY_ONE = "LIMIT 1 OFFSET 0"
"""Has PostgreSQL look for each user that a page passes, where it would first read all holders into a table."""

_SORT_COLUMNS: dict[UserOrderField, tuple[str, type[int] | type[str]]] = {
    UserOrderField.NAME: ("name_key", str),
    UserOrderField.LOGIN: ("login_key", str),
    UserOrderField.LAST_LOGIN_AT: ("last_login_key", int),
}


class Redacted:
    """Stands in a row for what the caller may not see."""


REDACTED: Any = Redacted()


class UserRow(NamedTuple):
    """A user as they are read; `category` is the kind from which it follows."""

    id: int
    name: str
    login: str
    status: str
    category: str
    email: str | None
    kind: str
    group: str | None
    role: str | None
    can_log_in: bool
    is_administrator: bool
    last_login_at: str | None


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Narrows a list of users. All conditions given must hold."""

    license_type: str | None = None
    has_license: bool | None = None
    category: UserCategory | None = None
    status: UserStatus | None = None
    can_log_in: bool | None = None
    inactive_since: datetime | None = None
    search: str | None = None

    @property
    def is_license_type_alone(self) -> bool:
        """Whether the license type is the only condition."""
        return self == UserFilter(license_type=self.license_type)


@dataclass(frozen=True, slots=True)
class UserOrder:
    """Order of a list of users; equal ones by id, in the same direction."""

    field: UserOrderField = UserOrderField.NAME
    direction: OrderDirection = OrderDirection.ASC

    def keyset(self, list_name: str, *, of_user: str = "", id_: str = "id") -> Keyset:
        """The order as columns; `of_user` leads to the user's, as in `user__`."""
        column, kind = _SORT_COLUMNS[self.field]
        return Keyset(list_name, {f"{of_user}{column}": kind, id_: int}, self.direction is OrderDirection.DESC)


async def users_page(context: Context, filter: UserFilter, order: UserOrder, page: PageRequest) -> Page[Row]:
    """Users, as rows of `UserRow`.

    Raises:
        Forbidden: The order would tell what the caller may not see.
    """
    if order.field is UserOrderField.LAST_LOGIN_AT and _sees_all_in_part(context):
        raise Forbidden(Message("A token for one vendor does not see when others logged in. Order by name or login."))
    found = await fetch_page(await _listed(context, filter), order.keyset("users"), page, User, COLUMNS)
    return found.of(await _redact(context, found.rows))


async def user_batches(
    context: Context, filter: UserFilter, holding: LicenseRow | None = None
) -> AsyncIterator[Sequence[Row]]:
    """All users by name, or those who hold a license, some at once, as rows of `UserRow`."""

    async def listed() -> ListQuery:
        found = await _listed(context, filter)
        return found if holding is None else found.where(_holds(found.select, [holding]))

    async for rows in fetch_batches(listed, UserOrder().keyset("users"), User, COLUMNS):
        yield await _redact(context, rows)


async def count_users(context: Context, filter: UserFilter) -> int:
    """How many users the pages hold together: for a license type alone its counters know."""
    if filter.license_type is not None and filter.is_license_type_alone:
        held_as = (await context.loaders.catalog()).held_as(filter.license_type)
        if len(held_as) == 1 or all(row.is_plan or row.is_hidden for row in held_as):
            return sum(row.in_use for row in held_as)
    return await (await _listed(context, filter)).count()


async def load_users(context: Context, ids: Sequence[int]) -> dict[int, Row]:
    """Those of the users that the caller may see, as rows of `UserRow`."""
    visible = await _visible(context)
    wanted = visible.from_where(f"id {visible.select.in_(ids)}")
    found = await visible.select.rows(f"SELECT {visible.select.project(User, *COLUMNS)} {wanted}")
    return {row[0]: row for row in await _redact(context, found)}


async def ids_by_login(context: Context, logins: Sequence[str]) -> dict[str, int]:
    """Those of the users that the caller may see, by their login's `sort_key`."""
    visible = await _visible(context)
    wanted = visible.from_where(f"login_key {visible.select.in_(map(sort_key, logins))}")
    return {login_key: id_ for login_key, id_ in await visible.select.rows(f"SELECT login_key, id {wanted}")}


async def _listed(context: Context, filter: UserFilter) -> ListQuery:
    visible = await _visible(context)
    select, conditions = visible.select, user_conditions(visible.select, filter)
    if filters_on_redacted(filter) and _sees_all_in_part(context):
        conditions.append(_holds(select, list((await context.loaders.catalog()).by_id.values())))
    if filter.license_type is not None:
        conditions.append(_holds(select, (await context.loaders.catalog()).held_as(filter.license_type)))
    if filter.has_license is not None:
        bound_to = context.caller.vendor_id
        held = 'SELECT 1 FROM assignment WHERE user_id = "user".id'
        if bound_to is not None:
            held += f" AND license_id IN (SELECT id FROM license WHERE vendor_id = {select.bind(bound_to)})"
        conditions.append(f"{'' if filter.has_license else 'NOT '}EXISTS ({held} {_ONE_BY_ONE})")
    return visible.where(*conditions)


def user_conditions(select: Select, filter: UserFilter) -> list[str]:
    """What a filter says of the user alone."""
    status = filter.status or UserStatus.RETIRED
    conditions = [f'"user".status {"=" if filter.status else "<>"} {select.bind(status.value)}']
    if filter.category is not None:
        is_employee = filter.category is UserCategory.EMPLOYEE
        conditions.append(f"kind {'=' if is_employee else '<>'} {select.bind(UserKind.EMPLOYEE.value)}")
    if filter.can_log_in is not None:
        conditions.append(f"can_log_in = {select.bind(filter.can_log_in)}")
    if filter.inactive_since is not None:
        microseconds = int((filter.inactive_since - EPOCH).total_seconds() * 1_000_000)
        conditions.append(f"last_login_key < {select.bind(max(1, microseconds))}")
    if filter.search:
        conditions.append(_finds(select, filter.search.casefold()))
    return conditions


def _finds(select: Select, text: str) -> str:
    """The condition that a text stands anywhere in what a search looks at."""
    if not select.is_postgres:
        return select.contains("search_key", text)
    literally = re.sub(r"([\\%_])", r"\\\1", text)
    return f"search_key LIKE {select.bind(f'%{literally}%')}"  # which the index `user_search` serves


def filters_on_redacted(filter: UserFilter) -> bool:
    """Whether the answer tells what a token bound to one vendor may not see of all users."""
    return filter.can_log_in is not None or filter.inactive_since is not None or bool(filter.search)


def _holds(select: Select, licenses: Sequence[LicenseRow]) -> str:
    """The condition of those who hold one of the licenses."""
    wanted = f"license_id {select.in_(row.id for row in licenses)}"
    if sum(row.in_use for row in licenses) < MANY_HOLDERS:
        return f'"user".id IN (SELECT user_id FROM assignment WHERE {wanted})'
    # Nearly each user that a page passes is a holder: walk along the order and look, rather than sort all holders.
    return f'EXISTS (SELECT 1 FROM assignment WHERE user_id = "user".id AND {wanted} {_ONE_BY_ONE})'


def _sees_all_in_part(context: Context) -> bool:
    """Whether the caller may assign one vendor's licenses to users of whom they see little more than the name."""
    return context.caller.vendor_id is not None and ApiScope.USERS_WRITE in context.caller.scopes


async def _visible(context: Context) -> ListQuery:
    """The caller's installation's users; for a token bound to one vendor its holders, unless it may assign to all."""
    select = Select()
    users = ListQuery(select, '"user"', [f'"user".installation_id = {select.bind(context.installation_id)}'])
    if context.caller.vendor_id is None or _sees_all_in_part(context):
        return users
    return users.where(_holds(select, list((await context.loaders.catalog()).by_id.values())))


async def _redact(context: Context, rows: Sequence[Row]) -> Sequence[Row]:
    """The rows without what the caller may not see."""
    if not _sees_all_in_part(context):
        return rows
    select, of_vendor = Select(), (await context.loaders.catalog()).by_id
    held = await select.rows(
        f"SELECT user_id FROM assignment WHERE user_id {select.in_(row[0] for row in rows)} "
        f"AND license_id {select.in_(of_vendor)}"
    )
    holders = {user_id for (user_id,) in held}
    withheld = (REDACTED,) * (len(COLUMNS) - SEEN_OF_ALL)
    return [row if row[0] in holders else (*row[:SEEN_OF_ALL], *withheld) for row in rows]
