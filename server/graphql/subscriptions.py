"""Subscriptions, which Strawberry executes: streams over HTTP (server-sent events, multipart), and WebSockets."""

from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from strawberry import Schema
from strawberry.http import GraphQLHTTPResponse
from strawberry.subscriptions import (
    GRAPHQL_SSE_PROTOCOL,
    GRAPHQL_TRANSPORT_WS_PROTOCOL,
    MULTIPART_SUBSCRIPTION_PROTOCOL,
)
from strawberry.types import ExecutionResult

from schema.execution.document import Document
from server.graphql.rate_limiter import RateLimiter
from server.graphql.request_parsing import read_json
from server.graphql.responses import format_result, write_json
from server.graphql.strawberry_view import StrawberryView
from server.graphql.streams import StreamLimiter, stop_after_error
from server.graphql.websocket import MAX_SUBSCRIPTIONS, WebSocketAdapter, WebSocketHandler
from server.settings import Settings

STREAMS = (GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL, MULTIPART_SUBSCRIPTION_PROTOCOL)
"""Protocols of subscriptions."""
CONNECTION_INIT_TIMEOUT = timedelta(seconds=10)
"""Time within which a WebSocket client must send `connection_init`."""


class SubscriptionView(StrawberryView):
    """Strawberry's view of a schema that executes subscriptions only (`subscription_schema`)."""

    websocket_adapter_class = WebSocketAdapter
    graphql_transport_ws_handler_class = WebSocketHandler

    def __init__(
        self,
        schema: Schema,
        settings: Settings,
        read_document: Callable[..., Document],
        rate_limiter: RateLimiter,
        *,
        send_timeout: float,
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=STREAMS,
            connection_init_wait_timeout=CONNECTION_INIT_TIMEOUT,
            max_subscriptions_per_connection=MAX_SUBSCRIPTIONS,
        )
        self.settings = settings
        self.read_document = read_document
        self.rate_limiter = rate_limiter
        self.stream_limiter = StreamLimiter()
        self.send_timeout = send_timeout

    def decode_json(self, data: str | bytes) -> object:
        """Return the value in a strict JSON text."""
        return read_json(data)

    def encode_json(self, data: object) -> str:
        """Return a value as JSON text; as `str`, because a WebSocket would send bytes in a binary message."""
        return write_json(data).decode()

    def process_stream(self, results: Any) -> AsyncGenerator[Any, None]:
        """Return the results, ending after a server error."""
        return stop_after_error(results)

    def is_stopping(self, request: Request) -> bool:
        """Return whether the event feed was closed, as it is when the server shuts down."""
        is_closed: bool = request.app.state.feed.is_closed
        return is_closed

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Return an event of a stream, with formatted errors."""
        return format_result(result, request.state.graphql_context, open_schema=self.settings.open_schema)[0]
