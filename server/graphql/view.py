"""GraphQL over HTTP and WebSockets: what may be sent to `/graphql`, and how it is answered."""

from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack, aclosing
from dataclasses import dataclass, field, replace
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
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.streaming import HTTPStreamTransport
from strawberry.subscriptions import (
    GRAPHQL_SSE_PROTOCOL,
    GRAPHQL_TRANSPORT_WS_PROTOCOL,
    MULTIPART_SUBSCRIPTION_PROTOCOL,
)
from strawberry.types import ExecutionResult, SubscriptionExecutionResult
from strawberry.types.execution import PreExecutionError

from licensing.messages import Message
from resolvers.context import Context
from schema.execution.compiled_executor import without_compilation
from schema.execution.complexity import MAX_COST
from schema.execution.document import Document, fingerprint_of, read_document
from server.auth.authentication import authenticate, set_session_cookie
from server.errors import STATUS, RequestRejected, describe, failure_response, refusal_response
from server.graphql.idempotency import take_key
from server.graphql.operations import Operations
from server.graphql.rate_limiter import RateLimiter, RateLimitResult
from server.graphql.replica_routing import Replica
from server.graphql.request_parsing import (
    BODY_TYPES,
    UNREADABLE,
    RequestAdapter,
    accepts_single_response,
    media_type_of,
    parse_simple_post,
    read_json,
)
from server.graphql.streams import SEND_TIMEOUT, SlowConsumer, StreamLimiter, drop, until_failure, with_send_timeout
from server.graphql.validation_rules import only_subscriptions
from server.graphql.websocket import MAX_SUBSCRIPTIONS, SocketAdapter, SocketHandler
from server.i18n.languages import language_of
from server.middleware.csrf import check_handshake, check_origin
from server.settings import Settings

GRAPHQL_RESPONSE = "application/graphql-response+json"
STREAMS = (GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL, MULTIPART_SUBSCRIPTION_PROTOCOL)
"""How a subscription may be answered."""
CONNECTION_INIT_TIMEOUT = timedelta(seconds=10)
"""Time until a WebSocket must have said who it is."""
_write_json = msgspec.json.Encoder().encode
_log = structlog.get_logger("seatkeeper.sockets")


class GraphQLView(GraphQL[Context, None]):
    """Strawberry's view, with the statuses and media types of the GraphQL over HTTP specification."""

    request_adapter_class = RequestAdapter
    websocket_adapter_class = SocketAdapter
    graphql_transport_ws_handler_class = SocketHandler

    def __init__(self, schema: Schema, settings: Settings, *, send_timeout: float = SEND_TIMEOUT) -> None:
        if not settings.compiled_answers:
            schema = without_compilation(schema)
        super().__init__(
            only_subscriptions(schema, open_schema=settings.open_schema),
            graphql_ide=None,
            subscription_protocols=STREAMS,
            connection_init_wait_timeout=CONNECTION_INIT_TIMEOUT,
            max_subscriptions_per_connection=MAX_SUBSCRIPTIONS,
            multipart_uploads_enabled=True,
        )
        self.settings = settings
        self.send_timeout = send_timeout
        self.places = StreamLimiter()
        self.rates = RateLimiter(settings.rate_limit)
        self.read_document = partial(read_document, schema._schema)
        replica = Replica() if settings.replica_url else None
        self.operations = Operations(schema, open_schema=settings.open_schema, replica=replica)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Finds out who is calling before it reads what they want."""
        if scope["type"] == "websocket":
            return await self._serve(WebSocket(scope, receive, send))
        request = Request(scope, receive)
        with ExitStack() as until_answered:
            try:
                request.state.exchange = RequestState(await self._open(request), until_answered)
                response = await self.run(request)
            except ClientDisconnect:
                return
            finally:
                await request.close()
            if isinstance(response, StreamingResponse):
                return await self._stream(request, response, send)
            await response(scope, receive, send)

    async def _stream(self, request: Request, response: StreamingResponse, send: Send) -> None:
        try:
            async with aclosing(cast(AsyncGenerator[str, None], response.body_iterator)):
                await response(request.scope, request.receive, with_send_timeout(send, self.send_timeout))
        except SlowConsumer:
            await drop(request, request.receive)

    async def _open(self, request: Request) -> Context:
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
        return await self._context(request)

    async def _context(self, connection: HTTPConnection) -> Context:
        return Context(
            principal=await authenticate(connection, self.settings),
            request_id=connection.state.request_id,
            language=language_of(connection.scope),
            client_ip=connection.client.host if connection.client else None,
            license_servers=connection.app.state.license_servers,
            webhook_client=connection.app.state.webhook_client,
            feed=connection.app.state.feed,
        )

    async def _serve(self, websocket: WebSocket) -> None:
        request_id = websocket.state.request_id = uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            check_handshake(websocket, self.settings)
            websocket.state.exchange = RequestState(await self._context(websocket))
        except RequestRejected as refusal:
            response = refusal_response(refusal, websocket.scope)
        except Exception as failure:
            response = failure_response(failure, request_id, websocket.scope)
        else:
            await super().run(websocket)
            return
        _log.info("handshake", path=websocket.url.path, status=response.status_code)
        await websocket.send_denial_response(response)

    def is_websocket_origin_allowed(self, request: WebSocket, origin: str) -> bool:
        """Whether a page of this origin may connect: `check_handshake` has refused those that may not."""
        return True

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """The context of the resolvers."""
        exchange: RequestState = request.state.exchange
        return exchange.context

    def should_render_graphql_ide(self, request: Any) -> bool:
        """Never: the console has a page for that."""
        return False

    async def run(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answers in the media type that was asked for, and hands over a session that began or ended."""
        sent = parse_simple_post(await request.body()) if accepts_single_response(request) else None
        if sent is not None:
            answer = await self.process_result(request, await self._run(request, sent))
            response = Response(_write_json(answer), media_type="application/json")
        else:
            response = await super().run(request, *args, **kwargs)
        exchange: RequestState = request.state.exchange
        if isinstance(response, StreamingResponse):
            response.headers["Cache-Control"] = "no-store, no-transform"
        elif GRAPHQL_RESPONSE in request.headers.get("accept", ""):
            response.headers["Content-Type"] = f"{GRAPHQL_RESPONSE}; charset=utf-8"
            response.status_code = exchange.status
        else:
            response.headers["Content-Type"] = "application/json; charset=utf-8"
        if (secret := exchange.context.session_secret) is not None:
            set_session_cookie(response, secret, self.settings)
        return response

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """What was sent, if it is an operation at all.

        Raises:
            Refused: It is not.
        """
        try:
            data = await super().parse_http_body(request)
        except RequestRejected:
            raise
        except UNREADABLE as error:
            unreadable = Message("The request cannot be read as an operation")
            reason = error.reason.rstrip(".") if isinstance(error, HTTPException) else unreadable
            raise RequestRejected(400, Message("{reason}. Send an object with a query.", reason=reason)) from None
        if isinstance(data, list) or not isinstance(data.query, str) or not data.query.strip():
            raise RequestRejected(400, Message("There is no operation in the request. Send an object with a query."))
        if not isinstance(data.operation_name, str | None):
            raise RequestRejected(400, Message("The operation's name is not a text. Send it as one, or leave it out."))
        # Many clients say of everything they send that they take streams: only a subscription is answered by one.
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
        """The value in a JSON text of the strict kind."""
        return read_json(data)

    def encode_json(self, data: object) -> str:
        """The value as JSON, written in C; a text, since a WebSocket would send bytes as a binary message."""
        return _write_json(data).decode()

    async def execute_operation(
        self,
        request: Request,
        request_adapter: Any,
        request_data: GraphQLRequestData | list[GraphQLRequestData],
        context: Context,
        root_value: None,
        sub_response: Any,
    ) -> Any:
        """Has Strawberry follow a subscription, and runs everything else; what it costs is known before it begins."""
        assert isinstance(request_data, GraphQLRequestData)  # batches have been refused
        if request_data.protocol == "http":
            return await self._run(request, request_data)
        document, _ = self._charged(request_data, context)
        if isinstance(document, GraphQLError):
            return PreExecutionError(data=None, errors=[document])
        name = (request_data.operation_name or "")[:100]
        structlog.contextvars.bind_contextvars(operation=name, outcome="STREAM")
        return await super().execute_operation(
            request, request_adapter, request_data, context, root_value, sub_response
        )

    async def _run(self, request: Request, sent: GraphQLRequestData) -> ExecutionResult:
        exchange: RequestState = request.state.exchange
        document, charge = self._charged(sent, exchange.context)
        if isinstance(document, GraphQLError):
            return ExecutionResult(None, [document])
        exchange.charge = charge
        take_key(request.headers, sent, exchange.context)
        return await self.operations.run(document, sent, exchange.context, only_reads=request.method == "GET")

    def _charged(self, sent: GraphQLRequestData, context: Context) -> tuple[Document | GraphQLError, RateLimitResult]:
        """The document, or why it is refused, and what is taken for it."""
        query, cost = sent.query or "", 1
        document: Document | GraphQLError
        try:
            document = self.read_document(query)
        except GraphQLError as refusal:
            document = refusal
            structlog.contextvars.bind_contextvars(document=fingerprint_of(query))
        else:
            structlog.contextvars.bind_contextvars(document=document.fingerprint)
            if (needed := document.cost(sent.operation_name, sent.variables)) <= MAX_COST:  # else it will be refused
                cost = max(1, needed)
        charge = self.rates.charge(context, cost)
        structlog.contextvars.bind_contextvars(cost=charge.requested)
        return document, charge

    def _stream_result(
        self, request: Request, result: SubscriptionExecutionResult, transport: HTTPStreamTransport
    ) -> Callable[[], AsyncGenerator[str, None]]:
        exchange: RequestState = request.state.exchange
        exchange.until_answered.enter_context(self.places.taken(exchange.context.principal))
        stream = super()._stream_result(request, until_failure(result), transport)  # type: ignore[arg-type]
        end = transport.encode_complete()

        async def until_stopped() -> AsyncGenerator[str, None]:
            async with aclosing(stream()) as chunks:
                async for chunk in chunks:
                    if chunk == end and request.app.state.feed.is_closed:
                        return  # told that it is complete, the client would not come back when the server does
                    yield chunk

        return until_stopped

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """The answer, with errors as clients may see them; without `data` where execution never began."""
        exchange: RequestState = request.state.exchange
        context = exchange.context
        suggest = self.settings.open_schema or context.principal is not None
        errors = [
            describe(error, context.request_id, context.language, suggest=suggest) for error in result.errors or ()
        ]
        codes = sorted({error["extensions"]["code"] for error in errors})
        structlog.contextvars.bind_contextvars(outcome=",".join(codes) or "OK")
        answer: GraphQLHTTPResponse = {}
        if errors:
            answer["errors"] = list(errors)
        if result.data is None and not any(error.path for error in result.errors or ()):
            exchange.status = STATUS.get(codes[0], 400)
        else:
            answer["data"] = result.data
        if exchange.charge:
            answer["extensions"] = {**(result.extensions or {}), "cost": exchange.charge.shown()}
        return answer


@dataclass(slots=True)
class RequestState:
    """A request's context, what it holds until it is answered, and the status if GraphQL's own media type is wanted."""

    context: Context
    until_answered: ExitStack = field(default_factory=ExitStack)
    status: int = 200
    charge: RateLimitResult | None = None
    """What was taken; None for a stream, whose events are not charged."""
