"""Subscriptions over a WebSocket, by the protocol `graphql-transport-ws`."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import structlog
from graphql import GraphQLError
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.types import ExecutionResult

from resolvers.context import Context
from server.auth import principal_of_authorization
from server.errors import Refused, describe

MAX_SUBSCRIPTIONS = 20
"""Subscriptions that one connection may hold at once."""
LONGEST_ID = 100

_UNAUTHENTICATED = 4401
_TRY_AGAIN_LATER = 1013
_log = structlog.get_logger("seatkeeper.sockets")


class SocketAdapter(ASGIWebSocketAdapter):
    """Strawberry's, which takes messages that cannot be read for what they are."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """The messages as they come."""
        async with aclosing(super().iter_json(ignore_parsing_errors=ignore_parsing_errors)) as messages:
            try:
                async for message in messages:
                    yield message
            except (ValueError, TypeError, RecursionError):
                raise NonJsonMessageReceived from None


class SocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Strawberry's, which lets in only those whose credentials hold, and shows errors as HTTP does."""

    def __init__(self, *, view: Any, **given: Any) -> None:
        """Let nothing but subscriptions through: reading and changing go over HTTP, where its rules hold."""
        super().__init__(view=view, **given)
        self.schema = view.socket_schema
        self.open_schema: bool = view.settings.open_schema
        self._adapter: SocketAdapter = given["websocket"]

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
                self.context.principal = await principal_of_authorization(self._adapter.ws, str(authorization))
            except Refused as refusal:
                return await self.websocket.close(_TRY_AGAIN_LATER, refusal.detail)
        if self.context.principal is None:
            return await self.websocket.close(_UNAUTHENTICATED, "Sign in, or send a valid API token")
        await super().handle_connection_init({"type": "connection_init", "payload": given})

    async def handle_subscribe(self, message: Any) -> None:
        """Begins a subscription, unless there are too many."""
        if self.connection_acknowledged and len(self.operations) >= MAX_SUBSCRIPTIONS:
            text = f"A connection holds {MAX_SUBSCRIPTIONS} subscriptions at most. Complete one, or open another."
            refusal = self._shown(GraphQLError(text, extensions={"code": "RATE_LIMITED"}))
            return await self.send_message({"id": message["id"], "type": "error", "payload": [refusal.formatted]})
        await super().handle_subscribe(message)

    async def handle_task_exception(self, error: Exception) -> None:
        """Logs what broke, which a client that is gone is not."""
        if not isinstance(error, WebSocketDisconnected):
            _log.error("unexpected error", exc_info=error)

    async def _send_result_stream(self, operation: Operation[Context, None], result_source: Any) -> None:
        await super()._send_result_stream(operation, self._described(result_source))
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
        described = describe(error, self.context.request_id, suggest=suggest)
        shown = {"path": error.path, "original_error": error.original_error, "extensions": described["extensions"]}
        return GraphQLError(described["message"], error.nodes, error.source, error.positions, **shown)


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
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID
