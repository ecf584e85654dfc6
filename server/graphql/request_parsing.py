"""Parsing of requests to `/graphql`: JSON bodies, query strings and multipart forms with files."""

import json
from collections.abc import Iterator
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from strawberry.file_uploads.utils import replace_placeholders_with_files
from strawberry.http import GraphQLRequestData

from licensing.messages import Message
from server.errors import RequestRejected
from server.graphql.persisted_queries import is_persisted

JSON, FORM = "application/json", "multipart/form-data"

UNREADABLE_BODY_ERRORS = (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError, HTTPException)
"""Exceptions that parsing a malformed body may raise."""


def check_media_type(request: Request) -> str:
    """Return the media type of the body, in lower case and without parameters.

    Raises:
        RequestRejected: The method or the media type of the body is not supported.
    """
    if request.method not in ("GET", "POST"):
        message = Message("Send operations by POST, or queries by GET.")
        raise RequestRejected(405, message, headers={"Allow": "GET, POST"})
    media_type = request.headers.get("content-type", "").split(";")[0].strip().casefold()
    if request.method == "POST" and media_type not in (JSON, FORM):
        raise RequestRejected(415, Message("Send the operation as {one} or {other}.", one=JSON, other=FORM))
    return media_type


async def parse_request(request: Request, media_type: str) -> GraphQLRequestData:
    """Return the operation in a request.

    Raises:
        RequestRejected: The request holds no single operation.
    """
    try:
        data = await _parse(request, media_type)
    except RequestRejected:
        raise
    except UNREADABLE_BODY_ERRORS:
        raise _unreadable(Message("The request cannot be read as an operation")) from None
    query, variables, extensions = data.get("query"), data.get("variables"), data.get("extensions")
    for name, value, type_, expected in (
        ("query", query, str, Message("a string")),
        ("variables", variables, dict, Message("an object")),
        ("extensions", extensions, dict, Message("an object")),
    ):
        if not isinstance(value, type_ | None):
            raise _unreadable(
                Message(
                    "The GraphQL operation's `{name}` must be {expected} or null, if provided",
                    name=name,
                    expected=expected,
                )
            )
    if not (query and query.strip()) and not (query is None and is_persisted(extensions)):
        raise RequestRejected(400, Message("The request contains no operation. Send an object with a query."))
    operation_name = data.get("operationName")
    if not isinstance(operation_name, str | None):
        raise RequestRejected(400, Message("The operation name is not a string. Send a string, or omit it."))
    return GraphQLRequestData(query, variables, operation_name, extensions)


def read_json(data: str | bytes) -> object:
    """Return the object or list in a strict JSON text: UTF-8, no NaN or Infinity, no lone surrogates.

    Raises:
        ValueError: The text is not strict JSON.
        TypeError: The top-level value is neither an object nor a list.
    """
    text = (data.decode() if isinstance(data, bytes) else data).removeprefix("\ufeff")  # the byte order mark
    value = _json.decode(text)
    if "\\u" in text:
        json.dumps(value, ensure_ascii=False).encode()
    if not isinstance(value, dict | list):
        raise TypeError
    return value


async def _parse(request: Request, media_type: str) -> dict[str, Any]:
    data: Any
    if request.method == "GET":
        data = {name: value for name, value in request.query_params.items() if name == "query" or value}
        for name in data.keys() & {"variables", "extensions"}:
            data[name] = _read_part(data[name])
    elif media_type == JSON:
        data = _read_part(await request.body())
    else:
        data = await _parse_form(request)
    if isinstance(data, list):
        raise _unreadable(Message("Batching is not enabled"))
    if not isinstance(data, dict):
        raise TypeError
    return data


async def _parse_form(request: Request) -> Any:
    """Return the operations of a form, with the files in place of the values to which its map points.

    See https://github.com/jaydenseric/graphql-multipart-request-spec.
    """
    try:
        form = await request.form()
    except ValueError:
        raise _unreadable(Message("Unable to parse the multipart body")) from None
    parts: Iterator[Any] = (form.get(name, "{}") for name in ("operations", "map"))
    operations, file_map = (_read_part(part) if isinstance(part, str) else part for part in parts)
    try:
        return replace_placeholders_with_files(operations, file_map, form)
    except KeyError:
        raise _unreadable(Message("File(s) missing in form data")) from None


def _read_part(text: str | bytes) -> Any:
    try:
        return read_json(text)
    except json.JSONDecodeError:
        raise _unreadable(Message("Unable to parse request body as JSON")) from None


def _unreadable(reason: Message) -> RequestRejected:
    return RequestRejected(400, Message("{reason}. Send an object with a query.", reason=reason))


def _reject_constant(name: str) -> None:
    raise ValueError(name)


_json = json.JSONDecoder(parse_constant=_reject_constant)
