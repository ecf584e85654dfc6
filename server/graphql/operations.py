"""A query or a mutation from its document to its result: what it may not be, how long it may take, where it reads."""

import asyncio
from contextlib import nullcontext

import structlog
from graphql import GraphQLError, OperationType
from strawberry import Schema
from strawberry.http import GraphQLRequestData
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types import ExecutionResult

from licensing.messages import Message
from models.db.replica import REPLICA, reading_from
from resolvers.context import Context
from resolvers.errors import BadUserInput, RequestError
from schema.core.user_errors import graphql_error
from schema.execution.document import Document, Operation
from schema.execution.execute import run
from server.errors import TOO_SLOW, RequestRejected
from server.graphql.idempotency import look_up_key
from server.graphql.replica_routing import Replica
from server.graphql.validation_rules import errors_of

OPERATION_TIMEOUT = 10.0
"""Seconds that an operation may take until it changes something."""


class Operations:
    """Runs queries and mutations over a schema."""

    def __init__(self, schema: Schema, *, open_schema: bool, replica: Replica | None) -> None:
        self.schema = schema
        self.open_schema = open_schema
        self.replica = replica

    async def run(
        self, document: Document, sent: GraphQLRequestData, context: Context, *, only_reads: bool
    ) -> ExecutionResult:
        """What the operation gives, or why it is not run: then the result has no data.

        Raises:
            Refused: It takes too long, or would change something where that is not asked for so.
        """
        operation = document.operation(sent.operation_name)
        if operation is None:
            reason = CannotGetOperationTypeError(sent.operation_name).as_http_error_reason()
            return ExecutionResult(None, [GraphQLError(reason)])
        if operation.type is OperationType.SUBSCRIPTION:
            return _refused(BadUserInput(Message("Subscriptions need a stream to answer on.")))
        if operation.type is OperationType.MUTATION and only_reads:
            raise RequestRejected(405, Message("Send mutations by POST."), headers={"Allow": "POST"})
        structlog.contextvars.bind_contextvars(operation=(operation.name or "")[:100])
        if errors := errors_of(
            document, self.schema._schema, sent.operation_name, context, open_schema=self.open_schema
        ):
            return ExecutionResult(None, list(errors))
        try:
            async with asyncio.timeout(OPERATION_TIMEOUT) as context.deadline:
                return await self._run(document, operation, sent, context)
        except TimeoutError:
            raise RequestRejected(504, TOO_SLOW, "TIMEOUT") from None

    async def _run(
        self, document: Document, operation: Operation, sent: GraphQLRequestData, context: Context
    ) -> ExecutionResult:
        try:
            document.check(sent.operation_name, sent.variables)
            await look_up_key(context, document, operation)
            with reading_from(REPLICA) if await self._reads_from_replica(operation, context) else nullcontext():
                return await run(
                    self.schema, document, context, operation_name=sent.operation_name, variables=sent.variables
                )
        except RequestError as refusal:
            return _refused(refusal)
        except GraphQLError as refusal:
            return ExecutionResult(None, [refusal])
        except Exception as failure:
            return ExecutionResult(None, [GraphQLError(str(failure), original_error=failure)])

    async def _reads_from_replica(self, operation: Operation, context: Context) -> bool:
        if self.replica is None or context.principal is None or operation.type is not OperationType.QUERY:
            return False
        return await self.replica.has(context.principal.installation_id)


def _refused(refusal: RequestError) -> ExecutionResult:
    return ExecutionResult(None, [graphql_error(refusal)])
