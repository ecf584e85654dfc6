"""Users as an administrator finds them, and what of them the caller may see."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from tortoise.expressions import Q, RawSQL, Subquery
from tortoise.queryset import QuerySet

from licensing.enums import ApiScope, OrderDirection, UserCategory, UserKind, UserOrderField, UserStatus
from licensing.wording import Words
from models import Assignment, User
from models.user import EPOCH, sort_key
from resolvers.context import Context
from resolvers.errors import Forbidden
from resolvers.licenses import LicenseRow
from resolvers.pages import Keyset, Page, PageRequest, fetch_batches, fetch_page

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


class Withheld:
    """Stands in a row for what the caller may not see."""


WITHHELD: Any = Withheld()


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
    last_login_at: datetime | None


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


async def users_page(
    context: Context, filter: UserFilter, order: UserOrder, page: PageRequest
) -> Page[tuple[Any, ...]]:
    """Users, as rows of `UserRow`.

    Raises:
        Forbidden: The order would tell what the caller may not see.
    """
    if order.field is UserOrderField.LAST_LOGIN_AT and _sees_all_in_part(context):
        raise Forbidden(Words("A token for one vendor does not see when others logged in. Order by name or login."))
    found = await fetch_page(await _filtered(context, filter), order.keyset("users"), page, COLUMNS)
    return found.of(await _withhold(context, found.rows))


async def user_batches(
    context: Context, filter: UserFilter, holding: LicenseRow | None = None
) -> AsyncIterator[Sequence[tuple[Any, ...]]]:
    """All users by name, or those who hold a license, some at once, as rows of `UserRow`."""
    wanted = await _filtered(context, filter)
    if holding is not None:
        wanted = _holding(wanted, [holding])
    async for rows in fetch_batches(wanted, UserOrder().keyset("users"), COLUMNS):
        yield await _withhold(context, rows)


async def count_users(context: Context, filter: UserFilter) -> int:
    """How many users the pages hold together: for a license type alone its counters know."""
    if filter.license_type is not None and filter.is_license_type_alone:
        held_as = (await context.loaders.catalog()).held_as(filter.license_type)
        if len(held_as) == 1 or all(row.is_plan or row.is_hidden for row in held_as):
            return sum(row.in_use for row in held_as)
    return await (await _filtered(context, filter)).count()


async def load_users(context: Context, ids: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """Those of the users that the caller may see, as rows of `UserRow`."""
    found = (await _visible(context)).filter(id__in=list(ids))
    return {row[0]: row for row in await _withhold(context, await found.values_list(*COLUMNS))}


async def ids_by_login(context: Context, logins: Sequence[str]) -> dict[str, int]:
    """Those of the users that the caller may see, by their login's `sort_key`."""
    wanted = (await _visible(context)).filter(login_key__in=[sort_key(login) for login in logins])
    return dict(await wanted.values_list("login_key", "id"))


async def _filtered(context: Context, filter: UserFilter) -> QuerySet[User]:
    users = (await _visible(context)).filter(conditions(filter))
    if asks_for_withheld(filter) and _sees_all_in_part(context):
        users = _holding(users, list((await context.loaders.catalog()).by_id.values()))
    if filter.license_type is not None:
        users = _holding(users, (await context.loaders.catalog()).held_as(filter.license_type))
    if filter.has_license is not None:
        bound_to = context.caller.vendor_id
        of_vendor = (
            "" if bound_to is None else f" AND license_id IN (SELECT id FROM license WHERE vendor_id = {bound_to:d})"
        )
        held = f'EXISTS (SELECT 1 FROM assignment WHERE user_id = "user".id{of_vendor} {_ONE_BY_ONE})'
        users = users.annotate(has_license=RawSQL(held)).filter(has_license=filter.has_license)
    return users


def conditions(filter: UserFilter, of_user: str = "") -> Q:
    """What a filter says of the user alone; `of_user` leads to the user's columns, as in `user__`."""
    status = {"status": filter.status.value} if filter.status else {"status__not": UserStatus.RETIRED.value}
    wanted: dict[str, Any] = {**status}
    if filter.category is UserCategory.EMPLOYEE:
        wanted["kind"] = UserKind.EMPLOYEE.value
    elif filter.category is UserCategory.OTHER:
        wanted["kind__not"] = UserKind.EMPLOYEE.value
    if filter.can_log_in is not None:
        wanted["can_log_in"] = filter.can_log_in
    if filter.inactive_since is not None:
        wanted["last_login_key__lt"] = max(1, int((filter.inactive_since - EPOCH).total_seconds() * 1_000_000))
    if filter.search:
        wanted["search_key__contains"] = filter.search.casefold()
    return Q(**{of_user + column: value for column, value in wanted.items()})


def asks_for_withheld(filter: UserFilter) -> bool:
    """Whether the answer tells what a token bound to one vendor may not see of all users."""
    return filter.can_log_in is not None or filter.inactive_since is not None or bool(filter.search)


def _holding(users: QuerySet[User], licenses: Sequence[LicenseRow]) -> QuerySet[User]:
    """Those who hold one of the licenses."""
    ids = [row.id for row in licenses]
    if sum(row.in_use for row in licenses) < MANY_HOLDERS:
        return users.filter(id__in=Subquery(Assignment.filter(license_id__in=ids).values("user_id")))
    # Nearly each user that a page passes is a holder: walk along the order and look, rather than sort all holders.
    listed = ", ".join(map(str, ids))
    held = f'EXISTS (SELECT 1 FROM assignment WHERE user_id = "user".id AND license_id IN ({listed}) {_ONE_BY_ONE})'
    return users.annotate(holds=RawSQL(held)).filter(holds=True)


def _sees_all_in_part(context: Context) -> bool:
    """Whether the caller may assign one vendor's licenses to users of whom they see little more than the name."""
    return context.caller.vendor_id is not None and ApiScope.USERS_WRITE in context.caller.scopes


async def _visible(context: Context) -> QuerySet[User]:
    """The caller's installation's users; for a token bound to one vendor its holders, unless it may assign to all."""
    users = User.filter(installation_id=context.installation_id)
    if context.caller.vendor_id is None or _sees_all_in_part(context):
        return users
    return _holding(users, list((await context.loaders.catalog()).by_id.values()))


async def _withhold(context: Context, rows: Sequence[tuple[Any, ...]]) -> Sequence[tuple[Any, ...]]:
    """The rows without what the caller may not see."""
    if not _sees_all_in_part(context):
        return rows
    of_vendor = list((await context.loaders.catalog()).by_id)
    held = Assignment.filter(user_id__in=[row[0] for row in rows], license_id__in=of_vendor)
    holders = set(await held.values_list("user_id", flat=True))
    withheld = (WITHHELD,) * (len(COLUMNS) - SEEN_OF_ALL)
    return [row if row[0] in holders else row[:SEEN_OF_ALL] + withheld for row in rows]
