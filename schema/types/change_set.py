"""Types of change sets, their changes and surplus requirements."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import strawberry

from licensing.enums import (
    ApiScope,
    ChangeSetSource,
    ChangeSetStatus,
    LicenseChangeKind,
    LicenseScope,
    SuggestionReason,
)
from licensing.messages import Language
from resolvers.change_sets.read_model import ChangeSetView, LicenseChangeView, Surplus
from resolvers.context import Context
from resolvers.dataloaders import Loaders
from schema.core.descriptions import argument, input_type, object_type
from schema.core.permissions import Info, protected_field
from schema.core.row_mapping import RowMapping, from_row
from schema.core.row_sources import Computed, Localized, Nested, NestedList, ToOne
from schema.core.selection import selected
from schema.execution.cost import PAGE, ListSize
from schema.relay.connection import After, Before, EdgeRow, First, Last, PageInfo, PageRequest
from schema.relay.node import Node, global_id
from schema.types.license import License, assignments_of
from schema.types.user import LicenseAssignment, LicenseAssignmentConnection, UserFilter, UserOrder, assignment_rows
from schema.types.vendor import Vendor
from schema.types.viewer import EventActor

DEFAULT_SUGGESTIONS = 100
SUGGESTIONS = ListSize(assumed_size=DEFAULT_SUGGESTIONS, slicing_arguments=["first"])


def _localize(language: Language, text: str | None, texts: Mapping[str, str]) -> str | None:
    """Return the translation for a language; the untranslated text if there is none."""
    return texts.get(language.tag, text) if texts else text


@object_type
class LicenseChange(Node):
    """The change that a change set makes to one license."""

    id: strawberry.ID
    """Global ID of this license in this change set."""
    key: str
    """Key of the license."""
    name: str
    """Name of the license in the change set."""
    previous_name: str | None
    """Name before the change; null if the change adds the license."""
    description: str | None
    """Description of the license in one sentence; null if the vendor gives none."""
    scope: LicenseScope
    """Scope of the license: the whole installation or individual users."""
    license: License | None
    """The license in its current state; null if the change adds it and has not been activated."""
    kind: LicenseChangeKind
    """Kind of change."""
    old_total: int | None
    """Seats before the change; 0 if the change adds the license, null if unlimited or a system license."""
    new_total: int | None
    """Seats after the change; 0 if the change removes the license, null if unlimited or a system license."""
    in_use: int
    """Number of seats in use; 0 for a system license."""
    surplus: int
    """Number of seats in use in excess of `newTotal`. Activation is blocked while it is above zero."""
    gained_features: list[str]
    """Keys of the features that the change adds to a plan."""
    lost_features: list[str]
    """Keys of the features that the change removes from a plan."""

    __mapping__ = RowMapping(
        LicenseChangeView,
        id=Computed(global_id("LicenseChange"), "change_set_id", "code"),
        name=Localized(_localize, "name", "names"),
        previous_name=Localized(_localize, "previous_name", "previous_names"),
        description=Localized(_localize, "description", "descriptions"),
        license=ToOne("licenses", "license_id", "License", "license"),
    )


@object_type
class RevocationSuggestion:
    """A suggestion of a license assignment to revoke."""

    assignment: LicenseAssignment
    """Assignment to revoke."""
    reason: SuggestionReason
    """Reason for the suggestion."""


@object_type
class SurplusRequirement(Node):
    """A license with more seats in use than a change set allows. Seats must be freed before it can be activated."""

    id: strawberry.ID
    """Global ID of this license in this change set. `node` returns null once no seats remain to be freed."""
    license: License
    """The license with too many seats in use."""
    change_set: "LicenseChangeSet"
    """The change set that is blocked."""
    seats_in_use: int
    """Number of seats in use now."""
    seats_available: int
    """Number of seats after activation."""
    seats_to_remove: int
    """Number of seats to free: `seatsInUse` minus `seatsAvailable`."""
    row: strawberry.Private[Surplus]

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
        """All assignments of the license: the candidates for `revokeUserLicenses`."""
        page = PageRequest(first, after, last, before)
        return await assignments_of(self.row.license_id, info, filter, order_by, page)

    @protected_field(requires=ApiScope.USERS_READ, costs=[SUGGESTIONS])
    async def suggestions(
        self,
        info: Info,
        first: Annotated[
            int | None,
            argument("Number of suggestions, at most 1,000. Defaults to `seatsToRemove`, but at most 100."),
        ] = None,
    ) -> list[RevocationSuggestion]:
        """Assignments to revoke: the longest idle first, and the oldest assignment among equals. A user is idle since
        the last sign-in or since getting the license, whichever is later. Blocked assignments and users who are waiting
        for approval are not suggested.
        """
        count = min(self.row.seats_to_remove, DEFAULT_SUGGESTIONS) if first is None else first
        found = await Loaders.of(info.context).suggestions.load((self.row.license_id, count))
        selection = selected(info).below("assignment")
        assignments = await assignment_rows(info.context, [row for row, _ in found], selection)
        return [
            RevocationSuggestion(assignment=assignment, reason=reason)
            for assignment, (_, reason) in zip(assignments, found, strict=True)
        ]

    __mapping__ = RowMapping(
        Surplus,
        id=Computed(global_id("SurplusRequirement"), "change_set_id", "license_id"),
        license=ToOne("licenses", "license_id", "License", "license"),
        change_set=ToOne("change_sets", "change_set_id", "LicenseChangeSet", "change_set"),
    )


@object_type
class LicenseChangeSet(Node):
    """New license information from a vendor, as changes to the licenses in force."""

    id: strawberry.ID
    """Global ID of the object."""
    vendor: Vendor
    """Vendor that issued the license information."""
    status: ChangeSetStatus
    """Status of the change set."""
    source: ChangeSetSource
    """Source of the license information."""
    received_at: datetime
    """Time at which the license information was received."""
    changes: list[LicenseChange]
    """
    Changes to licenses, in the vendor's order. Unchanged and hidden licenses are not listed. While the change set is
    open, it is compared with the licenses in force at the time of the request; once closed, with those in force then.
    """
    license_owner: str
    """License owner in the license information, changed or not."""
    previous_license_owner: str | None
    """License owner that is replaced; null if unchanged."""
    serial_number: str
    """Serial number in the license information, changed or not."""
    effective_at: datetime
    """Time from which the change set can be activated."""
    expires_at: datetime | None
    """Expiry of the licenses; null if they do not expire."""
    previous_expires_at: datetime | None
    """Expiry that is replaced; null if there was none."""
    grace_ends_at: datetime | None
    """End of the grace period after expiry; null if there is none."""
    maintenance_ends_at: datetime | None
    """End of maintenance; null if it does not end."""
    can_activate: bool
    """Whether the change set can be activated now by `activateLicenses`."""
    surplus_requirements: list[SurplusRequirement]
    """Seats that must be freed before activation. Empty unless the status is `BLOCKED_BY_SURPLUS`."""
    closed_at: datetime | None
    """Time at which it was activated, rejected or superseded; null while it is open."""
    closed_by: EventActor | None
    """Actor that closed it: the system if superseded or activated by policy. Null while it is open."""
    acknowledged_at: datetime | None
    """Time at which an administrator acknowledged it; null if not acknowledged, or if that is not required."""
    rejection_reason: str | None
    """Reason for the rejection; null unless rejected."""

    __mapping__ = RowMapping(
        ChangeSetView,
        id=Computed(global_id("LicenseChangeSet"), "id"),
        vendor=ToOne("vendors", "vendor_id", "Vendor", "vendor"),
        changes=NestedList("changes", "LicenseChange"),
        surplus_requirements=NestedList("surplus_requirements", "SurplusRequirement"),
        closed_by=Nested("closed_by", "Actor"),
    )


@object_type
class LicenseChangeSetEdge:
    """An edge in a connection of change sets."""

    cursor: str
    """Cursor of this item, for use in `after` and `before`."""
    node: LicenseChangeSet
    """The change set."""

    __mapping__ = RowMapping(EdgeRow, node=Nested("node", "LicenseChangeSet"))


@object_type
class LicenseChangeSetConnection:
    """A connection of change sets."""

    edges: list[LicenseChangeSetEdge]
    """A list of edges, each with an item and its cursor."""
    nodes: list[LicenseChangeSet]
    """A list of items, without cursors."""
    page_info: PageInfo
    """Information for pagination."""
    total_count: int
    """Total number of items on all pages."""


@input_type
class ChangeSetFilter:
    """Conditions on change sets. A change set must meet all conditions that are given."""

    vendor: str | None = None
    """Key of the vendor."""
    statuses: list[ChangeSetStatus] | None = None
    """Statuses to include."""


def change_set_object(change_set: ChangeSetView, context: Context) -> LicenseChangeSet:
    """Return a change set whose surplus requirements refer back to it, even if it is an unsaved preview."""
    return from_row(LicenseChangeSet, change_set, context, change_sets={change_set.id: change_set})
