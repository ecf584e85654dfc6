"""Types of users and their license assignments."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from licensing.enums import (
    ApiScope,
    OrderDirection,
    RevocationBlocker,
    UserCategory,
    UserKind,
    UserOrderField,
    UserStatus,
)
from resolvers.context import Context
from resolvers.dataloaders import Loaders, plans
from resolvers.licenses import assignment_queries
from resolvers.user_criteria import UserCriteria, UserOrdering
from resolvers.users import users
from schema.core.descriptions import input_type, object_type
from schema.core.permissions import ReadRule
from schema.core.row_mapping import RowMapping, Rows
from schema.core.row_sources import Computed, Nested, ToMany, ToOne
from schema.core.selection import Selection
from schema.relay.connection import EdgeRow, PageInfo
from schema.relay.node import Node, global_id
from schema.types.viewer import EventActor

if TYPE_CHECKING:
    from schema.types.license import License


_CATEGORIES = {kind.value: kind.category.value for kind in UserKind}


@object_type
class User(Node):
    """A person or system account with access to the product."""

    id: strawberry.ID
    """Global ID of the object."""
    name: str
    """Full name."""
    login: str
    """Unique login name."""
    email: str | None
    """Email address; null if unknown."""
    category: UserCategory
    """Category of the user: employee or other user."""
    kind: UserKind
    """Kind of user."""
    status: UserStatus
    """Status of the user: active, waiting for approval or retired."""
    group: str | None
    """Name of the primary group; null if none."""
    role: str | None
    """Name of the role, such as `User level 0`; null if none."""
    can_log_in: bool
    """Whether the user may sign in."""
    is_administrator: bool
    """Whether the user may manage licenses."""
    plan: Annotated["License", strawberry.lazy("schema.types.license")] | None
    """The user's plan; null if none."""
    last_login_at: datetime | None
    """Time of the last sign-in; null if the user has never signed in."""
    assignments: list["LicenseAssignment"]
    """License assignments of the user, ordered by license name."""

    __mapping__ = RowMapping(
        users.UserRow,
        ReadRule(ApiScope.USERS_READ, frozenset({"id", "name", "login", "category", "status"})),
        id=Computed(global_id("User"), "id"),
        category=Computed(_CATEGORIES.__getitem__, "category"),
        plan=ToOne("plans", "id", "License", "plan_of_user"),
        assignments=ToMany("assignments", "id", "user_id", "LicenseAssignment", "assignments_of_user"),
    )


@object_type
class LicenseAssignment(Node):
    """The assignment of a license to a user. It takes up one seat."""

    id: strawberry.ID
    """Global ID of the object."""
    user: User
    """User that holds the license."""
    license: Annotated["License", strawberry.lazy("schema.types.license")]
    """License that is assigned."""
    assigned_at: datetime
    """Time at which the license was assigned."""
    assigned_by: EventActor
    """Actor that assigned the license."""
    blocker: RevocationBlocker | None
    """Reason why the assignment cannot be revoked now; null if it can."""

    __mapping__ = RowMapping(
        assignment_queries.AssignmentRow,
        id=Computed(global_id("LicenseAssignment"), "id"),
        user=ToOne("users", "user_id", "User", "user"),
        license=ToOne("licenses", "license_id", "License", "license"),
        assigned_by=Computed(
            lambda kind, name: EventActor(kind=kind, name=name), "assigned_by_kind", "assigned_by_name"
        ),
        blocker=ToOne("blockers", ("user_id", "license_id"), None, "blocker"),
    )


@object_type
class UserEdge:
    """An edge in a connection of users."""

    cursor: str
    """Cursor of this item, for use in `after` and `before`."""
    node: User
    """The user."""

    __mapping__ = RowMapping(EdgeRow, node=Nested("node", "User"))


@object_type
class UserConnection:
    """A connection of users."""

    edges: list[UserEdge]
    """A list of edges, each with an item and its cursor."""
    nodes: list[User]
    """A list of items, without cursors."""
    page_info: PageInfo
    """Information for pagination."""
    total_count: int
    """Total number of items on all pages."""


@object_type
class LicenseAssignmentEdge:
    """An edge in a connection of license assignments."""

    cursor: str
    """Cursor of this item, for use in `after` and `before`."""
    node: LicenseAssignment
    """The assignment."""

    __mapping__ = RowMapping(EdgeRow, node=Nested("node", "LicenseAssignment"))


@object_type
class LicenseAssignmentConnection:
    """A connection of license assignments."""

    edges: list[LicenseAssignmentEdge]
    """A list of edges, each with an item and its cursor."""
    nodes: list[LicenseAssignment]
    """A list of items, without cursors."""
    page_info: PageInfo
    """Information for pagination."""
    total_count: int
    """Total number of items on all pages."""


@input_type
class UserFilter:
    """Conditions on users. A user must meet all conditions that are given."""

    license_type: str | None = None
    """
    Key of a license that the user holds, such as `superoffice.ten-sales`; for a feature, of one that a plan of the user
    includes.
    """
    has_license: bool | None = None
    """Whether the user holds any license."""
    category: UserCategory | None = None
    """Category of the user."""
    status: UserStatus | None = None
    """Status of the user. By default, retired users are excluded."""
    can_log_in: bool | None = None
    """Whether the user may sign in."""
    inactive_since: datetime | None = None
    """Time since which the user has not signed in; users who have never signed in are included."""
    search: str | None = None
    """Text that the name, login, email, group or role must contain, ignoring case."""


@input_type
class UserOrder:
    """Order of a list of users. Users with equal values are ordered by ID."""

    field: UserOrderField
    """Field to order by."""
    direction: OrderDirection = OrderDirection.ASC
    """Direction of the order."""


def user_criteria(filter: UserFilter | None) -> UserCriteria:
    """Return the resolvers' criteria for a filter."""
    return UserCriteria(**vars(filter)) if filter else UserCriteria()


def user_ordering(order: UserOrder | None) -> UserOrdering:
    """Return the resolvers' ordering for an order; by name if none is given."""
    return UserOrdering(**vars(order)) if order else UserOrdering()


async def user_rows(context: Context, rows: Sequence[Sequence[Any]], selection: Selection) -> Rows[User]:
    """Return users with the selected parts of their assignments, loaded in one statement for all users."""
    if "assignments" not in selection and "plan" not in selection:
        return Rows(User, rows, context)
    catalog = await Loaders.of(context).catalog()
    held = await assignment_queries.load_assignments_of_users(context, [row[0] for row in rows])
    related: dict[str, Any] = {"assignments": held, "licenses": catalog.by_id, "users": {row[0]: row for row in rows}}
    if "plan" in selection:
        related["plans"] = plans(held, catalog.by_id)
    if "blocker" in selection.below("assignments"):
        related["blockers"] = await Loaders.of(context).blockers.load(_holdings(held))
    return Rows(User, rows, context, **related)


async def assignment_rows(
    context: Context, rows: Sequence[Sequence[Any]], selection: Selection
) -> Rows[LicenseAssignment]:
    """Return assignments with the selected parts of their users and licenses."""
    related: dict[str, Any] = {}
    if "license" in selection:
        related["licenses"] = (await Loaders.of(context).catalog()).by_id
    if "user" in selection:
        related["users"] = await Loaders.of(context).users.load(tuple(row[1] for row in rows))
    if "blocker" in selection:
        related["blockers"] = await Loaders.of(context).blockers.load(_holdings(rows))
    return Rows(LicenseAssignment, rows, context, **related)


def _holdings(rows: Sequence[Sequence[Any]]) -> tuple[tuple[int, int], ...]:
    return tuple((row[1], row[2]) for row in rows)
