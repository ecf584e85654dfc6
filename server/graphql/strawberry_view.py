"""Adapter to Strawberry's ASGI view and WebSocket handler; the only module that relies on their undocumented parts.

The classes turn Strawberry's internals into a few hooks for `server.graphql.subscriptions` and
`server.graphql.websocket`.
`tests/server/graphql/test_strawberry_view.py` fails if an upgrade of Strawberry moves one of these parts.
"""

import asyncio
from abc import abstractmethod
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any

from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.websockets import WebSocket
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.http import GraphQLRequestData, GraphQLRequestProtocol
from strawberry.http.exceptions import NonJsonMessageReceived, WebSocketDisconnected
from strawberry.http.streaming import HTTPStreamTransport
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.types import SubscriptionExecutionResult
from strawberry.types.graphql import OperationType

from resolvers.context import Context


class StrawberryView(GraphQL[Context, None]):
    """Strawberry's ASGI view, which serves subscriptions only: as streams over HTTP, and over WebSockets."""

    @abstractmethod
    def process_stream(self, results: Any) -> AsyncGenerator[Any, None]:
        """Transform the results of a stream."""

    @abstractmethod
    def is_stopping(self, request: Request) -> bool:
        """Return whether the server is shutting down."""

    def stream_protocol(self, request: Request) -> GraphQLRequestProtocol | None:
        """Return the protocol in which a client accepts a stream, if any."""
        try:
            transport = self._get_stream_transport_from_headers(request.headers)
        except (ValueError, TypeError, AssertionError):  # the header is malformed
            return None
        return transport.protocol if transport else None

    async def open_stream(
        self, request: Request, data: GraphQLRequestData, context: Context, protocol: GraphQLRequestProtocol
    ) -> StreamingResponse:
        """Execute a subscription, and return the response that streams its results."""
        results = await self.schema.stream(
            data.query,
            variable_values=data.variables,
            context_value=context,
            operation_name=data.operation_name,
            operation_extensions=data.extensions,
            allowed_operation_types=(OperationType.SUBSCRIPTION,),
        )
        transport = self._stream_transport_map[protocol]
        stream = self._stream_result(request, results, transport)  # type: ignore[arg-type]
        return StreamingResponse(stream(), headers=transport.headers)

    async def serve_websocket(self, websocket: WebSocket, context: Context) -> None:
        """Serve a WebSocket until it is closed."""
        await super().run(websocket, context=context)

    def is_websocket_origin_allowed(self, request: WebSocket, origin: str) -> bool:
        """Return True: `server.middleware.csrf.check_handshake` has checked the origin already."""
        return True

    def _stream_result(
        self, request: Request, result: SubscriptionExecutionResult, transport: HTTPStreamTransport
    ) -> Callable[[], AsyncGenerator[str, None]]:
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
