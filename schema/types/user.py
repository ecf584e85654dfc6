"""Users and the licenses they hold."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from licensing.enums import (
    OrderDirection,
    RevocationBlocker,
    UserCategory,
    UserKind,
    UserOrderField,
    UserStatus,
)
from resolvers.context import Context
from resolvers.dataloaders import plans
from resolvers.licenses import assignment_queries
from resolvers.users import users
from schema.core.descriptions import input_type, object_type
from schema.core.row_mapping import Computed, Nested, RowMapping, Rows, ToMany, ToOne
from schema.core.selection import Selection
from schema.relay.connection import EdgeRow, PageInfo
from schema.relay.node import Node, global_id
from schema.types.viewer import Actor

if TYPE_CHECKING:
    from schema.types.license import License


_CATEGORIES = {kind.value: kind.category.value for kind in UserKind}


@object_type
class User(Node):
    """A person, or a system account, that has access."""

    id: strawberry.ID
    """Global ID."""
    name: str
    """Full name."""
    login: str
    """Name they log in with, unique."""
    email: str | None
    """Address for mail; null if none is on file."""
    category: UserCategory
    """The tab of the Users screen they are on."""
    kind: UserKind
    """What kind of user they are."""
    status: UserStatus
    """Whether they are active, waiting or gone."""
    group: str | None
    """Primary group; null if none."""
    role: str | None
    """Role, such as `User level 0`; null if none."""
    can_log_in: bool
    """Whether they may log in."""
    is_administrator: bool
    """Whether they may manage licenses."""
    plan: Annotated["License", strawberry.lazy("schema.types.license")] | None
    """Their user plan; null if none."""
    last_login_at: datetime | None
    """When they last logged in; null for never."""
    assignments: list["LicenseAssignment"]
    """Licenses they hold, by name."""

    __mapping__ = RowMapping(
        users.UserRow,
        id=Computed(global_id("User"), "id"),
        category=Computed(_CATEGORIES.__getitem__, "category"),
        plan=ToOne("plans", "id", "License", "plan_of_user"),
        assignments=ToMany("assignments", "id", "user_id", "LicenseAssignment", "assignments_of_user"),
    )


@object_type
class LicenseAssignment(Node):
    """A user holds a license: one seat."""

    id: strawberry.ID
    """Global ID."""
    user: User
    """Who holds it."""
    license: Annotated["License", strawberry.lazy("schema.types.license")]
    """What they hold."""
    assigned_at: datetime
    """Since when."""
    assigned_by: Actor
    """Who gave it."""
    blocker: RevocationBlocker | None
    """Why it cannot be revoked now; null if it can."""

    __mapping__ = RowMapping(
        assignment_queries.AssignmentRow,
        id=Computed(global_id("LicenseAssignment"), "id"),
        user=ToOne("users", "user_id", "User", "user"),
        license=ToOne("licenses", "license_id", "License", "license"),
        assigned_by=Computed(lambda kind, name: Actor(kind=kind, name=name), "assigned_by_kind", "assigned_by_name"),
        blocker=ToOne("blockers", ("user_id", "license_id"), None, "blocker"),
    )


@object_type
class UserEdge:
    """A user on a page."""

    cursor: str
    """Position, for `after` and `before`."""
    node: User
    """The user."""

    __mapping__ = RowMapping(EdgeRow, node=Nested("node", "User"))


@object_type
class UserConnection:
    """A page of users."""

    edges: list[UserEdge]
    """Items with their cursors."""
    nodes: list[User]
    """The items alone."""
    page_info: PageInfo
    """Where this page lies."""
    total_count: int
    """Items on all pages."""


@object_type
class LicenseAssignmentEdge:
    """An assignment on a page."""

    cursor: str
    """Position, for `after` and `before`."""
    node: LicenseAssignment
    """The assignment."""

    __mapping__ = RowMapping(EdgeRow, node=Nested("node", "LicenseAssignment"))


@object_type
class LicenseAssignmentConnection:
    """A page of assignments."""

    edges: list[LicenseAssignmentEdge]
    """Items with their cursors."""
    nodes: list[LicenseAssignment]
    """The items alone."""
    page_info: PageInfo
    """Where this page lies."""
    total_count: int
    """Items on all pages."""


@input_type
class UserFilter:
    """Narrows a list of users. All conditions given must hold."""

    license_type: str | None = None
    """Holding this license type, by license key, such as `superoffice.ten-sales`; for a feature, holding a plan that includes it."""  # noqa: E501
    has_license: bool | None = None
    """Holding some license, or none."""
    category: UserCategory | None = None
    """On this tab."""
    status: UserStatus | None = None
    """With this status; all but retired if not given."""
    can_log_in: bool | None = None
    """Allowed to log in, or not."""
    inactive_since: datetime | None = None
    """Last logged in before this, or never."""
    search: str | None = None
    """Name, login, email, group or role contains this, in any case."""


@input_type
class UserOrder:
    """Order of a list of users. Equal ones are ordered by ID."""

    field: UserOrderField
    """What to order by."""
    direction: OrderDirection = OrderDirection.ASC
    """Which way."""


def user_filter(filter: UserFilter | None) -> users.UserFilter:
    """The filter as the resolvers take it."""
    return users.UserFilter(**vars(filter)) if filter else users.UserFilter()


def user_order(order: UserOrder | None) -> users.UserOrder:
    """The order as the resolvers take it; by name if none is given."""
    return users.UserOrder(**vars(order)) if order else users.UserOrder()


async def user_rows(context: Context, rows: Sequence[Sequence[Any]], selection: Selection) -> Rows[User]:
    """Users, with what is selected of the licenses they hold: one statement for all of them."""
    if "assignments" not in selection and "plan" not in selection:
        return Rows(User, rows, context)
    catalog = await context.loaders.catalog()
    held = await assignment_queries.load_assignments_of_users(context, [row[0] for row in rows])
    related: dict[str, Any] = {"assignments": held, "licenses": catalog.by_id, "users": {row[0]: row for row in rows}}
    if "plan" in selection:
        related["plans"] = plans(held, catalog.by_id)
    if "blocker" in selection.below("assignments"):
        related["blockers"] = await context.loaders.blockers.load(_holdings(held))
    return Rows(User, rows, context, **related)


async def assignment_rows(
    context: Context, rows: Sequence[Sequence[Any]], selection: Selection
) -> Rows[LicenseAssignment]:
    """Assignments, with what is selected of their users and licenses."""
    related: dict[str, Any] = {}
    if "license" in selection:
        related["licenses"] = (await context.loaders.catalog()).by_id
    if "user" in selection:
        related["users"] = await context.loaders.users.load(tuple(row[1] for row in rows))
    if "blocker" in selection:
        related["blockers"] = await context.loaders.blockers.load(_holdings(rows))
    return Rows(LicenseAssignment, rows, context, **related)


def _holdings(rows: Sequence[Sequence[Any]]) -> tuple[tuple[int, int], ...]:
    return tuple((row[1], row[2]) for row in rows)
