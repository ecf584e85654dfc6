"""Request IDs, and one log line per request."""

import re
import time
from secrets import token_hex

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as ASGIMessage

from models.db.query_count import count_queries
from server.errors import exception_response

_VALID_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_log = structlog.get_logger("seatkeeper.requests")


class RequestLogMiddleware:
    """ASGI middleware that assigns an ID to each request, and logs one line when its response is complete.

    A client's `X-Request-Id` is used if it is well-formed, otherwise an ID is generated. Inner layers add fields to
    the line (principal, operation, outcome) by binding them to structlog's context variables. An exception that
    reaches this middleware is turned into an error response.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request; WebSockets are passed on unchanged."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        requested_id = Headers(scope=scope).get("x-request-id", "")
        request_id = requested_id if _VALID_REQUEST_ID.fullmatch(requested_id) else token_hex(16)
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started, status = time.perf_counter(), 0

        async def send_with_id(message: ASGIMessage) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        with count_queries() as statements:
            try:
                await self.app(scope, receive, send_with_id)
            except Exception as exception:
                response = exception_response(exception, request_id, scope)
                if not status:
                    await response(scope, receive, send_with_id)
            finally:
                _log.info(
                    "request",
                    method=scope["method"],
                    path=scope["path"][:200],
                    status=status,
                    milliseconds=round((time.perf_counter() - started) * 1000, 1),
                    statements=statements.number,
                )
