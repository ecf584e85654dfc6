"""Lists of users, redacted to what the caller may read."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, NamedTuple

from licensing.enums import ApiScope, UserOrderField
from licensing.messages import Message
from models.db.select import Row, Select
from models.user import User, sort_key
from resolvers.context import Context
from resolvers.errors import Forbidden
from resolvers.licenses.catalog import LicenseRow, load_catalog
from resolvers.pagination import ListQuery, Page, PageRequest, fetch_batches, fetch_page
from resolvers.user_criteria import UserCriteria, UserOrdering, user_conditions

COLUMNS = (
    "id", "name", "login", "status", "kind",
    "email", "kind", "group", "role", "can_log_in", "is_administrator", "last_login_at",
)  # fmt: skip
"""The columns of `UserRow`; the kind is read twice because the category that follows from it is never redacted."""

PUBLIC_COLUMN_COUNT = 5
"""The number of leading columns that an API token of one vendor reads of users without that vendor's licenses."""

MANY_HOLDERS = 10_000

_PER_ROW = "LIMIT 1 OFFSET 0"
"""Makes PostgreSQL run the subquery once per user of a page instead of hashing all assignments."""


class Redacted:
    """The placeholder of a value that the caller may not read."""


REDACTED: Any = Redacted()


class UserRow(NamedTuple):
    """A user; `category` holds the kind from which the category follows."""

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


async def users_page(context: Context, criteria: UserCriteria, order: UserOrdering, page: PageRequest) -> Page[Row]:
    """Return a page of users, as rows of `UserRow`.

    Raises:
        Forbidden: The order depends on a redacted column.
    """
    if order.field is UserOrderField.LAST_LOGIN_AT and _is_redacted(context):
        raise Forbidden(
            Message("A token for one vendor cannot read the last sign-in of other users. Order by name or login.")
        )
    users = await fetch_page(await _list_query(context, criteria), order.keyset("users"), page, User, COLUMNS)
    return users.of(await _redact(context, users.rows))


async def user_batches(
    context: Context, criteria: UserCriteria, holding: LicenseRow | None = None
) -> AsyncIterator[Sequence[Row]]:
    """Yield all users by name in batches, as rows of `UserRow`; only the holders of a license if one is given."""

    async def list_query() -> ListQuery:
        query = await _list_query(context, criteria)
        return query if holding is None else query.where(_holds(query.select, [holding]))

    async for rows in fetch_batches(list_query, UserOrdering().keyset("users"), User, COLUMNS):
        yield await _redact(context, rows)


async def count_users(context: Context, criteria: UserCriteria) -> int:
    """Return the number of users; for a license type alone it is read from the seat counters if they suffice."""
    if criteria.license_type is not None and criteria.is_license_type_alone:
        held_as = (await context.cached_read(load_catalog)).held_as(criteria.license_type)
        if len(held_as) == 1 or all(row.is_plan or row.is_hidden for row in held_as):
            return sum(row.in_use for row in held_as)
    return await (await _list_query(context, criteria)).count()


async def load_users(context: Context, ids: Sequence[int]) -> dict[int, Row]:
    """Return the users that the caller has access to by ID, as rows of `UserRow`."""
    query = await _visible_users(context)
    select = query.select
    columns, from_where = select.project(User, *COLUMNS), query.from_where(f"id {select.in_(ids)}")
    rows = await select.rows(f"SELECT {columns} {from_where}")
    return {row[0]: row for row in await _redact(context, rows)}


async def ids_by_login(context: Context, logins: Sequence[str]) -> dict[str, int]:
    """Return the IDs of the users that the caller has access to, by the `sort_key` of the login."""
    query = await _visible_users(context)
    from_where = query.from_where(f"login_key {query.select.in_(map(sort_key, logins))}")
    return {login_key: id_ for login_key, id_ in await query.select.rows(f"SELECT login_key, id {from_where}")}


async def _list_query(context: Context, criteria: UserCriteria) -> ListQuery:
    query = await _visible_users(context)
    select, conditions = query.select, await user_conditions(query.select, criteria)
    if criteria.reads_redacted_columns and _is_redacted(context):
        conditions.append(_holds(select, list((await context.cached_read(load_catalog)).by_id.values())))
    if criteria.license_type is not None:
        conditions.append(_holds(select, (await context.cached_read(load_catalog)).held_as(criteria.license_type)))
    if criteria.has_license is not None:
        bound_to = context.caller.vendor_id
        assignments = 'SELECT 1 FROM assignment WHERE user_id = "user".id'
        if bound_to is not None:
            assignments += f" AND license_id IN (SELECT id FROM license WHERE vendor_id = {select.bind(bound_to)})"
        conditions.append(f"{'' if criteria.has_license else 'NOT '}EXISTS ({assignments} {_PER_ROW})")
    return query.where(*conditions)


def _holds(select: Select, licenses: Sequence[LicenseRow]) -> str:
    """Return the condition that a user holds at least one of the licenses."""
    is_of_license = f"license_id {select.in_(row.id for row in licenses)}"
    if sum(row.in_use for row in licenses) < MANY_HOLDERS:
        return f'"user".id IN (SELECT user_id FROM assignment WHERE {is_of_license})'
    # Most users are holders: scanning users in order and probing each is faster than sorting all holders.
    return f'EXISTS (SELECT 1 FROM assignment WHERE user_id = "user".id AND {is_of_license} {_PER_ROW})'


def _is_redacted(context: Context) -> bool:
    """Return whether the caller reads users without its vendor's licenses in redacted form, in order to assign them."""
    return context.caller.vendor_id is not None and ApiScope.USERS_WRITE in context.caller.scopes


async def _visible_users(context: Context) -> ListQuery:
    """Return the users of the installation; for an API token of one vendor its holders, unless it may assign."""
    select = Select()
    users = ListQuery(select, '"user"', [f'"user".installation_id = {select.bind(context.installation_id)}'])
    if context.caller.vendor_id is None or _is_redacted(context):
        return users
    return users.where(_holds(select, list((await context.cached_read(load_catalog)).by_id.values())))


async def _redact(context: Context, rows: Sequence[Row]) -> Sequence[Row]:
    """Return the rows with the columns redacted that the caller may not read."""
    if not _is_redacted(context):
        return rows
    select, of_vendor = Select(), (await context.cached_read(load_catalog)).by_id
    holder_rows = await select.rows(
        f"SELECT user_id FROM assignment WHERE user_id {select.in_(row[0] for row in rows)} "
        f"AND license_id {select.in_(of_vendor)}"
    )
    holders = {user_id for (user_id,) in holder_rows}
    redacted = (REDACTED,) * (len(COLUMNS) - PUBLIC_COLUMN_COUNT)
    return [row if row[0] in holders else (*row[:PUBLIC_COLUMN_COUNT], *redacted) for row in rows]
