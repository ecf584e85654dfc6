"""Change sets, what they alter, and what must be freed before they can be activated."""

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
from schema.core.descriptions import argument, input_type, object_type
from schema.core.permissions import Info, protected_field
from schema.core.row_mapping import Computed, Localized, Nested, NestedList, RowMapping, ToOne, from_row
from schema.core.selection import selected
from schema.execution.cost import PAGE, ListSize
from schema.relay.connection import After, Before, EdgeRow, First, Last, PageInfo, PageRequest
from schema.relay.node import Node, global_id
from schema.types.license import License, assignments_of
from schema.types.user import LicenseAssignment, LicenseAssignmentConnection, UserFilter, UserOrder, assignment_rows
from schema.types.vendor import Vendor
from schema.types.viewer import Actor

DEFAULT_SUGGESTIONS = 100
SUGGESTIONS = ListSize(assumed_size=DEFAULT_SUGGESTIONS, slicing_arguments=["first"])


def _in_language(language: Language, text: str | None, texts: Mapping[str, str]) -> str | None:
    return texts.get(language.tag, text) if texts else text


@object_type
class LicenseChange(Node):
    """What a change set does to one license."""

    id: strawberry.ID
    """Global ID: of this license in this change set."""
    key: str
    """The license's key."""
    name: str
    """The license's name in the change set."""
    previous_name: str | None
    """Name it had before; null if this change adds it."""
    description: str | None
    """What the license gives, in a sentence."""
    scope: LicenseScope
    """Whom it covers."""
    license: License | None
    """The license as it now is; null while this change would add it."""
    kind: LicenseChangeKind
    """What happens to it."""
    old_total: int | None
    """Seats before; 0 if this change adds it, null if unlimited or a system license."""
    new_total: int | None
    """Seats after; 0 if this change removes it, null if unlimited or a system license."""
    in_use: int
    """Seats in use; 0 for a system license."""
    surplus: int
    """Seats in use beyond `newTotal`: above zero, the name is shown in red and blocks activation."""
    gained_features: list[str]
    """Keys of the features that holders of a plan gain."""
    lost_features: list[str]
    """Keys of the features that holders of a plan lose."""

    __mapping__ = RowMapping(
        LicenseChangeView,
        id=Computed(global_id("LicenseChange"), "change_set_id", "code"),
        name=Localized(_in_language, "name", "names"),
        previous_name=Localized(_in_language, "previous_name", "previous_names"),
        description=Localized(_in_language, "description", "descriptions"),
        license=ToOne("licenses", "license_id", "License", "license"),
    )


@object_type
class RevocationSuggestion:
    """A user that will hardly miss a license, and why."""

    assignment: LicenseAssignment
    """What to revoke."""
    reason: SuggestionReason
    """Why this one."""


@object_type
class SurplusRequirement(Node):
    """A license that must lose users before a change set can be activated."""

    id: strawberry.ID
    """Global ID: of this license in this change set. Null by `node` once nothing is left to remove."""
    license: License
    """The license."""
    change_set: "LicenseChangeSet"
    """The change set it blocks."""
    seats_in_use: int
    """Seats in use now."""
    seats_available: int
    """Seats there will be."""
    seats_to_remove: int
    """Seats to free: in use less available."""
    row: strawberry.Private[Surplus]

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
        """All who hold the license: the candidates for `revokeUserLicenses`."""
        page = PageRequest(first, after, last, before)
        return await assignments_of(self.row.license_id, info, filter, order_by, page)

    @protected_field(requires=ApiScope.USERS_READ, costs=[SUGGESTIONS])
    async def suggestions(
        self,
        info: Info,
        first: Annotated[
            int | None,
            argument("Number of suggestions, at most 1,000; the lesser of `seatsToRemove` and 100 if not given."),
        ] = None,
    ) -> list[RevocationSuggestion]:
        """Whom to take the license from, if it were up to the server: those who will miss it least first (may not
        log in, never logged in, longest away; those waiting for approval last), none that is blocked.
        """
        count = min(self.row.seats_to_remove, DEFAULT_SUGGESTIONS) if first is None else first
        found = await info.context.loaders.suggestions.load((self.row.license_id, count))
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
    """New license information from a vendor, compared with what is in force."""

    id: strawberry.ID
    """Global ID."""
    vendor: Vendor
    """Who issued it."""
    status: ChangeSetStatus
    """How far it has come."""
    source: ChangeSetSource
    """How it got here."""
    received_at: datetime
    """When it got here."""
    changes: list[LicenseChange]
    """
    Licenses it alters, in the vendor's order; those it leaves alone, and hidden ones, are not listed. While it is open,
    compared with what is in force when asked; once closed, as they were then.
    """
    license_owner: str
    """License owner it states, whether or not that is new."""
    previous_license_owner: str | None
    """License owner it replaces; null if it states the same."""
    serial_number: str
    """Serial number it states, whether or not that is new."""
    effective_at: datetime
    """When it takes effect; until then it cannot be activated."""
    expires_at: datetime | None
    """Expiry it states; null if not limited in time."""
    previous_expires_at: datetime | None
    """Expiry it replaces; null if there was none."""
    grace_ends_at: datetime | None
    """End of grace it states; null for none."""
    maintenance_ends_at: datetime | None
    """End of maintenance it states; null for none."""
    can_activate: bool
    """Whether `activateLicenses` would succeed now: the state of the Activate button."""
    surplus_requirements: list[SurplusRequirement]
    """What must be freed first. Empty unless `BLOCKED_BY_SURPLUS`."""
    closed_at: datetime | None
    """When it was activated, rejected or superseded; null while it waits."""
    closed_by: Actor | None
    """Who closed it, the system where a newer one or the policy did; null while it waits."""
    acknowledged_at: datetime | None
    """When an administrator marked it as seen; null until then, and where nobody needs to."""
    rejection_reason: str | None
    """Why it was rejected; null otherwise."""

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
    """A change set on a page."""

    cursor: str
    """Position, for `after` and `before`."""
    node: LicenseChangeSet
    """The change set."""

    __mapping__ = RowMapping(EdgeRow, node=Nested("node", "LicenseChangeSet"))


@object_type
class LicenseChangeSetConnection:
    """A page of change sets."""

    edges: list[LicenseChangeSetEdge]
    """Items with their cursors."""
    nodes: list[LicenseChangeSet]
    """The items alone."""
    page_info: PageInfo
    """Where this page lies."""
    total_count: int
    """Items on all pages."""


@input_type
class ChangeSetFilter:
    """Narrows a list of change sets. All conditions given must hold."""

    vendor: str | None = None
    """From this vendor, by key."""
    statuses: list[ChangeSetStatus] | None = None
    """In any of these."""


def change_set_object(reviewed: ChangeSetView, context: Context) -> LicenseChangeSet:
    """A change set; what it requires leads back to itself, also in a preview that nothing else knows."""
    return from_row(LicenseChangeSet, reviewed, context, change_sets={reviewed.id: reviewed})
