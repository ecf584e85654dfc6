"""Parsing of requests to `/graphql`."""

import json

from cross_web import HTTPException
from starlette.exceptions import HTTPException as FormException
from starlette.requests import Request
from strawberry.http import GraphQLRequestData

from licensing.messages import Message
from server.errors import RequestRejected
from server.graphql.strawberry_view import media_type_of

BODY_TYPES = ("application/json", "multipart/form-data")
UNREADABLE_BODY_ERRORS = (
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    IndexError,
    RecursionError,
    HTTPException,
    FormException,
)
"""Exceptions that parsing a malformed body may raise."""


def accepts_single_response(request: Request) -> bool:
    """Return whether this is a JSON POST of a client that accepts no streamed response."""
    accepted = request.headers.get("accept", "").casefold()
    is_json = request.method == "POST" and media_type_of(request) == "application/json"
    return is_json and "event-stream" not in accepted and "multipart" not in accepted


def parse_simple_post(body: bytes) -> GraphQLRequestData | None:
    """Parse a body of the common shape; return None if Strawberry's view has to parse or reject it."""
    try:
        parsed = read_json(body)
    except UNREADABLE_BODY_ERRORS:
        return None
    if not isinstance(parsed, dict):
        return None
    query, variables = parsed.get("query"), parsed.get("variables")
    name, extensions = parsed.get("operationName"), parsed.get("extensions")
    is_operation = isinstance(query, str) and query.strip() and isinstance(name, str | None)
    if not is_operation or not isinstance(variables, dict | None) or not isinstance(extensions, dict | None):
        return None
    return GraphQLRequestData(query, variables, name, extensions)


def require_operation(data: GraphQLRequestData | list[GraphQLRequestData]) -> GraphQLRequestData:
    """Return what Strawberry parsed, if it is a single operation.

    Raises:
        RequestRejected: It is a batch, has no query, or its operation name is not a string.
    """
    if isinstance(data, list) or not isinstance(data.query, str) or not data.query.strip():
        raise RequestRejected(400, Message("The request contains no operation. Send an object with a query."))
    if not isinstance(data.operation_name, str | None):
        raise RequestRejected(400, Message("The operation name is not a string. Send a string, or omit it."))
    return data


def read_json(data: str | bytes) -> object:
    """Return the object or list in a strict JSON text: UTF-8, no NaN or Infinity, no lone surrogates.

    Raises:
        ValueError: The text is not strict JSON.
        TypeError: The top-level value is neither an object nor a list.
    """
    text = data.decode() if isinstance(data, bytes) else data
    value = _json.decode(text)
    if "\\u" in text:
        json.dumps(value, ensure_ascii=False).encode()
    if not isinstance(value, dict | list):
        raise TypeError
    return value


def _reject_constant(name: str) -> None:
    raise ValueError(name)


_json = json.JSONDecoder(parse_constant=_reject_constant)
