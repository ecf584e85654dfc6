"""The same API without its safeguards, to measure their cost: `python -m bench.without_safeguards PORT`.

Never serve it.

Every request is authenticated as the command line of the installation with the ID in `BENCH_INSTALLATION`. Requests
are not rate limited, measured or logged, all have the same ID, and responses lack the security headers. Documents are
parsed and validated as usual, since the results are cached with the document.
"""

import os
import sys
from typing import Any
from unittest.mock import patch

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

import server.app
import server.graphql.view
from resolvers.principals import ALL_SCOPES, COMMAND_LINE, Principal
from schema.build import schema
from schema.execution.document import Document
from server.graphql.rate_limiter import RateLimiter, RateLimitResult
from server.middleware.uvicorn_protocol import UvicornProtocol
from server.settings import DEFAULT_RATE_LIMIT, read_settings

PRINCIPAL = Principal(int(os.environ["BENCH_INSTALLATION"]), COMMAND_LINE, ALL_SCOPES)
RATE_LIMIT_RESULT = RateLimitResult(1, 1, DEFAULT_RATE_LIMIT)


async def authenticate_always(*args: object) -> Principal:
    """Return the fixed principal."""
    return PRINCIPAL


def do_nothing(*args: object, **kwargs: object) -> None:
    """Accept any arguments and do nothing."""


def with_fixed_request_id(app: ASGIApp) -> ASGIApp:
    """Wrap an application so that every request has the same ID."""

    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["request_id"] = "bench"
        await app(scope, receive, send)

    return named


def app_without_safeguards() -> ASGIApp:
    """Create the application without its middleware."""
    app = server.app.create_app(read_settings(), schema)
    app.user_middleware.clear()
    return with_fixed_request_id(app)


def main() -> None:
    """Serve the application without its safeguards."""
    patches: list[Any] = [
        patch.object(server.graphql.view, "authenticate", authenticate_always),
        patch.object(server.graphql.view, "check_origin", do_nothing),
        patch.object(server.graphql.view.structlog.contextvars, "bind_contextvars", do_nothing),
        patch.object(RateLimiter, "admit", lambda *args: 0),
        patch.object(RateLimiter, "require", do_nothing),
        patch.object(RateLimiter, "charge", lambda *args, **kwargs: RATE_LIMIT_RESULT),
        patch.object(Document, "cost", lambda *args: 1),
        patch.object(Document, "check", do_nothing),
    ]
    for safeguard in patches:
        safeguard.start()
    uvicorn.run(
        app_without_safeguards(), port=int(sys.argv[1]), http=UvicornProtocol, log_config=None, access_log=False
    )


if __name__ == "__main__":
    main()
