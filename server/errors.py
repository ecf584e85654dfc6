"""What a client is told when something goes wrong: inside an answer of GraphQL's, or instead of one."""

import re
from collections.abc import Mapping
from typing import Any

import asyncpg
import structlog
from graphql import GraphQLError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from strawberry.relay.types import GlobalIDValueError

from licensing.errors import LicensingError
from models.reach import UNREACHABLE
from resolvers.errors import CallRefused

STATUS = {
    "BAD_USER_INPUT": 400,
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "IDEMPOTENCY_KEY_REUSED": 422,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "TIMEOUT": 504,
}
"""The status of an answer that carries no data, by the code of its first error."""

_log = structlog.get_logger("seatkeeper.errors")


class Refused(HTTPException):
    """A request that is refused before GraphQL sees it."""

    def __init__(
        self, status_code: int, message: str, code: str = "BAD_USER_INPUT", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status_code, message, headers)
        self.code = code


def refusal_response(refusal: HTTPException) -> JSONResponse:
    """The answer to a request that was refused."""
    extensions = {"code": refusal.code} if isinstance(refusal, Refused) else {}
    structlog.contextvars.bind_contextvars(outcome=extensions.get("code", "REFUSED"))
    return _json({"message": refusal.detail, "extensions": extensions}, refusal.status_code, refusal.headers)


def failure_response(failure: Exception, request_id: str) -> JSONResponse:
    """The answer where something broke that should not; what it was stands in the log alone."""
    code, message = _known_failure(failure) or _unexpected(failure, request_id)
    structlog.contextvars.bind_contextvars(outcome=code)
    return _json({"message": message, "extensions": {"code": code, "requestId": request_id}}, STATUS[code])


def describe(error: GraphQLError, request_id: str, *, suggest: bool) -> dict[str, Any]:
    """An error as clients see it: with a code, and with nothing of the inside; `suggest` lets it name what exists."""
    described: dict[str, Any] = dict(error.formatted)
    extensions = dict(error.extensions or {})
    cause = _cause(error)
    if "code" not in extensions and cause is not None and not isinstance(cause, _REFUSALS):
        extensions["code"], described["message"] = _known_failure(cause) or _unexpected(cause, request_id)
        if extensions["code"] == "INTERNAL":
            extensions["requestId"] = request_id
    elif isinstance(cause, CallRefused):
        extensions["code"] = cause.code
    extensions.setdefault("code", "BAD_USER_INPUT")
    if not suggest:
        described["message"] = re.sub(r" Did you mean .*\?$", "", described["message"], flags=re.DOTALL)
    return {**described, "extensions": extensions}


_REFUSALS = (CallRefused, LicensingError, GlobalIDValueError, GraphQLError)
"""Exceptions whose messages are meant for clients."""


_TOO_SLOW = (TimeoutError, asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError)


def _json(error: dict[str, Any], status_code: int, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"errors": [error]}, status_code, headers)


def _cause(error: GraphQLError) -> Exception | None:
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _known_failure(failure: Exception) -> tuple[str, str] | None:
    if isinstance(failure, UNREACHABLE):
        _log.warning("the database cannot be reached", error=type(failure).__name__)
        return "UNAVAILABLE", "The database cannot be reached. Try again in a moment."
    if isinstance(failure, _TOO_SLOW):
        return "TIMEOUT", "This took too long, and nothing was changed. Ask for less, or try again in a moment."
    if isinstance(failure, RecursionError):
        return "BAD_USER_INPUT", "The document is nested too deeply. Ask for less at once."
    return None


def _unexpected(failure: Exception, request_id: str) -> tuple[str, str]:
    _log.error("unexpected error", exc_info=failure)
    return "INTERNAL", f"Something went wrong in the server. Tell whoever runs it the request id {request_id}."
