"""Adapter to uvicorn's HTTP protocol; only this module and `uvicorn_websocket` rely on uvicorn's undocumented parts.

`tests/server/middleware/test_uvicorn_protocol.py` fails if an upgrade of uvicorn moves one of them.
"""

import asyncio
import logging
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from starlette.requests import HTTPConnection
from starlette.types import Receive
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from licensing.messages import Message
from server.errors import RequestRejected, rejection_response

MAX_HEADER_SIZE = 64 * 1024
"""Bytes of the URL and of the names and values of all headers of a request."""
MAX_HEADER_LINES = 100
BODY_DRAIN_TIMEOUT = 5.0
"""Seconds for which the rest of a request body is read and discarded after the response was sent."""
CLOSE_TIMEOUT = 2.0
"""Seconds that a client has to read the response before a rejected connection is aborted."""
RETRY_AFTER = 5
"""Seconds after which a client may try again that found too many connections."""
EXCESS_CONNECTIONS = 100
"""Connections beyond the maximum that are answered with 503 at the same time; more are aborted."""
EXCESS_TIMEOUT = 1.0
"""Seconds in which a connection beyond the maximum must send its request."""
EXEMPT_PATH = b"/healthz"
"""The path that is served beyond the maximum, so that supervisors do not restart a busy process."""

WEBSOCKET_LOG_TEXTS = ('"WebSocket %s"', "returned without completing handshake")
"""Parts of the message templates with which uvicorn logs handshakes."""

_ABORT = "abort_connection"
_PIECE_SIZE = 16 * 1024
"""Bytes that are parsed before the limits are checked again."""
_MAX_DISCARDED = 1024 * 1024
"""Bytes of a rejected request that are read and discarded, so that the client can read the response."""


@dataclass(frozen=True)
class ConnectionLimits:
    """Limits on the connections of one process."""

    max_connections: int = 1000
    """Concurrent connections, including WebSockets."""
    header_timeout: float = 10.0
    """Seconds in which the headers of a request must arrive, from its first byte or the opening of the connection."""


class UvicornProtocol(HttpToolsProtocol):
    """Uvicorn's HTTP protocol, with limits on headers and connections, and support for aborting connections.

    ASGI lets an application close a connection, but closing waits until the client has read everything that was
    sent. `abort` and `abort_after` drop the connection at once.
    """

    def __init__(self, *args: Any, limits: ConnectionLimits = ConnectionLimits(), **kwargs: Any) -> None:
        """Start with the limits; the other arguments are uvicorn's."""
        super().__init__(*args, **kwargs)
        self._limits = limits
        self._is_excess = False
        self._header_timer: asyncio.TimerHandle | None = None
        self._is_reading_head = False
        self._unclaimed = 0
        """Bytes received since the parser last reported a complete head, a piece of a body or the end of a message."""
        self._rejection: RequestRejected | None = None
        self._is_rejected = False
        self._discarded = 0

    @classmethod
    def with_limits(cls, limits: ConnectionLimits) -> "type[UvicornProtocol]":
        """Return a factory of protocols with these limits, as uvicorn's setting `http`."""
        return cast(type[UvicornProtocol], partial(cls, limits=limits))

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection, and pass the transport's `abort` to every request and WebSocket."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _ABORT: transport.abort}
        excess = len(self.connections) - self._limits.max_connections
        self._is_excess = excess > 0
        if excess > EXCESS_CONNECTIONS:
            return transport.abort()
        self._start_header_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting for headers."""
        self._stop_header_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse data in pieces, and stop at the first that exceeds a limit."""
        for start in range(0, len(data), _PIECE_SIZE):
            if self._is_rejected:
                return self._discard(len(data) - start)
            if self.transport.is_closing() or self.transport.get_protocol() is not self:
                return
            self._parse(data[start : start + _PIECE_SIZE])

    def _parse(self, piece: bytes) -> None:
        super().data_received(piece)
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return
        self._unclaimed += len(piece)
        # A piece may also contain the end of a previous message, hence the margin.
        if self._unclaimed > MAX_HEADER_SIZE + _PIECE_SIZE or len(self.headers or ()) > MAX_HEADER_LINES:
            self._rejection = self._rejection or _headers_too_large()
        if self._rejection is not None:
            self._reject(self._rejection)
        elif self._header_timer is None and (self._is_reading_head or self.cycle is None or self._is_answered()):
            self._start_header_timer()

    def on_message_begin(self) -> None:
        """Note that a request has begun."""
        if self._rejection is None:
            self._is_reading_head = True
            super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Handle the request, unless it exceeds a limit."""
        if self._rejection is not None:
            return
        self._is_reading_head, self._unclaimed = False, 0
        self._stop_header_timer()
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > MAX_HEADER_SIZE or len(self.headers) > MAX_HEADER_LINES:
            self._rejection = _headers_too_large()
        elif self._is_excess and self.url.partition(b"?")[0] != EXEMPT_PATH:
            self._rejection = _too_many_connections()
        else:
            super().on_headers_complete()
            if self._is_excess and self.cycle is not None:
                self.cycle.keep_alive = False

    def handle_websocket_upgrade(self) -> None:
        """Pass the connection to the WebSocket protocol, unless the handshake exceeds a limit."""
        if self._rejection is None:
            super().handle_websocket_upgrade()

    def on_body(self, body: bytes) -> None:
        """Pass on a piece of the body."""
        if self._rejection is None:
            self._unclaimed = 0
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Mark the body as complete, even if the response was sent before."""
        if self._rejection is not None:
            return
        self._unclaimed = 0
        super().on_message_complete()
        if self.cycle:
            self.cycle.more_body = False

    def on_response_complete(self) -> None:
        """Abort the connection if the rest of the body does not arrive within `BODY_DRAIN_TIMEOUT`."""
        completed = self.cycle
        super().on_response_complete()
        if completed.more_body:
            self.loop.call_later(BODY_DRAIN_TIMEOUT, self._abort_unless_complete, completed)

    def _abort_unless_complete(self, cycle: RequestResponseCycle) -> None:
        if cycle.more_body:
            self.transport.abort()

    def _is_answered(self) -> bool:
        return self.cycle.response_complete and not self.cycle.more_body

    def _start_header_timer(self) -> None:
        seconds = min(EXCESS_TIMEOUT, self._limits.header_timeout) if self._is_excess else self._limits.header_timeout
        self._header_timer = self.loop.call_later(seconds, self._on_header_timeout)

    def _stop_header_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _on_header_timeout(self) -> None:
        self._header_timer = None
        if self._is_excess:
            self._reject(_too_many_connections())
        elif self._is_reading_head:
            self._reject(_headers_too_slow(self._limits.header_timeout))
        else:
            self.transport.close()

    def _reject(self, rejection: RequestRejected) -> None:
        """Answer a request before it is handled, and close the connection.

        The connection is aborted without an answer if an earlier response is not complete.
        """
        self._is_rejected = True
        self._stop_header_timer()
        if self.transport.is_closing():
            return
        if self.cycle is not None and not self.cycle.response_complete:
            return self.transport.abort()
        scope = {"type": "http", "headers": self.headers or []}
        response = copy_context().run(rejection_response, rejection, scope)
        headers = [*response.raw_headers, (b"cache-control", b"no-store"), (b"connection", b"close")]
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[response.status_code] + lines + b"\r\n" + bytes(response.body))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        # Closing at once could make the client lose the response, because it has not sent everything yet.
        self.loop.call_later(CLOSE_TIMEOUT, self.transport.abort)

    def _discard(self, size: int) -> None:
        self._discarded += size
        if self._discarded > _MAX_DISCARDED and not self.transport.is_closing():
            self.transport.pause_reading()


def _headers_too_large() -> RequestRejected:
    message = Message(
        "The headers have more than {most:,} bytes or {lines} lines. Send fewer or shorter headers.",
        most=MAX_HEADER_SIZE,
        lines=MAX_HEADER_LINES,
    )
    return RequestRejected(431, message)


def _headers_too_slow(seconds: float) -> RequestRejected:
    message = Message("The headers did not arrive within {seconds} seconds. Send them again.", seconds=f"{seconds:g}")
    return RequestRejected(408, message)


def _too_many_connections() -> RequestRejected:
    message = Message("The server has too many connections. Try again in {seconds} seconds.", seconds=RETRY_AFTER)
    return RequestRejected(503, message, "UNAVAILABLE", {"Retry-After": str(RETRY_AFTER)})


async def abort(connection: HTTPConnection, receive: Receive) -> None:
    """Abort a connection, and wait until the server has noticed; do nothing under another protocol."""
    if (abort_transport := connection.scope["state"].get(_ABORT)) is not None:
        abort_transport()
        # Uvicorn logs an incomplete response as an error, unless it knows that the client has disconnected.
        while (await receive())["type"] != "http.disconnect":
            pass


def abort_after(connection: HTTPConnection, seconds: float) -> None:
    """Abort a connection after a delay, in case that closing it has not succeeded by then."""
    if (abort_transport := connection.scope["state"].get(_ABORT)) is not None:
        asyncio.get_running_loop().call_later(seconds, abort_transport)


def is_websocket_log(record: logging.LogRecord) -> bool:
    """Return whether a record is uvicorn's line about a WebSocket handshake."""
    return any(text in str(record.msg) for text in WEBSOCKET_LOG_TEXTS)
