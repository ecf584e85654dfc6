"""The ASGI application at `/graphql`: one pipeline for all requests, from which subscriptions branch off."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast
from uuid import uuid4

import structlog
from graphql import GraphQLError, get_operation_ast
from graphql import OperationType as GraphQLOperationType
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry import Schema
from strawberry.http import GraphQLRequestData, GraphQLRequestProtocol
from strawberry.types import ExecutionResult

from resolvers.context import Context
from schema.execution.compiled_executor import without_compilation
from schema.execution.complexity import MAX_COST
from schema.execution.document import Document, fingerprint_of
from schema.execution.graphql_core import core_schema
from server.auth.authentication import authenticate, set_session_cookie
from server.errors import RequestRejected, exception_response, rejection_response
from server.graphql.document_cache import DocumentCache
from server.graphql.idempotency import set_idempotent_request
from server.graphql.operations import Operations
from server.graphql.persisted_queries import PersistedQueries
from server.graphql.rate_limiter import RateLimiter, RateLimitResult, rejection_cost
from server.graphql.replica_routing import ReplicaRouter
from server.graphql.request_parsing import FORM, check_media_type, parse_request
from server.graphql.responses import operation_response
from server.graphql.streams import SEND_TIMEOUT, SlowConsumer, disconnect_slow_consumer, with_send_timeout
from server.graphql.subscriptions import SubscriptionView
from server.graphql.validation_rules import may_read_schema, subscription_schema
from server.i18n.languages import language_of
from server.middleware.csrf import check_handshake, check_origin
from server.settings import Settings

_log = structlog.get_logger("seatkeeper.sockets")


class GraphQLView:
    """Answers every operation over HTTP in the same steps; Strawberry serves streams and WebSockets."""

    def __init__(self, schema: Schema, settings: Settings, *, send_timeout: float = SEND_TIMEOUT) -> None:
        if not settings.compiled_answers:
            schema = without_compilation(schema)
        self.settings = settings
        self.send_timeout = send_timeout
        self.documents = DocumentCache(core_schema(schema))
        self.persisted_queries = PersistedQueries()
        self.rate_limiter = RateLimiter(settings.rate_limit)
        replica = ReplicaRouter() if settings.replica_url else None
        self.operations = Operations(schema, open_schema=settings.open_schema, replica=replica)
        self.subscriptions = SubscriptionView(
            subscription_schema(schema, self.documents, open_schema=settings.open_schema),
            settings,
            self.documents.read,
            self.rate_limiter,
            send_timeout=send_timeout,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request or handshake."""
        if scope["type"] == "websocket":
            return await self._serve_websocket(WebSocket(scope, receive, send))
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except ClientDisconnect:
            return
        finally:
            await request.close()
        if isinstance(response, StreamingResponse):
            return await self._send_stream(request, response, send)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        """Return the response to a request. What costs more comes after what rejects more.

        Raises:
            RequestRejected: The request is rejected before its operation is read, or timed out.
        """
        media_type = check_media_type(request)
        check_origin(request, self.settings, form=media_type == FORM)
        context = request.state.graphql_context = await self._build_context(request)
        points_paid = self.rate_limiter.admit(context)
        data = await parse_request(request, media_type)
        document, charge = self._read_document(data, context, points_paid)
        if protocol := self._stream_protocol(request, data, document):
            return await self._open_stream(request, data, context, protocol)
        if isinstance(document, Document):
            set_idempotent_request(request.headers, data, context)
            result = await self.operations.run(document, data, context, only_reads=request.method == "GET")
        else:
            result = ExecutionResult(None, [document])
        response = operation_response(request, result, context, charge, open_schema=self.settings.open_schema)
        if context.session_secret is not None:
            set_session_cookie(response, context.session_secret, self.settings)
        return response

    async def _build_context(self, connection: HTTPConnection) -> Context:
        return Context(
            principal=await authenticate(connection, self.settings),
            request_id=connection.state.request_id,
            language=language_of(connection.scope),
            client_ip=connection.client.host if connection.client else None,
            license_servers=connection.app.state.license_servers,
            webhook_client=connection.app.state.webhook_client,
            feed=connection.app.state.feed,
        )

    def _read_document(
        self, data: GraphQLRequestData, context: Context, points_paid: int
    ) -> tuple[Document | GraphQLError, RateLimitResult]:
        """Return the document or its error, and the points charged, which are those of the operation or the rejection.

        Raises:
            RateLimitExceeded: The caller has too few points, even for a rejection, or for the operation.
            RequestRejected: The hash of a persisted query is not valid.
        """
        document, error, cost = None, None, 1
        try:
            query = data.query = self.persisted_queries.query_of(data, context)
            cost = rejection_cost(query)
            self.rate_limiter.require(context, cost, paid=points_paid)
            document = self.documents.read(
                query,
                suggestions=may_read_schema(context, open_schema=self.settings.open_schema),
                is_anonymous=context.principal is None,
            )
        except GraphQLError as rejection:
            error = rejection
        fingerprint = document.fingerprint if document else fingerprint_of(data.query or "")
        structlog.contextvars.bind_contextvars(document=fingerprint)
        if document and not document.errors and document.operation(data.operation_name):
            self.persisted_queries.store(data, context)
            needed = document.cost(data.operation_name, data.variables)
            if needed <= MAX_COST:
                cost = max(1, needed if context.principal else 1)
        charge = self.rate_limiter.charge(context, cost, paid=points_paid)
        structlog.contextvars.bind_contextvars(cost=charge.requested)
        return cast(Document | GraphQLError, document or error), charge

    def _stream_protocol(
        self, request: Request, data: GraphQLRequestData, document: Document | GraphQLError
    ) -> GraphQLRequestProtocol | None:
        """Return the protocol of the stream that answers a subscription; None for other operations.

        Many clients accept streams with every request.
        """
        if isinstance(document, GraphQLError):
            return None
        operation = document.operation(data.operation_name)
        if operation is None or operation.type is not GraphQLOperationType.SUBSCRIPTION:
            return None
        if get_operation_ast(document.node, data.operation_name) is None:  # the operation is ambiguous
            return None
        return self.subscriptions.stream_protocol(request)

    async def _open_stream(
        self, request: Request, data: GraphQLRequestData, context: Context, protocol: GraphQLRequestProtocol
    ) -> StreamingResponse:
        structlog.contextvars.bind_contextvars(operation=(data.operation_name or "")[:100], outcome="STREAM")
        response = await self.subscriptions.open_stream(request, data, context, protocol)
        response.headers["Cache-Control"] = "no-store, no-transform"
        return response

    async def _send_stream(self, request: Request, response: StreamingResponse, send: Send) -> None:
        caller = request.state.graphql_context.principal
        try:
            with self.subscriptions.stream_limiter.slot(caller):
                async with aclosing(cast(AsyncGenerator[str, None], response.body_iterator)):
                    await response(request.scope, request.receive, with_send_timeout(send, self.send_timeout))
        except SlowConsumer:
            await disconnect_slow_consumer(request, request.receive)

    async def _serve_websocket(self, websocket: WebSocket) -> None:
        request_id = websocket.state.request_id = uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            check_handshake(websocket, self.settings)
            context = await self._build_context(websocket)
        except RequestRejected as rejection:
            response = rejection_response(rejection, websocket.scope)
        except Exception as exception:
            response = exception_response(exception, request_id, websocket.scope)
        else:
            return await self.subscriptions.serve_websocket(websocket, context)
        _log.info("handshake", path=websocket.url.path, status=response.status_code)
        await websocket.send_denial_response(response)
