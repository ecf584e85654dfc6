"""Subscriptions over a WebSocket, by the `graphql-transport-ws` protocol."""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractContextManager, ExitStack, suppress
from typing import Any

import structlog
from graphql import GraphQLError
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.types import ExecutionResult

from licensing.messages import Message
from resolvers.errors import Unauthenticated
from resolvers.principals import Principal
from server.auth.authentication import authenticate_authorization
from server.errors import RequestRejected, format_error
from server.graphql.rate_limiter import RateLimiter, RateLimitExceeded
from server.graphql.strawberry_view import StrawberryWebSocketAdapter, StrawberryWebSocketHandler
from server.graphql.streams import StreamLimiter, log_slow_consumer, stop_after_error
from server.middleware.uvicorn_protocol import abort_after

MAX_SUBSCRIPTIONS = 20
"""Concurrent subscriptions per connection."""
MAX_ID_LENGTH = 100
"""Characters of a subscription's ID, which the client chooses."""
CLOSE_TIMEOUT = 1.0
"""Seconds to wait for pending messages to be sent before a connection is closed or aborted."""

_UNAUTHENTICATED = 4401
_TOO_MANY_SOCKETS = 4429
_TRY_AGAIN_LATER = 1013
_log = structlog.get_logger("seatkeeper.sockets")


class WebSocketAdapter(StrawberryWebSocketAdapter):
    """A WebSocket that disconnects clients that do not read what was sent."""

    def __init__(self, view: Any, request: WebSocket, response: WebSocket) -> None:
        """Take the send timeout from the view."""
        super().__init__(view, request, response)
        self._send_timeout: float = view.send_timeout
        self._is_closed = False

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message.

        Raises:
            WebSocketDisconnected: The client is gone, or was disconnected because it reads too slowly.
        """
        if self._is_closed:
            raise WebSocketDisconnected
        try:
            async with asyncio.timeout(self._send_timeout):
                await super().send_json(message)
        except TimeoutError:
            await self._disconnect_slow_consumer()
            raise WebSocketDisconnected from None

    async def _disconnect_slow_consumer(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            log_slow_consumer()
            abort_after(self.ws, CLOSE_TIMEOUT)
            with suppress(TimeoutError, WebSocketDisconnect):
                async with asyncio.timeout(CLOSE_TIMEOUT):
                    await self.close(_TRY_AGAIN_LATER, "Messages were not read in time. Resume after the last cursor")


class WebSocketHandler(StrawberryWebSocketHandler):
    """A handler that authenticates connections, limits subscriptions, and formats errors as over HTTP."""

    def __init__(self, *, view: Any, **kwargs: Any) -> None:
        """Start without subscriptions; `kwargs` are Strawberry's."""
        super().__init__(view=view, **kwargs)
        self.rate_limiter: RateLimiter = view.rate_limiter
        self.stream_limiter: StreamLimiter = view.stream_limiter
        self.open_schema: bool = view.settings.open_schema
        self.read_document = view.read_document
        self.subscription_count = 0
        self._adapter: WebSocketAdapter = kwargs["websocket"]
        self._credentials_task: asyncio.Task[None] | None = None
        self._slots = ExitStack()

    async def handle(self) -> None:
        """Serve the connection, and log one line when it is closed."""
        started = time.monotonic()
        try:
            with self._slots:
                if await self._take_slot(self.stream_limiter.address_slot(self.context.client_ip)):
                    await super().handle()
        finally:
            seconds = round(time.monotonic() - started, 1)
            _log.info("connection", seconds=seconds, subscriptions=self.subscription_count)

    async def shutdown(self) -> None:
        """Cancel the tasks of the connection."""
        if self._credentials_task is not None:
            self._credentials_task.cancel()
        await super().shutdown()

    async def accept_connection(self, payload: Mapping[str, Any]) -> bool:
        """Authenticate by `Authorization` in the payload, unless the handshake was authenticated."""
        authorization = next((value for name, value in payload.items() if name.casefold() == "authorization"), None)
        if authorization is not None and not self.connection_init_received:
            try:
                self.context.principal = await authenticate_authorization(self._adapter.ws, str(authorization))
            except RequestRejected as rejection:
                await self.websocket.close(_TRY_AGAIN_LATER, rejection.detail)
                return False
        if self.context.principal is None:
            await self.websocket.close(_UNAUTHENTICATED, "Sign in, or send a valid API token")
            return False
        if self.connection_init_received:
            return True
        return await self._take_slot(self.stream_limiter.socket_slot(self.context.principal))

    async def _take_slot(self, slot: AbstractContextManager[None]) -> bool:
        """Hold a slot until the connection ends; return False if there was none, and the connection was closed."""
        try:
            self._slots.enter_context(slot)
        except RequestRejected as rejection:
            await self.websocket.close(_TOO_MANY_SOCKETS, rejection.detail)
            return False
        return True

    def on_acknowledged(self) -> None:
        """Watch the credentials from now on."""
        if self._credentials_task is None and self.context.principal is not None:
            self._credentials_task = asyncio.create_task(self._close_when_credentials_end(self.context.principal))

    async def _close_when_credentials_end(self, principal: Principal) -> None:
        feed = self.context.feed
        assert feed is not None
        with feed.listen(principal) as listener:
            while not feed.is_closed:
                await listener.news.wait()
                listener.news.clear()
                try:
                    listener.check()
                except Unauthenticated:
                    # Each subscription sends its own error first.
                    tasks = self.operation_tasks
                    await asyncio.wait(tasks, timeout=CLOSE_TIMEOUT) if tasks else None
                    return await self.websocket.close(_UNAUTHENTICATED, "The session or API token has ended")

    def admit_subscription(self, payload: Mapping[str, Any]) -> GraphQLError | None:
        """Charge a subscription, and check its document and the number of subscriptions."""
        error = self._subscription_error(payload)
        return None if error is None else self._format_error(error)

    def _subscription_error(self, payload: Mapping[str, Any]) -> GraphQLError | None:
        if len(self.operations) >= MAX_SUBSCRIPTIONS:
            message = Message(
                "A connection can hold {most} subscriptions. Complete one, or open another connection.",
                most=MAX_SUBSCRIPTIONS,
            )
            return _rate_limit_error(message)
        try:
            self.rate_limiter.charge(self.context, 1)
            self.read_document(payload["query"], suggestions=True)
        except RateLimitExceeded as exceeded:
            return _rate_limit_error(exceeded.message)
        except GraphQLError as error:
            return error
        self.subscription_count += 1
        return None

    async def process_stream(self, results: Any) -> AsyncGenerator[Any, None]:
        """Format the errors of results, and end the stream after a server error."""
        async for result in stop_after_error(results):
            if isinstance(result, ExecutionResult) and result.errors:
                result.errors = [self._format_error(error) for error in result.errors]
            yield result

    def is_stopping(self) -> bool:
        """Return whether the event feed was closed, as it is when the server shuts down."""
        return self.context.feed is not None and self.context.feed.is_closed

    def is_valid_message(self, message: Any) -> bool:
        """Return whether a decoded message is one of the protocol's, and allowed at this time."""
        if not isinstance(message, dict) or not isinstance(message.get("payload"), dict | None):
            return False
        if not self.connection_acknowledged and not _is_allowed_before_sign_in(message):
            return False
        match message.get("type"):
            case "subscribe":
                payload = message.get("payload") or {}
                return (
                    _is_id(message.get("id"))
                    and isinstance(payload.get("query"), str)
                    and isinstance(payload.get("variables"), dict | None)
                    and isinstance(payload.get("operationName"), str | None)
                )
            case "complete":
                return _is_id(message.get("id"))
            case type_:
                return type_ in ("connection_init", "ping", "pong")

    def log_error(self, error: Exception) -> None:
        """Log an unexpected error with its traceback."""
        _log.error("unexpected error", exc_info=error)

    def _format_error(self, error: GraphQLError) -> GraphQLError:
        suggest = self.open_schema or self.context.principal is not None
        formatted = format_error(error, self.context.request_id, self.context.language, suggest=suggest)
        return GraphQLError(
            formatted["message"],
            error.nodes,
            error.source,
            error.positions,
            path=error.path,
            original_error=error.original_error,
            extensions=formatted["extensions"],
        )


def _rate_limit_error(message: Message) -> GraphQLError:
    return GraphQLError(
        str(message), extensions={"code": "RATE_LIMITED"}, original_error=RequestRejected(429, message, "RATE_LIMITED")
    )


def _is_allowed_before_sign_in(message: dict[str, Any]) -> bool:
    if message.get("type") == "ping":
        return message.get("payload") is None
    # The protocol has its own close code for `subscribe`.
    return message.get("type") in ("connection_init", "subscribe")


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_ID_LENGTH
