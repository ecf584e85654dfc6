"""What a client is told when something goes wrong: inside an answer of GraphQL's, or instead of one."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import structlog
from graphql import GraphQLError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import Scope
from strawberry.relay.types import GlobalIDValueError

from licensing.errors import LicensingError
from licensing.messages import Language, Message
from models.db.errors import CONFLICTS, is_too_slow, is_unreachable
from resolvers.errors import RequestError
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
"""The status of an answer that carries no data, by the code of its first error."""

TOO_SLOW = Message("This took too long, and nothing was changed. Ask for less, or try again in a moment.")

MAX_MESSAGE_LENGTH = 1_000
"""Characters: some messages repeat what the client has sent."""

_log = structlog.get_logger("seatkeeper.errors")


class RequestRejected(HTTPException):
    """A request that is refused before GraphQL sees it."""

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
        """What the answer tells beside the error."""


def refusal_response(refusal: HTTPException, scope: Scope) -> JSONResponse:
    """The answer to a request that was refused, in the language that it asks for."""
    message, extensions = refusal.detail, {}
    if isinstance(refusal, RequestRejected):
        message, extensions = refusal.message.in_language(language_of(scope)), {"code": refusal.code}
    structlog.contextvars.bind_contextvars(outcome=extensions.get("code", "REFUSED"))
    answer: dict[str, Any] = {"errors": [{"message": message, "extensions": extensions}]}
    if isinstance(refusal, RequestRejected) and refusal.extensions:
        answer["extensions"] = refusal.extensions
    return JSONResponse(answer, refusal.status_code, refusal.headers)


def failure_response(failure: Exception, request_id: str, scope: Scope) -> JSONResponse:
    """The answer where something broke that should not; what it was stands in the log alone."""
    code, words = _known_failure(failure) or _unexpected(failure, request_id)
    message = words.in_language(language_of(scope))
    structlog.contextvars.bind_contextvars(outcome=code)
    error = {"message": message, "extensions": {"code": code, "requestId": request_id}}
    return JSONResponse({"errors": [error]}, STATUS[code])


def note_unretrieved(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What the event loop says of tasks that nobody waits for; in words where the database is away."""
    failure = context.get("exception")
    if isinstance(failure, Exception) and is_unreachable(failure):
        _known_failure(failure)
    else:
        loop.default_exception_handler(context)


def describe(error: GraphQLError, request_id: str, language: Language, *, suggest: bool) -> dict[str, Any]:
    """An error as clients see it: with a code, and with nothing of the inside; `suggest` lets it name what exists.

    What GraphQL itself says of a document or of its variables is in English whatever the language.
    """
    described: dict[str, Any] = dict(error.formatted)
    extensions = dict(error.extensions or {})
    cause = _cause(error)
    if "code" not in extensions and cause is not None and is_failure(error):
        extensions["code"], words = _known_failure(cause) or _unexpected(cause, request_id)
        described["message"] = words.in_language(language)
        if extensions["code"] == "INTERNAL":
            extensions["requestId"] = request_id
    elif isinstance(cause, RequestError | RequestRejected):
        extensions["code"], described["message"] = cause.code, cause.message.in_language(language)
    extensions.setdefault("code", "BAD_USER_INPUT")
    if not suggest:
        described["message"] = re.sub(r" Did you mean .*\?$", "", described["message"], flags=re.DOTALL)
    return {**described, "message": described["message"][:MAX_MESSAGE_LENGTH], "extensions": extensions}


def is_failure(error: GraphQLError) -> bool:
    """Whether something broke, other than by what the caller asked for."""
    cause = _cause(error)
    return cause is not None and not isinstance(cause, _REFUSALS)


_REFUSALS = (RequestError, LicensingError, GlobalIDValueError, GraphQLError)
"""Exceptions whose messages are meant for clients."""


def _cause(error: GraphQLError) -> Exception | None:
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _known_failure(failure: Exception) -> tuple[str, Message] | None:
    if isinstance(failure, CONFLICTS):
        text = Message("Others changed the same at the same time, and nothing was changed. Try again in a moment.")
        return "UNAVAILABLE", text
    if is_too_slow(failure):
        return "TIMEOUT", TOO_SLOW
    if is_unreachable(failure):
        _log.warning("the database cannot be used", error=type(failure).__name__, reason=str(failure))
        return "UNAVAILABLE", Message("The database is away or full, and nothing was changed. Try again in a moment.")
    if isinstance(failure, RecursionError):
        return "BAD_USER_INPUT", Message("The document is nested too deeply. Ask for less at once.")
    return None


def _unexpected(failure: Exception, request_id: str) -> tuple[str, Message]:
    _log.error("unexpected error", exc_info=failure)
    text = Message(
        "Something went wrong in the server. Tell whoever runs it the request id {request_id}.", request_id=request_id
    )
    return "INTERNAL", text
