"""GraphQL over HTTP and WebSockets: the ASGI application at `/graphql`."""

from collections.abc import AsyncGenerator
from contextlib import ExitStack, aclosing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, cast
from uuid import uuid4

import msgspec
import structlog
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from graphql import GraphQLError, get_operation_ast
from graphql import OperationType as GraphQLOperationType
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry import Schema
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.subscriptions import (
    GRAPHQL_SSE_PROTOCOL,
    GRAPHQL_TRANSPORT_WS_PROTOCOL,
    MULTIPART_SUBSCRIPTION_PROTOCOL,
)
from strawberry.types import ExecutionResult

from licensing.messages import Message
from resolvers.context import Context
from schema.execution.compiled_executor import without_compilation
from schema.execution.complexity import MAX_COST
from schema.execution.document import Document, fingerprint_of, read_document
from schema.execution.graphql_core import core_schema
from server.auth.authentication import authenticate, set_session_cookie
from server.errors import STATUS, RequestRejected, exception_response, format_error, rejection_response
from server.graphql.idempotency import set_idempotent_request
from server.graphql.operations import Operations
from server.graphql.rate_limiter import RateLimiter, RateLimitResult
from server.graphql.replica_routing import ReplicaRouter
from server.graphql.request_parsing import (
    BODY_TYPES,
    UNREADABLE_BODY_ERRORS,
    accepts_single_response,
    parse_simple_post,
    read_json,
    require_operation,
)
from server.graphql.request_state import RequestState
from server.graphql.strawberry_view import StrawberryView, media_type_of
from server.graphql.streams import (
    SEND_TIMEOUT,
    SlowConsumer,
    StreamLimiter,
    disconnect_slow_consumer,
    stop_after_error,
    with_send_timeout,
)
from server.graphql.validation_rules import subscription_schema
from server.graphql.websocket import MAX_SUBSCRIPTIONS, WebSocketAdapter, WebSocketHandler
from server.i18n.languages import language_of
from server.middleware.csrf import check_handshake, check_origin
from server.settings import Settings

GRAPHQL_RESPONSE = "application/graphql-response+json"
STREAMS = (GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL, MULTIPART_SUBSCRIPTION_PROTOCOL)
"""Protocols of subscriptions."""
CONNECTION_INIT_TIMEOUT = timedelta(seconds=10)
"""Time within which a WebSocket client must send `connection_init`."""
_write_json = msgspec.json.Encoder().encode
_log = structlog.get_logger("seatkeeper.sockets")


class GraphQLView(StrawberryView):
    """Strawberry's view, with the statuses and media types of the GraphQL over HTTP specification."""

    websocket_adapter_class = WebSocketAdapter
    graphql_transport_ws_handler_class = WebSocketHandler

    def __init__(self, schema: Schema, settings: Settings, *, send_timeout: float = SEND_TIMEOUT) -> None:
        if not settings.compiled_answers:
            schema = without_compilation(schema)
        super().__init__(
            subscription_schema(schema, open_schema=settings.open_schema),
            graphql_ide=None,
            subscription_protocols=STREAMS,
            connection_init_wait_timeout=CONNECTION_INIT_TIMEOUT,
            max_subscriptions_per_connection=MAX_SUBSCRIPTIONS,
            multipart_uploads_enabled=True,
        )
        self.settings = settings
        self.send_timeout = send_timeout
        self.stream_limiter = StreamLimiter()
        self.rate_limiter = RateLimiter(settings.rate_limit)
        self.read_document = partial(read_document, core_schema(schema))
        replica = ReplicaRouter() if settings.replica_url else None
        self.operations = Operations(schema, open_schema=settings.open_schema, replica=replica)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request or handshake; the caller is authenticated before the body is parsed."""
        if scope["type"] == "websocket":
            return await self._serve_websocket(WebSocket(scope, receive, send))
        request = Request(scope, receive)
        with ExitStack() as exit_stack:
            try:
                request.state.graphql = RequestState(await self._check_request(request), exit_stack)
                response = await self.respond(request)
            except ClientDisconnect:
                return
            finally:
                await request.close()
            if isinstance(response, StreamingResponse):
                return await self._send_stream(request, response, send)
            await response(scope, receive, send)

    async def _send_stream(self, request: Request, response: StreamingResponse, send: Send) -> None:
        try:
            async with aclosing(cast(AsyncGenerator[str, None], response.body_iterator)):
                await response(request.scope, request.receive, with_send_timeout(send, self.send_timeout))
        except SlowConsumer:
            await disconnect_slow_consumer(request, request.receive)

    async def _check_request(self, request: Request) -> Context:
        if request.method not in ("GET", "POST"):
            raise RequestRejected(
                405, Message("Send operations by POST, or queries by GET."), headers={"Allow": "GET, POST"}
            )
        media_type = media_type_of(request)
        if request.method == "POST" and media_type not in BODY_TYPES:
            raise RequestRejected(
                415, Message("Send the operation as {one} or {other}.", one=BODY_TYPES[0], other=BODY_TYPES[1])
            )
        check_origin(request, self.settings, form=media_type == "multipart/form-data")
        return await self._build_context(request)

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

    async def _serve_websocket(self, websocket: WebSocket) -> None:
        request_id = websocket.state.request_id = uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            check_handshake(websocket, self.settings)
            websocket.state.graphql = RequestState(await self._build_context(websocket))
        except RequestRejected as rejection:
            response = rejection_response(rejection, websocket.scope)
        except Exception as exception:
            response = exception_response(exception, request_id, websocket.scope)
        else:
            await self.respond_to_websocket(websocket)
            return
        _log.info("handshake", path=websocket.url.path, status=response.status_code)
        await websocket.send_denial_response(response)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Return the context of the resolvers."""
        state: RequestState = request.state.graphql
        return state.context

    async def respond(self, request: Request) -> Response:
        """Return the response in the requested media type, with a session cookie if a session began or ended.

        Simple JSON POSTs bypass Strawberry's view.
        """
        data = parse_simple_post(await request.body()) if accepts_single_response(request) else None
        if data is not None:
            body = await self.process_result(request, await self.execute_single_operation(request, data))
            response = Response(_write_json(body), media_type="application/json")
        else:
            response = await super().respond(request)
        state: RequestState = request.state.graphql
        if isinstance(response, StreamingResponse):
            response.headers["Cache-Control"] = "no-store, no-transform"
        elif GRAPHQL_RESPONSE in request.headers.get("accept", ""):
            response.headers["Content-Type"] = f"{GRAPHQL_RESPONSE}; charset=utf-8"
            response.status_code = state.status
        else:
            response.headers["Content-Type"] = "application/json; charset=utf-8"
        if (secret := state.context.session_secret) is not None:
            set_session_cookie(response, secret, self.settings)
        return response

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """Return the operation in a request.

        Raises:
            RequestRejected: The request holds no operation.
        """
        try:
            data = await super().parse_http_body(request)
        except RequestRejected:
            raise
        except UNREADABLE_BODY_ERRORS as error:
            unreadable = Message("The request cannot be read as an operation")
            reason = error.reason.rstrip(".") if isinstance(error, HTTPException) else unreadable
            raise RequestRejected(400, Message("{reason}. Send an object with a query.", reason=reason)) from None
        data = require_operation(data)
        # Many clients accept streams with every request; only subscriptions get one.
        return data if self._is_subscription(data) else replace(data, protocol="http")

    def _is_subscription(self, data: GraphQLRequestData) -> bool:
        query = data.query or ""
        if data.protocol == "http" or "subscription" not in query:
            return False
        try:
            document = self.read_document(query)
        except GraphQLError:
            return False
        operation = get_operation_ast(document.node, data.operation_name)
        return operation is not None and operation.operation is GraphQLOperationType.SUBSCRIPTION

    def decode_json(self, data: str | bytes) -> object:
        """Return the value in a strict JSON text."""
        return read_json(data)

    def encode_json(self, data: object) -> str:
        """Return a value as JSON text; as `str`, because a WebSocket would send bytes in a binary message."""
        return _write_json(data).decode()

    async def execute_single_operation(self, request: Request, data: GraphQLRequestData) -> ExecutionResult:
        """Charge and execute a query or mutation."""
        state: RequestState = request.state.graphql
        document, charge = self._charge(data, state.context)
        if isinstance(document, GraphQLError):
            return ExecutionResult(None, [document])
        state.charge = charge
        set_idempotent_request(request.headers, data, state.context)
        return await self.operations.run(document, data, state.context, only_reads=request.method == "GET")

    def admit_stream(self, request: Request, data: GraphQLRequestData) -> GraphQLError | None:
        """Charge a subscription, and return the error of its document if it has one."""
        state: RequestState = request.state.graphql
        document, _ = self._charge(data, state.context)
        if isinstance(document, GraphQLError):
            return document
        structlog.contextvars.bind_contextvars(operation=(data.operation_name or "")[:100], outcome="STREAM")
        return None

    def _charge(self, data: GraphQLRequestData, context: Context) -> tuple[Document | GraphQLError, RateLimitResult]:
        """Return the document or its error, and the points charged."""
        query, cost = data.query or "", 1
        document: Document | GraphQLError
        try:
            document = self.read_document(query)
        except GraphQLError as error:
            document = error
            structlog.contextvars.bind_contextvars(document=fingerprint_of(query))
        else:
            structlog.contextvars.bind_contextvars(document=document.fingerprint)
            # A document above MAX_COST is rejected without being executed, and costs one point.
            if (needed := document.cost(data.operation_name, data.variables)) <= MAX_COST:
                cost = max(1, needed)
        charge = self.rate_limiter.charge(context, cost)
        structlog.contextvars.bind_contextvars(cost=charge.requested)
        return document, charge

    def on_stream_opened(self, request: Request) -> None:
        """Take one of the caller's stream slots until the response is complete."""
        state: RequestState = request.state.graphql
        state.exit_stack.enter_context(self.stream_limiter.slot(state.context.principal))

    def process_stream(self, results: Any) -> AsyncGenerator[Any, None]:
        """Return the results, ending after a server error."""
        return stop_after_error(results)

    def is_stopping(self, request: Request) -> bool:
        """Return whether the event feed was closed, as it is when the server shuts down."""
        is_closed: bool = request.app.state.feed.is_closed
        return is_closed

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Return the response body, with formatted errors, and without `data` if execution never began."""
        state: RequestState = request.state.graphql
        context = state.context
        suggest = self.settings.open_schema or context.principal is not None
        errors = [
            format_error(error, context.request_id, context.language, suggest=suggest) for error in result.errors or ()
        ]
        codes = sorted({error["extensions"]["code"] for error in errors})
        structlog.contextvars.bind_contextvars(outcome=",".join(codes) or "OK")
        body: GraphQLHTTPResponse = {}
        if errors:
            body["errors"] = list(errors)
        if result.data is None and not any(error.path for error in result.errors or ()):
            state.status = STATUS.get(codes[0], 400)
        else:
            body["data"] = result.data
        if state.charge:
            body["extensions"] = {**(result.extensions or {}), "cost": state.charge.to_extension()}
        return body
