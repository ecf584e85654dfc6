"""What a client can listen to."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated

from licensing.enums import ApiScope
from resolvers.audit import feed
from resolvers.audit.log import NEWEST_FIRST, EventRow
from resolvers.audit.log import AuditFilter as Wanted
from resolvers.context import Context
from schema.core.descriptions import argument, object_type
from schema.core.permissions import Info, subscription
from schema.core.row_mapping import from_row
from schema.relay.connection import EdgeRow
from schema.types.audit_event import AuditEventEdge, AuditFilter, audit_filter

ResumeAfter = Annotated[
    str | None,
    argument("Start after this event's cursor, to resume where a connection broke; from now on if not given."),
]


@object_type
class Subscription:
    """Live updates, over `graphql-transport-ws`, server-sent events or multipart responses."""

    @subscription(requires=ApiScope.AUDIT_READ)
    async def audit_events(
        self,
        info: Info,
        filter: Annotated[AuditFilter | None, argument("Narrows the stream.")] = None,
        after: ResumeAfter = None,
    ) -> AsyncIterator[AuditEventEdge]:
        """Audit events as they are recorded, in order, none left out: each leads to the change set, license
        and user it concerns as they now are.
        """
        context = info.context
        return _edges(context, audit_filter(filter), await feed.position_of(context, after))


async def _edges(context: Context, wanted: Wanted, position: int) -> AsyncGenerator[AuditEventEdge, None]:
    place = EventRow._fields.index("position")
    async with aclosing(feed.follow(context, wanted, position)) as rows:
        async for row in rows:
            context.forget()  # each event shows what it concerns as it is now, not as an earlier one found it
            yield from_row(AuditEventEdge, EdgeRow(NEWEST_FIRST.cursor([row[place]]), row), context)
