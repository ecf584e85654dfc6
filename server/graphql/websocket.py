"""Subscriptions over a WebSocket, by the protocol `graphql-transport-ws`."""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from typing import Any

import structlog
from graphql import GraphQLError
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.types import ExecutionResult

from licensing.messages import Message
from resolvers.context import Context, Principal
from resolvers.errors import Unauthenticated
from server.auth.authentication import authenticate_authorization
from server.errors import RequestRejected, describe
from server.graphql.rate_limiter import RateLimited, RateLimiter
from server.graphql.streams import cut_off_later, note_dropped, until_failure

MAX_SUBSCRIPTIONS = 20
"""Subscriptions that one connection may hold at once."""
MAX_ID_LENGTH = 100

LAST_WORDS = 1.0
"""Seconds in which a client that is dropped may still be told why."""

_UNAUTHENTICATED = 4401
_TRY_AGAIN_LATER = 1013
_log = structlog.get_logger("seatkeeper.sockets")


class SocketAdapter(ASGIWebSocketAdapter):
    """Strawberry's, which takes messages that cannot be read for what they are, and drops who takes nothing."""

    def __init__(self, view: Any, request: WebSocket, response: WebSocket) -> None:
        """Open."""
        super().__init__(view, request, response)
        self._slowest_reader: float = view.send_timeout
        self._is_dropped = False

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """The messages as they come."""
        async with aclosing(super().iter_json(ignore_parsing_errors=ignore_parsing_errors)) as messages:
            try:
                async for message in messages:
                    yield message
            except (ValueError, TypeError, RecursionError):
                raise NonJsonMessageReceived from None

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Sends a message, unless the client takes nothing: then its connection ends."""
        if self._is_dropped:
            raise WebSocketDisconnected
        try:
            async with asyncio.timeout(self._slowest_reader):
                await super().send_json(message)
        except TimeoutError:
            await self._drop()
            raise WebSocketDisconnected from None

    async def _drop(self) -> None:
        if not self._is_dropped:
            self._is_dropped = True
            note_dropped()
            cut_off_later(self.ws, LAST_WORDS)
            with suppress(TimeoutError, WebSocketDisconnect):
                async with asyncio.timeout(LAST_WORDS):
                    await self.close(_TRY_AGAIN_LATER, "You took nothing for too long. Resume after the last cursor")


class SocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Strawberry's, which lets in only those whose credentials hold, and shows errors as HTTP does."""

    def __init__(self, *, view: Any, **given: Any) -> None:
        """Nothing is followed yet."""
        super().__init__(view=view, **given)
        self.rates: RateLimiter = view.rates
        self.open_schema: bool = view.settings.open_schema
        self._watch: asyncio.Task[None] | None = None
        self.read_document = view.read_document
        self._adapter: SocketAdapter = given["websocket"]
        self.begun = 0

    async def handle(self) -> None:
        """Serves the connection, and gives it its line in the log when it is closed."""
        started = time.monotonic()
        try:
            await super().handle()
        finally:
            seconds = round(time.monotonic() - started, 1)
            _log.info("connection", seconds=seconds, subscriptions=self.begun)

    async def handle_message(self, message: Any) -> None:
        """Reads a message, if it is one."""
        if not _is_message(message):
            return await self.handle_invalid_message("This is no message of the protocol")
        await super().handle_message(message)

    async def handle_connection_init(self, message: Any) -> None:
        """Finds out who is calling, where the handshake did not say."""
        given = message.get("payload") or {}
        authorization = next((value for name, value in given.items() if name.casefold() == "authorization"), None)
        if authorization is not None and not self.connection_init_received:
            try:
                self.context.principal = await authenticate_authorization(self._adapter.ws, str(authorization))
            except RequestRejected as refusal:
                return await self.websocket.close(_TRY_AGAIN_LATER, refusal.detail)
        if self.context.principal is None:
            return await self.websocket.close(_UNAUTHENTICATED, "Sign in, or send a valid API token")
        await super().handle_connection_init({"type": "connection_init", "payload": given})
        if self.connection_acknowledged and self._watch is None:
            self._watch = asyncio.create_task(self._close_with_credentials(self.context.principal))

    async def shutdown(self) -> None:
        """Ends everything that the connection began."""
        if self._watch is not None:
            self._watch.cancel()
        await super().shutdown()

    async def _close_with_credentials(self, principal: Principal) -> None:
        feed = self.context.feed
        assert feed is not None
        with feed.listen(principal) as listener:
            while not feed.is_closed:
                await listener.news.wait()
                listener.news.clear()
                try:
                    listener.check()
                except Unauthenticated:
                    # Each subscription says so first.
                    running = [operation.task for operation in self.operations.values() if operation.task]
                    await asyncio.wait(running, timeout=LAST_WORDS) if running else None
                    return await self.websocket.close(_UNAUTHENTICATED, "The session or API token has ended")

    async def handle_subscribe(self, message: Any) -> None:
        """Begins a subscription, unless there are too many, or too many were begun, or it asks for too much."""
        if self.connection_acknowledged and (refusal := self._refusal(message["payload"])):
            payload = [self._shown(refusal).formatted]
            return await self.send_message({"id": message["id"], "type": "error", "payload": payload})
        await super().handle_subscribe(message)

    def _refusal(self, wanted: Any) -> GraphQLError | None:
        """Why a subscription may not begin; None if it may."""
        if len(self.operations) >= MAX_SUBSCRIPTIONS:
            text = Message(
                "A connection holds {most} subscriptions at most. Complete one, or open another.",
                most=MAX_SUBSCRIPTIONS,
            )
            return _rate_limited(text)
        try:
            self.rates.charge(self.context, 1)
            self.read_document(wanted["query"])
        except RateLimited as limit:
            return _rate_limited(limit.message)
        except GraphQLError as refusal:
            return refusal
        self.begun += 1
        return None

    async def handle_task_exception(self, error: Exception) -> None:
        """Logs what broke, which a client that is gone is not."""
        if not isinstance(error, WebSocketDisconnected):
            _log.error("unexpected error", exc_info=error)

    async def _send_result_stream(self, operation: Operation[Context, None], result_source: Any) -> None:
        await super()._send_result_stream(operation, self._described(until_failure(result_source)))
        if self.context.feed is not None and self.context.feed.is_closed:
            # The server is stopping. To be told that it is complete would keep the client from coming back.
            operation.completed = True

    async def _described(self, results: Any) -> AsyncGenerator[Any, None]:
        async for result in results:
            if isinstance(result, ExecutionResult) and result.errors:
                result.errors = [self._shown(error) for error in result.errors]
            yield result

    def _shown(self, error: GraphQLError) -> GraphQLError:
        suggest = self.open_schema or self.context.principal is not None
        described = describe(error, self.context.request_id, self.context.language, suggest=suggest)
        shown = {"path": error.path, "original_error": error.original_error, "extensions": described["extensions"]}
        return GraphQLError(described["message"], error.nodes, error.source, error.positions, **shown)


def _rate_limited(message: Message) -> GraphQLError:
    return GraphQLError(
        str(message), extensions={"code": "RATE_LIMITED"}, original_error=RequestRejected(429, message, "RATE_LIMITED")
    )


def _is_message(message: Any) -> bool:
    if not isinstance(message, dict) or not isinstance(message.get("payload"), dict | None):
        return False
    match message.get("type"):
        case "subscribe":
            wanted = message.get("payload") or {}
            return (
                _is_id(message.get("id"))
                and isinstance(wanted.get("query"), str)
                and isinstance(wanted.get("variables"), dict | None)
                and isinstance(wanted.get("operationName"), str | None)
            )
        case "complete":
            return _is_id(message.get("id"))
        case kind:
            return kind in ("connection_init", "ping", "pong")


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_ID_LENGTH
