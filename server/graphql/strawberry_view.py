"""Adapter to Strawberry's ASGI view and WebSocket handler; the only module that relies on their undocumented parts.

The classes turn Strawberry's internals into a few hooks for `server.graphql.view` and `server.graphql.websocket`.
`tests/server/graphql/test_strawberry_view.py` fails if an upgrade of Strawberry moves one of these parts.
"""

import asyncio
from abc import abstractmethod
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any

from cross_web import AsyncHTTPRequestAdapter, StarletteRequestAdapter
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.http import GraphQLRequestData
from strawberry.http.exceptions import NonJsonMessageReceived, WebSocketDisconnected
from strawberry.http.streaming import HTTPStreamTransport
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.types import ExecutionResult, SubscriptionExecutionResult
from strawberry.types.execution import PreExecutionError

from resolvers.context import Context


def media_type_of(request: Request) -> str:
    """Return the media type of the body in lower case, without parameters."""
    return request.headers.get("content-type", "").split(";")[0].strip().casefold()


class RequestAdapter(StarletteRequestAdapter):
    """Strawberry's view of a request, whose media type is compared without regard to case."""

    @property
    def content_type(self) -> str:
        """The media type of the body in lower case, without parameters."""
        return media_type_of(self._request)


class StrawberryView(GraphQL[Context, None]):
    """Strawberry's ASGI view, with hooks for executing single operations and for opening streams."""

    request_adapter_class = RequestAdapter

    @abstractmethod
    async def execute_single_operation(self, request: Request, data: GraphQLRequestData) -> ExecutionResult:
        """Execute a query or mutation."""

    @abstractmethod
    def admit_stream(self, request: Request, data: GraphQLRequestData) -> GraphQLError | None:
        """Return the error with which a stream is rejected, or None to open it."""

    @abstractmethod
    def on_stream_opened(self, request: Request) -> None:
        """Run when a stream is about to be sent."""

    @abstractmethod
    def process_stream(self, results: Any) -> AsyncGenerator[Any, None]:
        """Transform the results of a stream."""

    @abstractmethod
    def is_stopping(self, request: Request) -> bool:
        """Return whether the server is shutting down."""

    async def respond(self, request: Request) -> Response:
        """Parse and execute a request, and return the response."""
        return await super().run(request)

    async def respond_to_websocket(self, websocket: WebSocket) -> None:
        """Serve a WebSocket until it is closed."""
        await super().run(websocket)

    def is_websocket_origin_allowed(self, request: WebSocket, origin: str) -> bool:
        """Return True: `server.middleware.csrf.check_handshake` has checked the origin already."""
        return True

    def should_render_graphql_ide(self, request: Any) -> bool:
        """Return False: `server.console` serves GraphiQL."""
        return False

    async def execute_operation(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        request_data: GraphQLRequestData | list[GraphQLRequestData],
        context: Context,
        root_value: None,
        sub_response: Any,
    ) -> Any:
        """Let Strawberry execute subscriptions, and pass single operations to `execute_single_operation`."""
        assert isinstance(request_data, GraphQLRequestData)  # the view rejects batches
        if request_data.protocol == "http":
            return await self.execute_single_operation(request, request_data)
        if (error := self.admit_stream(request, request_data)) is not None:
            return PreExecutionError(data=None, errors=[error])
        return await super().execute_operation(
            request, request_adapter, request_data, context, root_value, sub_response
        )

    def _stream_result(
        self, request: Request, result: SubscriptionExecutionResult, transport: HTTPStreamTransport
    ) -> Callable[[], AsyncGenerator[str, None]]:
        self.on_stream_opened(request)
        stream = super()._stream_result(request, self.process_stream(result), transport)  # type: ignore[arg-type]
        end = transport.encode_complete()

        async def until_shutdown() -> AsyncGenerator[str, None]:
            async with aclosing(stream()) as chunks:
                async for chunk in chunks:
                    if chunk == end and self.is_stopping(request):
                        return  # a client that receives "complete" would not reconnect after the restart
                    yield chunk

        return until_shutdown


class StrawberryWebSocketAdapter(ASGIWebSocketAdapter):
    """Strawberry's WebSocket, which reports every unreadable message as `NonJsonMessageReceived`."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """Yield the client's messages."""
        async with aclosing(super().iter_json(ignore_parsing_errors=ignore_parsing_errors)) as messages:
            try:
                async for message in messages:
                    yield message
            except (ValueError, TypeError, RecursionError):
                raise NonJsonMessageReceived from None


class StrawberryWebSocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Strawberry's handler of the `graphql-transport-ws` protocol, with hooks for each step of a connection."""

    @abstractmethod
    async def accept_connection(self, payload: Mapping[str, Any]) -> bool:
        """Authenticate the `connection_init` message; return False if the connection was closed instead."""

    @abstractmethod
    def on_acknowledged(self) -> None:
        """Run after `connection_ack` was sent."""

    @abstractmethod
    def admit_subscription(self, payload: Mapping[str, Any]) -> GraphQLError | None:
        """Return the error with which a subscription is rejected, or None to start it."""

    @abstractmethod
    def process_stream(self, results: Any) -> AsyncGenerator[Any, None]:
        """Transform the results of a subscription."""

    @abstractmethod
    def is_stopping(self) -> bool:
        """Return whether the server is shutting down."""

    @abstractmethod
    def is_valid_message(self, message: Any) -> bool:
        """Return whether a decoded message has the shape that the protocol demands."""

    @abstractmethod
    def log_error(self, error: Exception) -> None:
        """Log an unexpected error of a background task."""

    @property
    def operation_tasks(self) -> list[asyncio.Task[Any]]:
        """The tasks of running operations."""
        return [operation.task for operation in self.operations.values() if operation.task]

    async def handle_message(self, message: Any) -> None:
        """Handle a message; close the connection if it is not valid."""
        if not self.is_valid_message(message):
            return await self.handle_invalid_message("Invalid message for graphql-transport-ws")
        await super().handle_message(message)

    async def handle_connection_init(self, message: Any) -> None:
        """Acknowledge the connection if `accept_connection` allows it."""
        payload = message.get("payload") or {}
        if not await self.accept_connection(payload):
            return
        await super().handle_connection_init({"type": "connection_init", "payload": payload})
        if self.connection_acknowledged:
            self.on_acknowledged()

    async def handle_subscribe(self, message: Any) -> None:
        """Start a subscription if `admit_subscription` allows it, otherwise send its error."""
        if self.connection_acknowledged and (error := self.admit_subscription(message["payload"])):
            return await self.send_message({"id": message["id"], "type": "error", "payload": [error.formatted]})
        await super().handle_subscribe(message)

    async def handle_task_exception(self, error: Exception) -> None:
        """Log an unexpected error; a client's disconnect is none."""
        if not isinstance(error, WebSocketDisconnected):
            self.log_error(error)

    async def _send_result_stream(self, operation: Operation[Context, None], result_source: Any) -> None:
        await super()._send_result_stream(operation, self.process_stream(result_source))
        if self.is_stopping():
            # Suppress the "complete" message, since a client that receives it would not reconnect after the restart.
            operation.completed = True
