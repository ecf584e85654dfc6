"""Execution of a query or mutation: validation, deadline, idempotency, and the choice of database."""

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
from schema.execution.graphql_core import core_schema
from server.errors import TIMEOUT_MESSAGE, RequestRejected
from server.graphql.idempotency import check_idempotency_key
from server.graphql.replica_routing import ReplicaRouter
from server.graphql.validation_rules import document_errors

OPERATION_TIMEOUT = 10.0
"""Seconds that an operation may take until it commits."""


class Operations:
    """Executes queries and mutations of a schema."""

    def __init__(self, schema: Schema, *, open_schema: bool, replica: ReplicaRouter | None) -> None:
        self.schema = schema
        self.open_schema = open_schema
        self.replica = replica

    async def run(
        self, document: Document, data: GraphQLRequestData, context: Context, *, only_reads: bool
    ) -> ExecutionResult:
        """Execute an operation; the result of one that is not executed has errors and no data.

        Raises:
            RequestRejected: The operation timed out, or is a mutation although `only_reads` is set.
        """
        operation = document.operation(data.operation_name)
        if operation is None:
            reason = CannotGetOperationTypeError(data.operation_name).as_http_error_reason()
            return ExecutionResult(None, [GraphQLError(reason)])
        if operation.type is OperationType.SUBSCRIPTION:
            return _rejected(
                BadUserInput(
                    Message(
                        "Subscriptions need a streaming response. Use a WebSocket, server-sent events or multipart."
                    )
                )
            )
        if operation.type is OperationType.MUTATION and only_reads:
            raise RequestRejected(405, Message("Send mutations by POST."), headers={"Allow": "POST"})
        structlog.contextvars.bind_contextvars(operation=(operation.name or "")[:100])
        if errors := document_errors(
            document, core_schema(self.schema), data.operation_name, context, open_schema=self.open_schema
        ):
            return ExecutionResult(None, list(errors))
        try:
            async with asyncio.timeout(OPERATION_TIMEOUT) as context.deadline:
                return await self._run(document, operation, data, context)
        except TimeoutError:
            raise RequestRejected(504, TIMEOUT_MESSAGE, "TIMEOUT") from None

    async def _run(
        self, document: Document, operation: Operation, data: GraphQLRequestData, context: Context
    ) -> ExecutionResult:
        try:
            document.check(data.operation_name, data.variables)
            await check_idempotency_key(context, document, operation)
            with reading_from(REPLICA) if await self._can_read_from_replica(operation, context) else nullcontext():
                return await run(
                    self.schema, document, context, operation_name=data.operation_name, variables=data.variables
                )
        except RequestError as error:
            return _rejected(error)
        except GraphQLError as error:
            return ExecutionResult(None, [error])
        except Exception as error:
            return ExecutionResult(None, [GraphQLError(str(error), original_error=error)])

    async def _can_read_from_replica(self, operation: Operation, context: Context) -> bool:
        if self.replica is None or context.principal is None or operation.type is not OperationType.QUERY:
            return False
        return await self.replica.is_current(context.principal.installation_id)


def _rejected(error: RequestError) -> ExecutionResult:
    return ExecutionResult(None, [graphql_error(error)])
