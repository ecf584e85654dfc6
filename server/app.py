"""The application: every path that the server answers."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as ASGIMessage
from strawberry import Schema
from tortoise.connection import get_connection
from tortoise.contrib.starlette import RegisterTortoise

from licensing.messages import Message
from models.db.config import tortoise_config
from models.db.migrate import pending_migrations
from models.db.replica import PRIMARY
from server.auth.authentication import authenticate
from server.auth.oidc import IdentityProvider
from server.background.event_feed import event_feed
from server.background.scheduler import Scheduler
from server.background.webhook_sender import WebhookSender
from server.console import DIST_DIR, GraphiQLView, console_routes
from server.errors import RequestRejected, note_unretrieved, refusal_response
from server.exports.downloads import download
from server.graphql.streams import SEND_TIMEOUT
from server.graphql.view import GraphQLView
from server.http_clients.vendor_client import INTERACTIVE, VendorClient
from server.http_clients.webhook_client import WebhookClient
from server.middleware.body_limit import BodyLimitMiddleware
from server.observability.logs import RequestLogMiddleware, configure_logs
from server.observability.metrics import Metrics, RequestMetricsMiddleware, metrics
from server.settings import Settings, read_settings

DATABASE_TIMEOUT = 1.5
"""Seconds in which the database answers, or the server is not ready: which is known before 2 are over."""

_CONTENT_POLICY = b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class DatabaseOutdated(Exception):
    """The database lacks migrations that this version needs."""

    def __init__(self) -> None:
        super().__init__("The database is not up to date. Run seatkeeper migrate, then start again.")


def from_environment() -> Starlette:
    """What each process of a server runs: the API, set by environment variables, with its log set up."""
    from schema.build import schema  # here, since the name is that of a parameter below

    settings = read_settings()
    configure_logs(settings.log_format)
    app = create_app(settings, schema)
    # What stays for good is not looked through again and again, and what answers leave behind not at each turn.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    return app


def create_app(
    settings: Settings, schema: Schema, *, built: Path = DIST_DIR, send_timeout: float = SEND_TIMEOUT
) -> Starlette:
    """The ASGI application over a schema, with the pages that were built."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        if await pending_migrations(settings.unpooled_url):
            raise DatabaseOutdated
        asyncio.get_running_loop().set_exception_handler(note_unretrieved)
        config = tortoise_config(
            settings.database_url,
            settings.replica_url,
            pool_size=settings.pool_size,
            by_pooler=settings.direct_url is not None,
        )
        database = RegisterTortoise(app, config=config)
        async with database, checking(settings), sending(settings, app.state.webhook_client), app.state.feed.running():
            yield
        await app.state.license_servers.aclose()
        await app.state.webhook_client.aclose()
        if app.state.identity_provider:
            await app.state.identity_provider.aclose()

    graphql = GraphQLView(schema, settings, send_timeout=send_timeout)
    routes: list[Route | WebSocketRoute] = [
        Route("/graphql", GraphiQLView(graphql, settings, built)),
        WebSocketRoute("/graphql", graphql),
        Route("/schema.graphql", printed_schema),
        Route("/export/{name}.{format}", download),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
    ]
    counts = Metrics(frozenset({"/", *(route.path for route in routes)}))
    app = Starlette(
        routes=[*routes, *console_routes(built)],
        middleware=[
            Middleware(RequestMetricsMiddleware, metrics=counts),
            Middleware(RequestLogMiddleware),
            Middleware(SecurityHeadersMiddleware, https=settings.is_https),
            Middleware(BodyLimitMiddleware),
        ],
        exception_handlers={HTTPException: _refusal},
        lifespan=lifespan,
    )
    app.state.settings, app.state.schema = settings, schema
    app.state.metrics = counts
    app.state.license_servers = VendorClient(INTERACTIVE)
    app.state.identity_provider = IdentityProvider(settings) if settings.oidc_issuer else None
    app.state.webhook_client = WebhookClient(settings.webhook_hosts)
    app.state.feed = event_feed(settings.unpooled_url)
    return app


@asynccontextmanager
async def checking(settings: Settings) -> AsyncIterator[None]:
    """Runs the checker beside the requests, unless it is set to run elsewhere."""
    if not settings.check_interval:
        yield
        return
    client = VendorClient()
    task = asyncio.create_task(Scheduler(client).run(settings.check_interval))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await client.aclose()


@asynccontextmanager
async def sending(settings: Settings, client: WebhookClient) -> AsyncIterator[None]:
    """Tells webhooks beside the requests, in the processes that run the checker."""
    if not settings.check_interval:
        yield
        return
    async with WebhookSender(client).running():
        yield


async def printed_schema(request: Request) -> Response:
    """The schema as text, for those who may see it."""
    settings: Settings = request.app.state.settings
    if await authenticate(request, settings) is None and not settings.open_schema:
        raise RequestRejected(401, Message("Sign in, or send an API token, to read the schema."), "UNAUTHENTICATED")
    return PlainTextResponse(request.app.state.schema.as_str() + "\n")


async def healthz(request: Request) -> Response:
    """Whether the process answers."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    """Whether the database answers, too."""
    asking = asyncio.create_task(_database_answers())
    done, _ = await asyncio.wait({asking}, timeout=DATABASE_TIMEOUT)
    if done and asking.result():
        return JSONResponse({"status": "ok"})
    asking.cancel()  # not waited for: that takes time, too
    return JSONResponse({"status": "the database does not answer"}, 503)


async def _database_answers() -> bool:
    try:
        await get_connection(PRIMARY).execute_query("SELECT 1")
    except Exception:
        # Whatever is wrong with the database, the answer is the same: send requests elsewhere.
        return False
    return True


class SecurityHeadersMiddleware:
    """Forbids browsers what no answer needs; an answer that needs more sets its own header."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.headers = [
            (b"cache-control", b"no-store"),
            (b"content-security-policy", _CONTENT_POLICY),
            (b"referrer-policy", b"no-referrer"),
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
        ]
        if https:
            self.headers.append((b"strict-transport-security", b"max-age=31536000"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Adds the headers to the answer."""

        async def send_with_headers(message: ASGIMessage) -> None:
            if message["type"] == "http.response.start":
                given = message["headers"]
                names = {name for name, _ in given}
                message["headers"] = [*given, *(header for header in self.headers if header[0] not in names)]
            await send(message)

        await self.app(scope, receive, send_with_headers)


async def _refusal(request: Request, refusal: Exception) -> Response:
    return refusal_response(cast(HTTPException, refusal), request.scope)
