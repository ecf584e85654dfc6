"""Contract of `server.graphql.strawberry_view`: the undocumented parts of Strawberry that it relies on.

A failure after an upgrade names the part that moved.
"""

import inspect
from pathlib import Path

import pytest
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.http import GraphQLRequestData
from strawberry.http.exceptions import NonJsonMessageReceived, WebSocketDisconnected
from strawberry.http.streaming import HTTPStreamTransport
from strawberry.schema import Schema
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.types.execution import ExecutionContext, ExecutionResult

from server.graphql.strawberry_view import StrawberryView, StrawberryWebSocketAdapter, StrawberryWebSocketHandler

PARAMETERS = {
    (GraphQL, "run"): "self request context root_value",
    (Schema, "stream"): "self query variable_values context_value root_value operation_name operation_extensions "
    "allowed_operation_types",
    (GraphQL, "_get_stream_transport_from_headers"): "self headers",
    (GraphQL, "_stream_result"): "self request result transport",
    (GraphQL, "process_result"): "self request result",
    (GraphQL, "decode_json"): "self data",
    (GraphQL, "encode_json"): "self data",
    (GraphQL, "is_websocket_origin_allowed"): "self request origin",
    (HTTPStreamTransport, "encode_complete"): "self",
    (ASGIWebSocketAdapter, "__init__"): "self view request response",
    (ASGIWebSocketAdapter, "iter_json"): "self ignore_parsing_errors",
    (ASGIWebSocketAdapter, "send_json"): "self message",
    (ASGIWebSocketAdapter, "close"): "self code reason",
    (BaseGraphQLTransportWSHandler, "handle"): "self",
    (BaseGraphQLTransportWSHandler, "shutdown"): "self",
    (BaseGraphQLTransportWSHandler, "handle_message"): "self message",
    (BaseGraphQLTransportWSHandler, "handle_invalid_message"): "self error_message",
    (BaseGraphQLTransportWSHandler, "handle_connection_init"): "self message",
    (BaseGraphQLTransportWSHandler, "handle_subscribe"): "self message",
    (BaseGraphQLTransportWSHandler, "handle_task_exception"): "self error",
    (BaseGraphQLTransportWSHandler, "send_message"): "self message",
    (BaseGraphQLTransportWSHandler, "_send_result_stream"): "self operation result_source",
}

CONSTRUCTOR_PARAMETERS = {
    GraphQL: {
        "schema",
        "graphql_ide",
        "subscription_protocols",
        "connection_init_wait_timeout",
        "max_subscriptions_per_connection",
    },
    BaseGraphQLTransportWSHandler: {"view", "websocket", "context"},
    GraphQLRequestData: {"query", "variables", "operation_name", "extensions", "protocol"},
    ExecutionResult: {"data", "errors", "extensions"},
}

HANDLER_ATTRIBUTES = ["connection_init_received", "connection_acknowledged", "operations", "websocket", "context"]

CALLS = {
    "the handler runs subscriptions by `_send_result_stream`": (
        BaseGraphQLTransportWSHandler.run_operation,
        "self._send_result_stream(operation, result_source)",
    ),
    "the handler completes an operation unless it is `completed`": (Operation.send_operation_message, "self.completed"),
    "the view formats the results of streams by `process_result`": (
        GraphQL._process_stream_result,
        "self.process_result(",
    ),
    "the view finds transports by their protocols": (GraphQL._get_stream_transport, "self._stream_transport_map"),
    "the view serves WebSockets by the handler class": (GraphQL.run, "self.graphql_transport_ws_handler_class("),
    "the view wraps WebSockets in the adapter class": (GraphQL.run, "self.websocket_adapter_class("),
}


def name_of(key):
    return f"{key[0].__name__}.{key[1]}" if isinstance(key, tuple) else str(getattr(key, "__name__", key))


@pytest.mark.parametrize(("owner", "name"), PARAMETERS, ids=[name_of(key) for key in PARAMETERS])
def test_parameters_of_methods(owner, name):
    method = getattr(owner, name, None)

    assert method is not None, f"{owner.__name__}.{name} is gone"
    assert " ".join(inspect.signature(method).parameters) == PARAMETERS[owner, name]


@pytest.mark.parametrize("type_", CONSTRUCTOR_PARAMETERS, ids=name_of)
def test_parameters_of_constructors(type_):
    assert CONSTRUCTOR_PARAMETERS[type_] - set(inspect.signature(type_).parameters) == set()


@pytest.mark.parametrize("attribute", HANDLER_ATTRIBUTES)
def test_attributes_of_the_websocket_handler(attribute):
    assert f"self.{attribute} = " in inspect.getsource(BaseGraphQLTransportWSHandler) or (
        f"self.{attribute}: " in inspect.getsource(BaseGraphQLTransportWSHandler)
    )


@pytest.mark.parametrize("attribute", ["task", "completed"])
def test_attributes_of_websocket_operations(attribute):
    assert attribute in Operation.__slots__


@pytest.mark.parametrize(("function", "call"), CALLS.values(), ids=CALLS)
def test_calls(function, call):
    assert call in inspect.getsource(function)


def test_websocket_is_an_attribute_of_its_adapter():
    assert "self.ws = response" in inspect.getsource(ASGIWebSocketAdapter.__init__)


def test_validation_can_be_replaced_by_an_extension():
    assert "pre_execution_errors" in ExecutionContext.__dataclass_fields__
    assert "self._provided_operation_name = " in inspect.getsource(ExecutionContext)
    source = Path(inspect.getfile(Schema)).read_text(encoding="utf-8")
    assert "execution_context.pre_execution_errors is None" in source


def test_exceptions():
    assert issubclass(NonJsonMessageReceived, Exception)
    assert issubclass(WebSocketDisconnected, Exception)


@pytest.mark.parametrize(
    ("adapter", "adapted"),
    [
        (StrawberryView, GraphQL),
        (StrawberryWebSocketAdapter, ASGIWebSocketAdapter),
        (StrawberryWebSocketHandler, BaseGraphQLTransportWSHandler),
    ],
    ids=name_of,
)
def test_every_override_is_listed(adapter, adapted):
    overrides = {name for name in vars(adapter) if callable(getattr(adapted, name, None)) and not name.startswith("__")}

    assert overrides - {name for owner, name in PARAMETERS if owner is adapted} == set()
