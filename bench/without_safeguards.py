"""The same API without its safeguards, to measure their cost: `python -m bench.without_safeguards PORT`.

Never serve it.

Nobody is asked for credentials: the caller is whoever `BENCH_INSTALLATION` belongs to. Nothing is charged, measured,
logged or limited, requests have one id, and answers lack the headers for browsers. A document is read and validated as
ever, for its limits are remembered with it.
"""

import os
import sys
from typing import Any
from unittest.mock import patch

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

import server.app
import server.graphql.view
from resolvers.context import ALL_SCOPES, COMMAND_LINE, Principal
from schema.build import schema
from schema.execution.document import Document
from server.graphql.rate_limiter import RateLimiter, RateLimitResult
from server.graphql.streams import Protocol
from server.settings import DEFAULT_RATE, read_settings

CALLER = Principal(int(os.environ["BENCH_INSTALLATION"]), COMMAND_LINE, ALL_SCOPES)
CHARGE = RateLimitResult(1, 1, DEFAULT_RATE)


async def no_question(*asked: object) -> Principal:
    """Anybody is the caller."""
    return CALLER


def nothing(*asked: object, **more: object) -> None:
    """Lets anything pass."""


def one_id(app: ASGIApp) -> ASGIApp:
    """Calls every request the same."""

    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["request_id"] = "bench"
        await app(scope, receive, send)

    return named


def undefended() -> ASGIApp:
    """The application without its middleware."""
    app = server.app.create_app(read_settings(), schema)
    app.user_middleware.clear()
    return one_id(app)


def main() -> None:
    """Serves it as `seatkeeper serve` does."""
    without: list[Any] = [
        patch.object(server.graphql.view, "authenticate", no_question),
        patch.object(server.graphql.view, "check_origin", nothing),
        patch.object(server.graphql.view.structlog.contextvars, "bind_contextvars", nothing),
        patch.object(RateLimiter, "charge", lambda *asked: CHARGE),
        patch.object(Document, "cost", lambda *asked: 1),
        patch.object(Document, "check", nothing),
    ]
    for defense in without:
        defense.start()
    uvicorn.run(undefended(), port=int(sys.argv[1]), http=Protocol, log_config=None, access_log=False)


if __name__ == "__main__":
    main()
