"""Licenses and their seats."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from licensing.diff import seats_available
from licensing.enums import ApiScope, LicenseScope
from resolvers.context import Context
from resolvers.licenses import catalog
from resolvers.licenses.catalog import LicenseRow
from schema.core.descriptions import argument, input_type, object_type
from schema.core.permissions import Info, protected_field
from schema.core.row_mapping import Computed, Nested, RowMapping, ToOne, from_row
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
    user_filter,
    user_order,
)

if TYPE_CHECKING:
    from schema.types.change_set import LicenseChange
    from schema.types.vendor import Vendor


@object_type
class LicenseSeats:
    """A user license's count of seats."""

    total: int | None
    """Seats bought; null if unlimited."""
    in_use: int
    """Seats assigned to users."""
    available: int | None
    """Seats left, never below zero; null if unlimited."""


def _seats(scope: str, is_hidden: bool, total: int | None, in_use: int) -> LicenseSeats | None:
    if is_hidden or scope == LicenseScope.SYSTEM:
        return None
    return LicenseSeats(total=total, in_use=in_use, available=seats_available(total, in_use))


def _keys(key: str, code: str, codes: Sequence[str]) -> list[str]:
    vendor = key.removesuffix(code)
    return [vendor + included for included in codes]


@object_type
class License(Node):
    """A right that was bought: to use a module, or for a number of people to use one."""

    id: strawberry.ID
    """Global ID."""
    key: str
    """The license type: vendor and code, such as `superoffice.ten-sales`. The same in every installation."""
    name: str
    """Name to show."""
    description: str | None
    """What the license gives, in a sentence."""
    scope: LicenseScope
    """Whom it covers."""
    vendor: Annotated["Vendor", strawberry.lazy("schema.types.vendor")]
    """Who issued it."""
    is_plan: bool
    """Whether it is a user plan, of which a user holds at most one."""
    includes: list[str]
    """Keys of the features a user plan includes."""
    is_hidden: bool
    """Whether it is under the hood, listed only with `includeHidden`."""
    row: strawberry.Private[LicenseRow]

    @protected_field()
    async def requires(self, info: Info) -> "License | None":
        """The license a user must hold to get this one; null for none."""
        if self.row.requires is None:
            return None
        required = (await info.context.loaders.catalog()).in_force(self.row.key_of(self.row.requires))
        return from_row(License, required, info.context) if required else None

    seats: LicenseSeats | None
    """Seats bought, used and left; null for a system license and a hidden one."""

    @protected_field(requires=ApiScope.LICENSES_READ)
    async def pending_change(
        self, info: Info
    ) -> Annotated["LicenseChange", strawberry.lazy("schema.types.change_set")] | None:
        """What the open change set would do to it; null if nothing."""
        from schema.types.change_set import LicenseChange

        change = await info.context.loaders.open_change.load(self.row.id)
        return from_row(LicenseChange, change, info.context) if change else None

    @protected_field(requires=ApiScope.USERS_READ, costs=[PAGE])
    async def assignments(
        self,
        info: Info,
        filter: Annotated[UserFilter | None, argument("Narrows the list.")] = None,
        order_by: Annotated[UserOrder | None, argument("Order of the list; by the user's name if not given.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> LicenseAssignmentConnection:
        """Who holds it, by name: the User licenses tab. Empty for a system license."""
        return await assignments_of(self.row.id, info, filter, order_by, PageRequest(first, after, last, before))

    __mapping__ = RowMapping(
        LicenseRow,
        id=Computed(global_id("License"), "id"),
        vendor=ToOne("vendors", "vendor_id", "Vendor", "vendor"),
        includes=Computed(_keys, "key", "code", "includes"),
        seats=Computed(_seats, "scope", "is_hidden", "total", "in_use"),
    )


@object_type
class LicenseEdge:
    """A license on a page."""

    cursor: str
    """Position, for `after` and `before`."""
    node: License
    """The license."""

    __mapping__ = RowMapping(EdgeRow, node=Nested("node", "License"))


@object_type
class LicenseConnection:
    """A page of licenses."""

    edges: list[LicenseEdge]
    """Items with their cursors."""
    nodes: list[License]
    """The items alone."""
    page_info: PageInfo
    """Where this page lies."""
    total_count: int
    """Items on all pages."""


@input_type
class LicenseFilter:
    """Narrows a list of licenses. All conditions given must hold."""

    vendor: str | None = None
    """From this vendor, by key."""
    scope: LicenseScope | None = None
    """Covering these."""
    include_hidden: bool | None = None
    """Whether to list features that plans include; not if not given."""
    search: str | None = None
    """Name or key contains this, in any case."""


def license_filter(filter: LicenseFilter | None) -> catalog.LicenseFilter:
    """The filter as the resolvers take it."""
    return catalog.LicenseFilter(**vars(filter)) if filter else catalog.LicenseFilter()


async def assignments_of(
    license_id: int, info: Info, filter: UserFilter | None, order_by: UserOrder | None, page: PageRequest
) -> LicenseAssignmentConnection:
    """A page of a license's holders, read together with those of the other licenses of the answer."""
    loaders, selection, wanted = info.context.loaders, selected(info), user_filter(filter)
    found = await loaders.assignments_page.load((license_id, wanted, user_order(order_by), page))
    total_count = await loaders.assignments_count.load((license_id, wanted)) if "totalCount" in selection else 0
    rows = await assignment_rows(info.context, found.rows, selection.below("nodes", "edges.node"))
    return connect(LicenseAssignmentConnection, LicenseAssignmentEdge, found, rows, selection, total_count)


async def license_by_id(context: Context, license_id: int) -> License | None:
    """A license that the caller may see, in force or not."""
    row: Any = await context.loaders.license.load(license_id)
    return from_row(License, row, context) if row else None
