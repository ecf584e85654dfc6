"""What is sent to `/graphql`, read as an operation."""

import json

from cross_web import HTTPException, StarletteRequestAdapter
from starlette.exceptions import HTTPException as FormException
from starlette.requests import Request
from strawberry.http import GraphQLRequestData

BODY_TYPES = ("application/json", "multipart/form-data")
UNREADABLE = (
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    IndexError,
    RecursionError,
    HTTPException,
    FormException,
)
"""What reading a body ends in that no client library sends."""


def media_type_of(request: Request) -> str:
    """The type of the body, without parameters."""
    return request.headers.get("content-type", "").split(";")[0].strip().casefold()


class RequestAdapter(StarletteRequestAdapter):
    """How Strawberry sees a request: the type of its body is the same in capitals."""

    @property
    def content_type(self) -> str:
        """The type of the body, without parameters."""
        return media_type_of(self._request)


def accepts_single_response(request: Request) -> bool:
    """Whether this is JSON by POST from a client that takes no stream."""
    accepted = request.headers.get("accept", "").casefold()
    is_json = request.method == "POST" and media_type_of(request) == "application/json"
    return is_json and "event-stream" not in accepted and "multipart" not in accepted


def parse_simple_post(body: bytes) -> GraphQLRequestData | None:
    """What nearly every client sends; None if it may be anything else."""
    try:
        sent = read_json(body)
    except UNREADABLE:
        return None
    if not isinstance(sent, dict):
        return None
    query, variables = sent.get("query"), sent.get("variables")
    name, extensions = sent.get("operationName"), sent.get("extensions")
    is_operation = isinstance(query, str) and query.strip() and isinstance(name, str | None)
    if not is_operation or not isinstance(variables, dict | None) or not isinstance(extensions, dict | None):
        return None
    return GraphQLRequestData(query, variables, name, extensions)


def read_json(data: str | bytes) -> object:
    """The value in a JSON text of the strict kind: UTF-8, no NaN, no lone surrogates, an object or a list outside.

    Raises:
        ValueError: It is no such text.
        TypeError: It holds a single value.
    """
    text = data.decode() if isinstance(data, bytes) else data
    value = _json.decode(text)
    if "\\u" in text:
        json.dumps(value, ensure_ascii=False).encode()
    if not isinstance(value, dict | list):
        raise TypeError
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


_json = json.JSONDecoder(parse_constant=_refuse_constant)
