"""The subscription root."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated

from licensing.enums import ApiScope
from resolvers.audit import feed
from resolvers.audit.log import NEWEST_FIRST, AuditCriteria, EventRow
from resolvers.context import Context
from schema.core.descriptions import argument, object_type
from schema.core.permissions import Info, subscription
from schema.core.row_mapping import from_row
from schema.relay.connection import EdgeRow
from schema.types.audit_event import AuditEventEdge, AuditFilter, audit_criteria

ResumeAfter = Annotated[
    str | None,
    argument("Cursor of the event to resume after, for example when a connection broke. Defaults to the present."),
]


@object_type
class Subscription:
    """The subscription root, over `graphql-transport-ws`, server-sent events or multipart responses."""

    @subscription(requires=ApiScope.AUDIT_READ)
    async def audit_events(
        self,
        info: Info,
        filter: Annotated[AuditFilter | None, argument("Conditions that the events must meet.")] = None,
        after: ResumeAfter = None,
    ) -> AsyncIterator[AuditEventEdge]:
        """Audit events as they are recorded, in order and without gaps. The objects that an event refers to are
        returned in their current state.
        """
        context = info.context
        return _edges(context, audit_criteria(filter), await feed.position_of(context, after))


async def _edges(context: Context, criteria: AuditCriteria, position: int) -> AsyncGenerator[AuditEventEdge, None]:
    position_index = EventRow._fields.index("position")
    async with aclosing(feed.follow(context, criteria, position)) as rows:
        async for row in rows:
            context.clear_cache()  # load the objects of each event in their current state
            yield from_row(AuditEventEdge, EdgeRow(NEWEST_FIRST.cursor([row[position_index]]), row), context)
