"""Contract of the adapters to uvicorn: the undocumented parts that they rely on.

A failure after an upgrade names the part that moved. `tests/chaos/test_uploads.py` and
`tests/chaos/test_slow_readers.py` test the behavior of a running server, as do the tests beside this one.
"""

import asyncio
import inspect
import logging
from pathlib import Path

import pytest
import uvicorn.protocols.websockets
from starlette.requests import HTTPConnection
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from server.middleware.uvicorn_protocol import (
    WEBSOCKET_LOG_TEXTS,
    UvicornProtocol,
    abort,
    abort_after,
    is_websocket_log,
)

HTTP, WEBSOCKET = HttpToolsProtocol, WebSocketsSansIOProtocol
PARAMETERS = {
    (HTTP, "connection_made"): "self transport",
    (HTTP, "connection_lost"): "self exc",
    (HTTP, "data_received"): "self data",
    (HTTP, "handle_websocket_upgrade"): "self",
    (HTTP, "on_message_begin"): "self",
    (HTTP, "on_headers_complete"): "self",
    (HTTP, "on_body"): "self body",
    (HTTP, "on_message_complete"): "self",
    (HTTP, "on_response_complete"): "self",
    (WEBSOCKET, "data_received"): "self data",
    (WEBSOCKET, "handle_text"): "self event",
    (WEBSOCKET, "handle_bytes"): "self event",
    (WEBSOCKET, "handle_cont"): "self event",
    (WEBSOCKET, "handle_ping"): "self",
    (WEBSOCKET, "handle_pong"): "self event",
    (WEBSOCKET, "stop_keepalive"): "self",
}
ATTRIBUTES = [
    *((HTTP, name) for name in ("app_state", "connections", "cycle", "headers", "loop", "transport")),
    *((WEBSOCKET, name) for name in ("close_sent", "close_timer", "conn", "disconnected", "handshake_complete")),
    *((WEBSOCKET, name) for name in ("loop", "queue", "read_paused", "transport")),
]
CALLS = {
    "requests copy `app_state` to their scope": (HttpToolsProtocol.on_message_begin, '"state": self.app_state.copy()'),
    "WebSockets get the same `app_state`": (HttpToolsProtocol.handle_websocket_upgrade, "app_state=self.app_state"),
    "a complete response is reported": (HttpToolsProtocol.on_headers_complete, "on_response=self.on_response_complete"),
    "a body's end is not noted after the response": (
        HttpToolsProtocol.on_message_complete,
        "self.cycle.response_complete",
    ),
    "the URL is collected": (HttpToolsProtocol.on_url, "self.url += url"),
    "headers are collected": (HttpToolsProtocol.on_header, "self.headers.append((name, value))"),
    "WebSockets count as connections": (WebSocketsSansIOProtocol.connection_made, "self.connections.add(self)"),
    "lost WebSockets fail on sending": (WebSocketsSansIOProtocol.send, "raise ClientDisconnected()"),
    "a timer keeps a closed WebSocket open": (WebSocketsSansIOProtocol.run_asgi, "if self.close_timer is None:"),
    "a body after the response is discarded": (HttpToolsProtocol.on_body, "self.cycle.response_complete"),
}


@pytest.mark.parametrize(("protocol", "name"), PARAMETERS)
def test_parameters_of_methods(protocol, name):
    method = getattr(protocol, name, None)

    assert method is not None, f"{protocol.__name__}.{name} is gone"
    assert " ".join(inspect.signature(method).parameters) == PARAMETERS[protocol, name]


@pytest.mark.parametrize(("protocol", "attribute"), ATTRIBUTES)
def test_attributes_of_the_protocols(protocol, attribute):
    source = inspect.getsource(protocol.__init__)

    assert f"self.{attribute} = " in source or f"self.{attribute}: " in source


@pytest.mark.parametrize("attribute", ["keep_alive", "more_body", "response_complete"])
def test_attributes_of_a_request(attribute):
    assert f"self.{attribute} = " in inspect.getsource(RequestResponseCycle.__init__)


@pytest.mark.parametrize(("function", "code"), CALLS.values(), ids=CALLS)
def test_calls(function, code):
    assert code in inspect.getsource(function)


@pytest.mark.parametrize("text", WEBSOCKET_LOG_TEXTS)
def test_log_messages(text):
    modules = Path(uvicorn.protocols.websockets.__file__).parent.glob("*_impl.py")

    assert any(text in path.read_text(encoding="utf-8") for path in modules)


def test_websocket_log_is_recognized():
    def record(template):
        return logging.LogRecord("uvicorn.error", logging.INFO, "", 0, template, None, None)

    assert is_websocket_log(record('%s - "WebSocket %s" [accepted]'))
    assert not is_websocket_log(record("Application startup complete."))


class Transport(asyncio.Transport):
    """A transport that records whether it was aborted."""

    def __init__(self):
        super().__init__({"peername": ("127.0.0.1", 4711), "sockname": ("127.0.0.1", 8000)})
        self.is_aborted = False

    def abort(self):
        self.is_aborted = True


@pytest.fixture
async def connection():
    """A connection to the protocol, as its transport and the connection that an application sees."""
    protocol = UvicornProtocol(
        config=Config(app=lambda scope: None, log_config=None), server_state=ServerState(), app_state={}
    )
    transport = Transport()
    protocol.connection_made(transport)
    return transport, HTTPConnection({"type": "http", "state": protocol.app_state.copy()})


async def test_abort_drops_the_connection(connection):
    transport, request = connection

    async def receive():
        return {"type": "http.disconnect"}

    await abort(request, receive)

    assert transport.is_aborted


async def test_abort_after_drops_the_connection_later(connection):
    transport, request = connection
    abort_after(request, 0)
    assert not transport.is_aborted

    await asyncio.sleep(0.01)

    assert transport.is_aborted


async def test_abort_does_nothing_under_another_protocol():
    async def receive():
        raise AssertionError("waits for a disconnect that does not come")

    request = HTTPConnection({"type": "http", "state": {}})

    await abort(request, receive)
    abort_after(request, 0)
