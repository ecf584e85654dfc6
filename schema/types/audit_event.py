"""The audit log."""

from datetime import datetime
from typing import Any

import strawberry

from licensing.enums import ApiScope, AuditAction
from resolvers.audit import log
from resolvers.audit.log import EventRow
from schema.core.descriptions import input_type, object_type
from schema.core.permissions import Info, protected_field
from schema.core.row_mapping import Computed, Localized, Nested, RowMapping, ToOne, from_row
from schema.relay.connection import EdgeRow, PageInfo
from schema.relay.node import Node, decode_id, global_id
from schema.types.change_set import LicenseChangeSet, change_set_object
from schema.types.license import License
from schema.types.user import User
from schema.types.vendor import Vendor
from schema.types.viewer import Actor


@object_type
class AuditDetail:
    """One thing that an event changed."""

    name: str
    """What, such as `total` or `activationPolicy`."""
    before: str | None
    """Its value before; null for none."""
    after: str | None
    """Its value after; null for none."""


def _details(details: list[Any]) -> list[AuditDetail]:
    return [AuditDetail(name=name, before=before, after=after) for name, before, after in details]


@object_type
class AuditEvent(Node):
    """Something that was done. Never altered, never removed."""

    id: strawberry.ID
    """Global ID."""
    occurred_at: datetime
    """When."""
    action: AuditAction
    """What."""
    actor: Actor
    """By whom."""
    request_id: str
    """Names the request, or the run of the command line or the checker, in the server's log."""
    summary: str
    """The whole of it in one sentence, in the language of `Accept-Language`."""
    details: list[AuditDetail]
    """What changed, by name."""
    vendor: Vendor | None
    """The vendor concerned, if any."""
    row: strawberry.Private[tuple[Any, ...]]

    @protected_field(requires=ApiScope.LICENSES_READ)
    async def change_set(self, info: Info) -> LicenseChangeSet | None:
        """The change set concerned, if any."""
        if (id_ := EventRow._make(self.row).change_set_id) is None:
            return None
        found = await info.context.loaders.change_set.load(id_)
        return change_set_object(found, info.context) if found else None

    @protected_field(requires=ApiScope.LICENSES_READ)
    async def license(self, info: Info) -> License | None:
        """The license concerned, if any and still there."""
        if (id_ := EventRow._make(self.row).license_id) is None:
            return None
        found = await info.context.loaders.license.load(id_)
        return from_row(License, found, info.context) if found and found.in_force else None

    @protected_field(requires=ApiScope.USERS_READ)
    async def user(self, info: Info) -> User | None:
        """The user concerned, if any and still there."""
        if (id_ := EventRow._make(self.row).user_id) is None:
            return None
        found = await info.context.loaders.user.load(id_)
        return from_row(User, found, info.context) if found else None

    __mapping__ = RowMapping(
        EventRow,
        id=Computed(global_id("AuditEvent"), "id"),
        actor=Computed(lambda kind, name: Actor(kind=kind, name=name), "actor_kind", "actor_name"),
        summary=Localized(log.summary, "action", "facts", "actor_kind", "actor_name"),
        details=Computed(_details, "details"),
        vendor=ToOne("vendors", "vendor_id", "Vendor", "vendor"),
    )


@object_type
class AuditEventEdge:
    """An audit event on a page."""

    cursor: str
    """Position, for `after` and `before`."""
    node: AuditEvent
    """The event."""

    __mapping__ = RowMapping(EdgeRow, node=Nested("node", "AuditEvent"))


@object_type
class AuditEventConnection:
    """A page of the audit log."""

    edges: list[AuditEventEdge]
    """Items with their cursors."""
    nodes: list[AuditEvent]
    """The items alone."""
    page_info: PageInfo
    """Where this page lies."""
    total_count: int
    """Items on all pages."""


@input_type
class AuditFilter:
    """Narrows the audit log. All conditions given must hold."""

    actions: list[AuditAction] | None = None
    """Any of these."""
    vendor: str | None = None
    """Concerning this vendor, by key."""
    license_type: str | None = None
    """Concerning this license type, by license key."""
    user_id: strawberry.ID | None = None
    """Concerning this user."""
    since: datetime | None = None
    """At or after this."""
    until: datetime | None = None
    """Before this."""


def audit_filter(filter: AuditFilter | None) -> log.AuditFilter:
    """The filter as the resolvers take it."""
    if filter is None:
        return log.AuditFilter()
    actions = None if filter.actions is None else tuple(filter.actions)
    user_id = None if filter.user_id is None else decode_id(filter.user_id, "User")
    return log.AuditFilter(**{**vars(filter), "actions": actions, "user_id": user_id})
