"""What a client can read."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import strawberry

from licensing.enums import ApiScope
from resolvers.audit import log
from resolvers.auth import api_tokens
from resolvers.change_sets import change_sets
from resolvers.licenses import catalog
from resolvers.users import users
from resolvers.webhooks import webhooks
from schema.core.descriptions import argument, object_type
from schema.core.permissions import Access, Info, query
from schema.core.row_mapping import Rows, from_row
from schema.core.selection import selected
from schema.execution.cost import PAGE, by_ids
from schema.relay.connection import After, Before, First, Last, PageRequest, connect
from schema.relay.node import Node
from schema.relay.node_resolvers import node_by_id
from schema.types.audit_event import AuditEvent, AuditEventConnection, AuditEventEdge, AuditFilter, audit_filter
from schema.types.change_set import (
    ChangeSetFilter,
    LicenseChangeSet,
    LicenseChangeSetConnection,
    LicenseChangeSetEdge,
    SurplusRequirement,
)
from schema.types.installation import Installation
from schema.types.license import License, LicenseConnection, LicenseEdge, LicenseFilter, license_filter
from schema.types.user import UserConnection, UserEdge, UserFilter, UserOrder, user_filter, user_order, user_rows
from schema.types.vendor import Vendor
from schema.types.viewer import ApiToken, Viewer
from schema.types.webhook import Webhook


@object_type
class Query:
    """Everything a client can read. A root field is null only when it failed; see `errors`."""

    @query(requires=Access.PUBLIC)
    async def viewer(self, info: Info) -> Viewer | None:
        """Who is calling and what they may do. Null when the request carries no valid credentials."""
        principal = info.context.principal
        return from_row(Viewer, principal, info.context) if principal else None

    @query(requires=Access.CALLER)
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, argument("Global ID from an `id` field.")]
    ) -> Node | None:
        """Any object by its global ID; null if there is none, or the viewer may not see it."""
        return await node_by_id(info.context, id)

    @query(requires=Access.CALLER, costs=[by_ids("ids")])
    async def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], argument("Global IDs from `id` fields.")]
    ) -> list[Node | None] | None:
        """Several objects by ID, in the order asked; null where there is none. At most 100."""
        return await asyncio.gather(*(node_by_id(info.context, id_) for id_ in ids))

    @query(requires=ApiScope.LICENSES_READ)
    async def installation(self, info: Info) -> Installation | None:
        """This installation: whose it is and where its licenses stand."""
        return from_row(Installation, await info.context.loaders.installation(), info.context)

    @query(requires=ApiScope.LICENSES_READ)
    async def vendors(self, info: Info) -> Sequence[Vendor] | None:
        """The vendors that have issued licenses here, one per tab, the main vendor first."""
        return Rows(Vendor, await info.context.loaders.all_vendors(), info.context)

    @query(requires=ApiScope.LICENSES_READ)
    async def license(
        self, info: Info, key: Annotated[str, argument("Vendor and code, such as `superoffice.ten-sales`.")]
    ) -> License | None:
        """One license by its key, or null."""
        found = (await info.context.loaders.catalog()).in_force(key)
        return from_row(License, found, info.context) if found else None

    @query(requires=ApiScope.LICENSES_READ, costs=[PAGE])
    async def licenses(
        self,
        info: Info,
        filter: Annotated[LicenseFilter | None, argument("Narrows the list.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> LicenseConnection | None:
        """Licenses in force, expired ones included, by vendor, then in the vendor's order."""
        context, selection, wanted = info.context, selected(info), license_filter(filter)
        page = await catalog.licenses_page(context, wanted, PageRequest(first, after, last, before))
        total_count = await catalog.count_licenses(context, wanted) if "totalCount" in selection else 0
        return connect(LicenseConnection, LicenseEdge, page, Rows(License, page.rows, context), selection, total_count)

    @query(requires=ApiScope.USERS_READ, costs=[PAGE])
    async def users(
        self,
        info: Info,
        filter: Annotated[
            UserFilter | None,
            argument("Narrows the list: by license type, and by the Employees or Other users tab."),
        ] = None,
        order_by: Annotated[UserOrder | None, argument("Order of the list; by name if not given.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> UserConnection | None:
        """People with access to the system and the licenses they use, by name."""
        context, selection, wanted = info.context, selected(info), user_filter(filter)
        page = await users.users_page(context, wanted, user_order(order_by), PageRequest(first, after, last, before))
        total_count = await users.count_users(context, wanted) if "totalCount" in selection else 0
        nodes = await user_rows(context, page.rows, selection.below("nodes", "edges.node"))
        return connect(UserConnection, UserEdge, page, nodes, selection, total_count)

    @query(requires=ApiScope.LICENSES_READ)
    async def pending_changes(
        self, info: Info, vendor: Annotated[str | None, argument("Only this vendor's, by key.")] = None
    ) -> Sequence[LicenseChangeSet] | None:
        """Change sets that want an administrator's attention, at most one per vendor: the one that waits for
        activation, else the latest activated automatically that nobody has acknowledged.
        """
        context = info.context
        pending = await (
            change_sets.pending_changes(context, vendor) if vendor is not None else context.loaders.pending_changes()
        )
        return Rows(LicenseChangeSet, pending, context)

    @query(requires=ApiScope.LICENSES_READ)
    async def surplus_requirements(
        self, info: Info, vendor: Annotated[str | None, argument("Only this vendor's, by key.")] = None
    ) -> Sequence[SurplusRequirement] | None:
        """Licenses with more seats in use than a pending change set allows. Empty when nothing blocks."""
        return Rows(SurplusRequirement, await change_sets.surplus_requirements(info.context, vendor), info.context)

    @query(requires=ApiScope.LICENSES_READ, costs=[PAGE])
    async def change_sets(
        self,
        info: Info,
        filter: Annotated[ChangeSetFilter | None, argument("Narrows the list.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> LicenseChangeSetConnection | None:
        """Every change set ever received, newest first."""
        context, selection = info.context, selected(info)
        vendor, statuses = (filter.vendor, filter.statuses) if filter else (None, None)
        page = await change_sets.change_sets_page(
            context, vendor=vendor, statuses=statuses, page=PageRequest(first, after, last, before)
        )
        total_count = 0
        if "totalCount" in selection:
            total_count = await change_sets.count_change_sets(context, vendor=vendor, statuses=statuses)
        nodes = Rows(LicenseChangeSet, page.rows, context)
        return connect(LicenseChangeSetConnection, LicenseChangeSetEdge, page, nodes, selection, total_count)

    @query(requires=ApiScope.AUDIT_READ, costs=[PAGE])
    async def audit_events(
        self,
        info: Info,
        filter: Annotated[AuditFilter | None, argument("Narrows the list.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> AuditEventConnection | None:
        """What was done to licenses, by whom, newest first: the audit log. Needs `AUDIT_READ`."""
        context, selection, wanted = info.context, selected(info), audit_filter(filter)
        page = await log.events_page(context, wanted, PageRequest(first, after, last, before))
        total_count = await log.count_events(context, wanted) if "totalCount" in selection else 0
        nodes = Rows(AuditEvent, page.rows, context)
        return connect(AuditEventConnection, AuditEventEdge, page, nodes, selection, total_count)

    @query(requires=ApiScope.TOKENS_WRITE)
    async def api_tokens(self, info: Info) -> Sequence[ApiToken] | None:
        """API tokens that have not been revoked, newest first. Needs `TOKENS_WRITE`."""
        return Rows(ApiToken, await api_tokens.api_tokens(info.context), info.context)

    @query(requires=ApiScope.WEBHOOKS_WRITE)
    async def webhooks(self, info: Info) -> Sequence[Webhook] | None:
        """Webhooks, newest first. Needs `WEBHOOKS_WRITE`."""
        return Rows(Webhook, await webhooks.webhooks(info.context), info.context)
