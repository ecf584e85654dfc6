"""The query root."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import strawberry

from licensing.enums import ApiScope
from resolvers.audit import log
from resolvers.auth import api_tokens
from resolvers.change_sets import change_sets
from resolvers.dataloaders import Loaders
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
from schema.types.audit_event import AuditEvent, AuditEventConnection, AuditEventEdge, AuditFilter, audit_criteria
from schema.types.change_set import (
    ChangeSetFilter,
    LicenseChangeSet,
    LicenseChangeSetConnection,
    LicenseChangeSetEdge,
    SurplusRequirement,
)
from schema.types.installation import Installation
from schema.types.license import License, LicenseConnection, LicenseEdge, LicenseFilter, license_criteria
from schema.types.user import UserConnection, UserEdge, UserFilter, UserOrder, user_criteria, user_ordering, user_rows
from schema.types.vendor import Vendor
from schema.types.viewer import ApiToken, Viewer
from schema.types.webhook import Webhook


@object_type
class Query:
    """The query root. Unless stated otherwise, a field is null only if it failed; see `errors`."""

    @query(requires=Access.PUBLIC)
    async def viewer(self, info: Info) -> Viewer | None:
        """The caller and its scopes; null if the request has no valid credentials."""
        principal = info.context.principal
        return from_row(Viewer, principal, info.context) if principal else None

    @query(requires=Access.CALLER)
    async def node(self, info: Info, id: Annotated[strawberry.ID, argument("Global ID of the object.")]) -> Node | None:
        """Fetches an object by its global ID; null if it does not exist or the viewer may not see it."""
        return await node_by_id(info.context, id)

    @query(requires=Access.CALLER, costs=[by_ids("ids")])
    async def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], argument("Global IDs of the objects, at most 100.")]
    ) -> list[Node | None] | None:
        """Fetches objects by their global IDs, in the order given. Items are null under the conditions of `node`."""
        return await asyncio.gather(*(node_by_id(info.context, id_) for id_ in ids))

    @query(requires=ApiScope.LICENSES_READ)
    async def installation(self, info: Info) -> Installation | None:
        """The installation that the caller belongs to."""
        return from_row(Installation, await Loaders.of(info.context).installation(), info.context)

    @query(requires=ApiScope.LICENSES_READ)
    async def vendors(self, info: Info) -> Sequence[Vendor] | None:
        """Vendors that issue licenses for this installation, the main vendor first."""
        return Rows(Vendor, await Loaders.of(info.context).all_vendors(), info.context)

    @query(requires=ApiScope.LICENSES_READ)
    async def license(
        self, info: Info, key: Annotated[str, argument("License key, such as `superoffice.ten-sales`.")]
    ) -> License | None:
        """Fetches a license by its key; null if no license with this key is in force."""
        found = (await Loaders.of(info.context).catalog()).in_force(key)
        return from_row(License, found, info.context) if found else None

    @query(requires=ApiScope.LICENSES_READ, costs=[PAGE])
    async def licenses(
        self,
        info: Info,
        filter: Annotated[LicenseFilter | None, argument("Conditions that the items must meet.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> LicenseConnection | None:
        """Licenses in force, including expired ones, ordered by vendor and then as the vendor lists them."""
        context, selection, criteria = info.context, selected(info), license_criteria(filter)
        page = await catalog.licenses_page(context, criteria, PageRequest(first, after, last, before))
        total_count = await catalog.count_licenses(context, criteria) if "totalCount" in selection else 0
        return connect(LicenseConnection, LicenseEdge, page, Rows(License, page.rows, context), selection, total_count)

    @query(requires=ApiScope.USERS_READ, costs=[PAGE])
    async def users(
        self,
        info: Info,
        filter: Annotated[
            UserFilter | None,
            argument("Conditions that the users must meet."),
        ] = None,
        order_by: Annotated[UserOrder | None, argument("Order of the list. Defaults to the name.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> UserConnection | None:
        """Users with access to the product, ordered by name unless `orderBy` is given."""
        context, selection, criteria = info.context, selected(info), user_criteria(filter)
        page = await users.users_page(
            context, criteria, user_ordering(order_by), PageRequest(first, after, last, before)
        )
        total_count = await users.count_users(context, criteria) if "totalCount" in selection else 0
        nodes = await user_rows(context, page.rows, selection.below("nodes", "edges.node"))
        return connect(UserConnection, UserEdge, page, nodes, selection, total_count)

    @query(requires=ApiScope.LICENSES_READ)
    async def pending_changes(
        self, info: Info, vendor: Annotated[str | None, argument("Key of the vendor. Defaults to all vendors.")] = None
    ) -> Sequence[LicenseChangeSet] | None:
        """Change sets that need an administrator's attention, at most one per vendor: the open one, otherwise the
        latest one that was activated automatically and has not been acknowledged.
        """
        context = info.context
        pending = await (
            change_sets.pending_changes(context, vendor)
            if vendor is not None
            else Loaders.of(context).pending_changes()
        )
        return Rows(LicenseChangeSet, pending, context)

    @query(requires=ApiScope.LICENSES_READ)
    async def surplus_requirements(
        self, info: Info, vendor: Annotated[str | None, argument("Key of the vendor. Defaults to all vendors.")] = None
    ) -> Sequence[SurplusRequirement] | None:
        """Licenses with more seats in use than a pending change set allows. Empty if none is blocked."""
        return Rows(SurplusRequirement, await change_sets.surplus_requirements(info.context, vendor), info.context)

    @query(requires=ApiScope.LICENSES_READ, costs=[PAGE])
    async def change_sets(
        self,
        info: Info,
        filter: Annotated[ChangeSetFilter | None, argument("Conditions that the items must meet.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> LicenseChangeSetConnection | None:
        """All change sets ever received, newest first."""
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
        filter: Annotated[AuditFilter | None, argument("Conditions that the items must meet.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> AuditEventConnection | None:
        """The audit log, newest events first. Needs the `AUDIT_READ` scope."""
        context, selection, criteria = info.context, selected(info), audit_criteria(filter)
        page = await log.events_page(context, criteria, PageRequest(first, after, last, before))
        total_count = await log.count_events(context, criteria) if "totalCount" in selection else 0
        nodes = Rows(AuditEvent, page.rows, context)
        return connect(AuditEventConnection, AuditEventEdge, page, nodes, selection, total_count)

    @query(requires=ApiScope.TOKENS_WRITE)
    async def api_tokens(self, info: Info) -> Sequence[ApiToken] | None:
        """API tokens that have not been revoked, newest first. Needs the `TOKENS_WRITE` scope."""
        return Rows(ApiToken, await api_tokens.api_tokens(info.context), info.context)

    @query(requires=ApiScope.WEBHOOKS_WRITE)
    async def webhooks(self, info: Info) -> Sequence[Webhook] | None:
        """Webhooks, newest first. Needs the `WEBHOOKS_WRITE` scope."""
        return Rows(Webhook, await webhooks.webhooks(info.context), info.context)
