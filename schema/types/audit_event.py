"""Types of the audit log."""

from datetime import datetime
from typing import Any

import strawberry

from licensing.enums import ApiScope, AuditAction
from resolvers.audit import log
from resolvers.audit.log import EventRow
from resolvers.dataloaders import Loaders
from schema.core.descriptions import input_type, object_type
from schema.core.permissions import Info, protected_field
from schema.core.row_mapping import RowMapping, from_row
from schema.core.row_sources import Computed, Localized, Nested, ToOne
from schema.relay.connection import EdgeRow, PageInfo
from schema.relay.node import Node, decode_id, global_id
from schema.types.change_set import LicenseChangeSet, change_set_object
from schema.types.license import License
from schema.types.user import User
from schema.types.vendor import Vendor
from schema.types.viewer import EventActor


@object_type
class AuditDetail:
    """One value that an event changed."""

    name: str
    """Name of the value, such as `total` or `activationPolicy`."""
    before: str | None
    """The value before the event; null if there was none."""
    after: str | None
    """The value after the event; null if there is none."""


def _audit_details(details: list[Any]) -> list[AuditDetail]:
    return [AuditDetail(name=name, before=before, after=after) for name, before, after in details]


@object_type
class AuditEvent(Node):
    """An entry of the audit log. Entries are never changed or deleted."""

    id: strawberry.ID
    """Global ID of the object."""
    occurred_at: datetime
    """Time at which the event occurred."""
    action: AuditAction
    """Action that was performed."""
    actor: EventActor
    """User, token or system that performed the action."""
    request_id: str
    """ID of the request, command or scheduled run that caused the event. It also appears in the server's log."""
    summary: str
    """Description of the event in one sentence, in the language of the `Accept-Language` header."""
    details: list[AuditDetail]
    """Values that the event changed."""
    vendor: Vendor | None
    """Vendor that the event concerns; null if none."""
    row: strawberry.Private[tuple[Any, ...]]

    @protected_field(requires=ApiScope.LICENSES_READ)
    async def change_set(self, info: Info) -> LicenseChangeSet | None:
        """Change set that the event concerns; null if none."""
        if (id_ := EventRow._make(self.row).change_set_id) is None:
            return None
        found = await Loaders.of(info.context).change_set.load(id_)
        return change_set_object(found, info.context) if found else None

    @protected_field(requires=ApiScope.LICENSES_READ)
    async def license(self, info: Info) -> License | None:
        """License that the event concerns; null if none, or if the license is no longer in force."""
        if (id_ := EventRow._make(self.row).license_id) is None:
            return None
        found = await Loaders.of(info.context).license.load(id_)
        return from_row(License, found, info.context) if found and found.in_force else None

    @protected_field(requires=ApiScope.USERS_READ)
    async def user(self, info: Info) -> User | None:
        """User that the event concerns; null if none, or if the user no longer exists."""
        if (id_ := EventRow._make(self.row).user_id) is None:
            return None
        found = await Loaders.of(info.context).user.load(id_)
        return from_row(User, found, info.context) if found else None

    __mapping__ = RowMapping(
        EventRow,
        id=Computed(global_id("AuditEvent"), "id"),
        actor=Computed(lambda kind, name: EventActor(kind=kind, name=name), "actor_kind", "actor_name"),
        summary=Localized(log.summary, "action", "facts", "actor_kind", "actor_name"),
        details=Computed(_audit_details, "details"),
        vendor=ToOne("vendors", "vendor_id", "Vendor", "vendor"),
    )


@object_type
class AuditEventEdge:
    """An edge in a connection of audit events."""

    cursor: str
    """Cursor of this item, for use in `after` and `before`."""
    node: AuditEvent
    """The audit event."""

    __mapping__ = RowMapping(EdgeRow, node=Nested("node", "AuditEvent"))


@object_type
class AuditEventConnection:
    """A connection of audit events."""

    edges: list[AuditEventEdge]
    """A list of edges, each with an item and its cursor."""
    nodes: list[AuditEvent]
    """A list of items, without cursors."""
    page_info: PageInfo
    """Information for pagination."""
    total_count: int
    """Total number of items on all pages."""


@input_type
class AuditFilter:
    """Conditions on audit events. An event must meet all conditions that are given."""

    actions: list[AuditAction] | None = None
    """Actions to include."""
    vendor: str | None = None
    """Key of the vendor that the event concerns."""
    license_type: str | None = None
    """Key of the license that the event concerns, such as `superoffice.ten-sales`."""
    user_id: strawberry.ID | None = None
    """ID of the user that the event concerns."""
    since: datetime | None = None
    """Earliest time, inclusive."""
    until: datetime | None = None
    """Latest time, exclusive."""


def audit_criteria(filter: AuditFilter | None) -> log.AuditCriteria:
    """Return the resolvers' criteria for a filter."""
    if filter is None:
        return log.AuditCriteria()
    actions = None if filter.actions is None else tuple(filter.actions)
    user_id = None if filter.user_id is None else decode_id(filter.user_id, "User")
    return log.AuditCriteria(**{**vars(filter), "actions": actions, "user_id": user_id})
