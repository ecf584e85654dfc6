"""Types of licenses and their seats."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from licensing.enums import ApiScope, LicenseScope
from licensing.surplus import seats_available
from resolvers.context import Context
from resolvers.dataloaders import Loaders
from resolvers.licenses import catalog
from resolvers.licenses.catalog import LicenseRow
from schema.core.descriptions import argument, input_type, object_type
from schema.core.permissions import Info, ReadRule, protected_field
from schema.core.row_mapping import RowMapping, from_row
from schema.core.row_sources import Computed, Nested, ToOne
from schema.core.selection import selected
from schema.execution.cost import PAGE
from schema.relay.connection import After, Before, EdgeRow, First, Last, PageInfo, PageRequest, connect
from schema.relay.node import Node, global_id
from schema.types.user import (
    LicenseAssignmentConnection,
    LicenseAssignmentEdge,
    UserFilter,
    UserOrder,
    assignment_rows,
    user_criteria,
    user_ordering,
)

if TYPE_CHECKING:
    from schema.types.change_set import LicenseChange
    from schema.types.vendor import Vendor


@object_type
class LicenseSeats:
    """The number of seats of a user license."""

    total: int | None
    """Number of seats bought; null if unlimited."""
    in_use: int
    """Number of seats assigned to users."""
    available: int | None
    """Number of seats left, never negative; null if unlimited."""


def _license_seats(scope: str, is_hidden: bool, total: int | None, in_use: int) -> LicenseSeats | None:
    if is_hidden or scope == LicenseScope.SYSTEM:
        return None
    return LicenseSeats(total=total, in_use=in_use, available=seats_available(total, in_use))


def _feature_keys(key: str, code: str, features: Sequence[str]) -> list[str]:
    """Return the keys of features, given a license of the same vendor and the features' codes."""
    prefix = key.removesuffix(code)
    return [prefix + feature for feature in features]


@object_type
class License(Node):
    """A license to use a module, for the whole installation or for a number of users."""

    id: strawberry.ID
    """Global ID of the object."""
    key: str
    """License type: vendor key and code, such as `superoffice.ten-sales`. Identical in all installations."""
    name: str
    """Display name."""
    description: str | None
    """Description of the license in one sentence; null if the vendor gives none."""
    scope: LicenseScope
    """Scope of the license: the whole installation or individual users."""
    vendor: Annotated["Vendor", strawberry.lazy("schema.types.vendor")]
    """Vendor that issued the license."""
    is_plan: bool
    """Whether the license is a user plan. A user holds at most one plan."""
    includes: list[str]
    """Keys of the features that a user plan includes; empty for other licenses."""
    is_hidden: bool
    """Whether the license is hidden from administrators. Hidden licenses are listed only with `includeHidden`."""
    row: strawberry.Private[LicenseRow]

    @protected_field(requires=ApiScope.LICENSES_READ)
    async def requires(self, info: Info) -> "License | None":
        """License that a user must hold as a prerequisite of this one; null if none."""
        if self.row.requires is None:
            return None
        required = (await Loaders.of(info.context).catalog()).in_force(self.row.key_of(self.row.requires))
        return from_row(License, required, info.context) if required else None

    seats: LicenseSeats | None
    """Number of seats; null for a system license or a hidden license."""

    @protected_field(requires=ApiScope.LICENSES_READ)
    async def pending_change(
        self, info: Info
    ) -> Annotated["LicenseChange", strawberry.lazy("schema.types.change_set")] | None:
        """Change to this license in the open change set; null if there is none."""
        from schema.types.change_set import LicenseChange

        change = await Loaders.of(info.context).open_change.load(self.row.id)
        return from_row(LicenseChange, change, info.context) if change else None

    @protected_field(requires=ApiScope.USERS_READ, costs=[PAGE])
    async def assignments(
        self,
        info: Info,
        filter: Annotated[UserFilter | None, argument("Conditions that the users must meet.")] = None,
        order_by: Annotated[UserOrder | None, argument("Order of the list. Defaults to the user's name.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> LicenseAssignmentConnection:
        """Assignments of this license to users. Empty for a system license."""
        return await assignments_of(self.row.id, info, filter, order_by, PageRequest(first, after, last, before))

    __mapping__ = RowMapping(
        LicenseRow,
        ReadRule(
            ApiScope.LICENSES_READ,
            frozenset({"id", "key", "name", "description", "scope", "vendor", "is_plan", "includes", "is_hidden"}),
        ),
        id=Computed(global_id("License"), "id"),
        vendor=ToOne("vendors", "vendor_id", "Vendor", "vendor"),
        includes=Computed(_feature_keys, "key", "code", "includes"),
        seats=Computed(_license_seats, "scope", "is_hidden", "total", "in_use"),
    )


@object_type
class LicenseEdge:
    """An edge in a connection of licenses."""

    cursor: str
    """Cursor of this item, for use in `after` and `before`."""
    node: License
    """The license."""

    __mapping__ = RowMapping(EdgeRow, node=Nested("node", "License"))


@object_type
class LicenseConnection:
    """A connection of licenses."""

    edges: list[LicenseEdge]
    """A list of edges, each with an item and its cursor."""
    nodes: list[License]
    """A list of items, without cursors."""
    page_info: PageInfo
    """Information for pagination."""
    total_count: int
    """Total number of items on all pages."""


@input_type
class LicenseFilter:
    """Conditions on licenses. A license must meet all conditions that are given."""

    vendor: str | None = None
    """Key of the vendor."""
    scope: LicenseScope | None = None
    """Scope of the license."""
    include_hidden: bool | None = None
    """Whether to include hidden licenses, such as the features of plans. Defaults to false."""
    search: str | None = None
    """Text that the name or key must contain, ignoring case."""


def license_criteria(filter: LicenseFilter | None) -> catalog.LicenseCriteria:
    """Return the resolvers' criteria for a filter."""
    return catalog.LicenseCriteria(**vars(filter)) if filter else catalog.LicenseCriteria()


async def assignments_of(
    license_id: int, info: Info, filter: UserFilter | None, order_by: UserOrder | None, page: PageRequest
) -> LicenseAssignmentConnection:
    """Return a page of a license's assignments, loaded together with those of other licenses in the response."""
    loaders, selection, criteria = Loaders.of(info.context), selected(info), user_criteria(filter)
    found = await loaders.assignments_page.load((license_id, criteria, user_ordering(order_by), page))
    total_count = await loaders.assignments_count.load((license_id, criteria)) if "totalCount" in selection else 0
    rows = await assignment_rows(info.context, found.rows, selection.below("nodes", "edges.node"))
    return connect(LicenseAssignmentConnection, LicenseAssignmentEdge, found, rows, selection, total_count)


async def license_by_id(context: Context, license_id: int) -> License | None:
    """Return a license, in force or not; None if it does not exist or the caller may not see it."""
    row: Any = await Loaders.of(context).license.load(license_id)
    return from_row(License, row, context) if row else None
