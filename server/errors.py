"""Errors of the HTTP layer: rejected requests, and the format of errors in responses."""

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog
from graphql import GraphQLError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import Scope
from strawberry.relay.types import GlobalIDValueError

from licensing.errors import LicensingError
from licensing.messages import Language, Message
from models.db.errors import CONFLICTS, is_too_slow, is_unreachable
from resolvers.errors import RequestError
from schema.execution.graphql_core import without_suggestion
from server.i18n.languages import language_of

STATUS = {
    "BAD_USER_INPUT": 400,
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "RATE_LIMITED": 429,
    "QUERY_TOO_COMPLEX": 400,
    "IDEMPOTENCY_KEY_REUSED": 422,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "TIMEOUT": 504,
}
"""The HTTP status of a response without data, by the code of its first error."""

GRAPHQL_RESPONSE = "application/graphql-response+json"

TIMEOUT_MESSAGE = Message("The operation timed out, and nothing was changed. Request less, or try again in a moment.")

MAX_MESSAGE_LENGTH = 1_000
"""Characters to which messages are truncated, since some repeat the client's input."""

_log = structlog.get_logger("seatkeeper.errors")


class RequestRejected(HTTPException):
    """A request that is rejected before it is executed."""

    def __init__(
        self,
        status_code: int,
        message: Message,
        code: str = "BAD_USER_INPUT",
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(status_code, str(message), headers)
        self.message = message
        self.code = code
        self.extensions = extensions
        """The `extensions` of the response, beside its error."""


def response_media_type(scope: Scope) -> str:
    """Return the media type of the GraphQL over HTTP specification if the client accepts it, otherwise plain JSON."""
    accepts_graphql = GRAPHQL_RESPONSE in Headers(scope=scope).get("accept", "")
    return GRAPHQL_RESPONSE if accepts_graphql else "application/json"


def rejection_response(rejection: HTTPException, scope: Scope) -> JSONResponse:
    """Return the response to a rejected request, in the language of the request."""
    message, extensions = rejection.detail, {}
    if isinstance(rejection, RequestRejected):
        message, extensions = rejection.message.in_language(language_of(scope)), {"code": rejection.code}
    structlog.contextvars.bind_contextvars(outcome=extensions.get("code", "REFUSED"))
    body: dict[str, Any] = {"errors": [{"message": message, "extensions": extensions}]}
    if isinstance(rejection, RequestRejected) and rejection.extensions:
        body["extensions"] = rejection.extensions
    return _json_response(body, rejection.status_code, scope, rejection.headers)


def exception_response(exception: Exception, request_id: str, scope: Scope) -> JSONResponse:
    """Return the response to a request that raised an exception; its details are logged, not sent."""
    code, message = _known_error(exception) or _internal_error(exception, request_id)
    structlog.contextvars.bind_contextvars(outcome=code)
    extensions = {"code": code, "requestId": request_id}
    error = {"message": message.in_language(language_of(scope)), "extensions": extensions}
    return _json_response({"errors": [error]}, STATUS[code], scope)


def _json_response(
    body: Mapping[str, Any], status: int, scope: Scope, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    response = JSONResponse(body, status, headers)
    if response_media_type(scope) == GRAPHQL_RESPONSE:
        response.headers["Content-Type"] = f"{GRAPHQL_RESPONSE}; charset=utf-8"
    return response


def handle_loop_exception(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Handle an exception that no task awaits: log an unreachable database in one line, others by the default."""
    exception = context.get("exception")
    if isinstance(exception, Exception) and is_unreachable(exception):
        _known_error(exception)
    else:
        loop.default_exception_handler(context)


def format_error(error: GraphQLError, request_id: str, language: Language, *, suggest: bool) -> dict[str, Any]:
    """Return an error as sent to clients: with a code, and without internal details.

    Messages of graphql-core about a document or its variables are in English in every language. Unless `suggest` is
    set, they lose their "Did you mean …?", which would disclose names of the schema.
    """
    formatted: dict[str, Any] = dict(error.formatted)
    extensions = dict(error.extensions or {})
    cause = _original_error(error)
    if "code" not in extensions and cause is not None and is_server_error(error):
        extensions["code"], message = _known_error(cause) or _internal_error(cause, request_id)
        formatted["message"] = message.in_language(language)
        if extensions["code"] == "INTERNAL":
            extensions["requestId"] = request_id
    elif isinstance(cause, RequestError | RequestRejected):
        extensions["code"], formatted["message"] = cause.code, cause.message.in_language(language)
    extensions.setdefault("code", "BAD_USER_INPUT")
    if not suggest:
        formatted["message"] = without_suggestion(formatted["message"])
    return {**formatted, "message": formatted["message"][:MAX_MESSAGE_LENGTH], "extensions": extensions}


def is_server_error(error: GraphQLError) -> bool:
    """Return whether an error was caused by the server, and not by the client's request."""
    cause = _original_error(error)
    return cause is not None and not isinstance(cause, _CLIENT_ERRORS)


_CLIENT_ERRORS = (RequestError, LicensingError, GlobalIDValueError, GraphQLError)
"""Exceptions whose messages are written for clients."""


def _original_error(error: GraphQLError) -> Exception | None:
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _known_error(exception: Exception) -> tuple[str, Message] | None:
    if isinstance(exception, CONFLICTS):
        message = Message(
            "Another request changed the same data at the same time, and nothing was changed. Try again in a moment."
        )
        return "UNAVAILABLE", message
    if is_too_slow(exception):
        return "TIMEOUT", TIMEOUT_MESSAGE
    if is_unreachable(exception):
        _log.warning("database unavailable", error=type(exception).__name__, reason=str(exception))
        message = Message("The database is unavailable or full, and nothing was changed. Try again in a moment.")
        return "UNAVAILABLE", message
    if isinstance(exception, RecursionError):
        return "BAD_USER_INPUT", Message("The document is nested too deeply. Ask for less at once.")
    return None


def _internal_error(exception: Exception, request_id: str) -> tuple[str, Message]:
    _log.error("unexpected error", exc_info=exception)
    message = Message(
        "Something went wrong on the server. Report the request ID {request_id} to its operator.",
        request_id=request_id,
    )
    return "INTERNAL", message
