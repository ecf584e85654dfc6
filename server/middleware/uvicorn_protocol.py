"""Adapter to uvicorn's HTTP protocol; the only module that relies on its undocumented parts.

`tests/server/middleware/test_uvicorn_protocol.py` fails if an upgrade of uvicorn moves one of them.
"""

import asyncio
import logging

from starlette.requests import HTTPConnection
from starlette.types import Receive
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

BODY_DRAIN_TIMEOUT = 5.0
"""Seconds for which the rest of a request body is read and discarded after the response was sent."""

WEBSOCKET_LOG_TEXTS = ('"WebSocket %s"', "returned without completing handshake")
"""Parts of the message templates with which uvicorn logs handshakes."""

_ABORT = "abort_connection"


class UvicornProtocol(HttpToolsProtocol):
    """Uvicorn's HTTP protocol, with support for aborting connections and a limit on discarding request bodies.

    ASGI lets an application close a connection, but closing waits until the client has read everything that was
    sent. `abort` and `abort_after` drop the connection at once.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Pass the transport's `abort` to every request, and to the WebSocket that the connection may become."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _ABORT: transport.abort}

    def on_message_complete(self) -> None:
        """Mark the body as complete, even if the response was sent before."""
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
