"""Queries read from a replica, as long as it has all that was changed in the caller's installation."""

import asyncio
import copy
import time
from collections.abc import AsyncIterator
from functools import partial

import structlog
from strawberry import Schema
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from models.reach import UNREACHABLE
from models.replica import PRIMARY, REPLICA, installation_version, reading_from

PATIENCE = 0.5
"""Seconds within which a replica answers, or is left alone for a while."""
LEFT_ALONE = 5.0

_LOST: tuple[type[Exception], ...] = (*UNREACHABLE, TimeoutError)
_log = structlog.get_logger("seatkeeper.replica")


class Replica:
    """Whether the replica may be read from, found out anew for each query."""

    def __init__(self) -> None:
        """Not tried yet."""
        self._alone_until = 0.0

    async def has(self, installation_id: int) -> bool:
        """Whether it has all that was changed in the installation until now."""
        if time.monotonic() < self._alone_until:
            return False
        newest = await installation_version(installation_id, PRIMARY)
        try:
            async with asyncio.timeout(PATIENCE):
                return await installation_version(installation_id, REPLICA) == newest
        except _LOST as error:
            self._alone_until = time.monotonic() + LEFT_ALONE
            _log.warning("the replica is left alone", error=type(error).__name__, seconds=LEFT_ALONE)
            return False


def reading_from_replica(schema: Schema) -> Schema:
    """The same schema, whose queries are read from the replica where they may be."""
    reading = copy.copy(schema)
    reading.extensions = (*schema.extensions, partial(ReplicaReads, Replica()))
    return reading


class ReplicaReads(SchemaExtension):
    """Has queries read from the replica where it may be; mutations and subscriptions never do."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica

    async def on_execute(self) -> AsyncIterator[None]:
        """Chooses where to read before anything is."""
        execution = self.execution_context
        principal = execution.context.principal
        is_query = execution.operation_type is OperationType.QUERY
        if is_query and principal and await self.replica.has(principal.installation_id):
            with reading_from(REPLICA):
                yield
        else:
            yield
