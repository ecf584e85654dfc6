"""The ASGI application: routes, middleware and lifespan."""

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
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from strawberry import Schema
from tortoise.contrib.starlette import RegisterTortoise

from licensing.messages import Message
from models.db.config import tortoise_config
from models.db.migrate import pending_migrations
from server.auth.authentication import authenticate
from server.auth.oidc import IdentityProvider
from server.background.event_feed import event_feed
from server.background.scheduler import Scheduler
from server.background.webhook_sender import WebhookSender
from server.console import DIST_DIR, GraphiQLView, console_routes
from server.errors import RequestRejected, handle_loop_exception, rejection_response
from server.exports.downloads import download
from server.graphql.streams import SEND_TIMEOUT
from server.graphql.view import GraphQLView
from server.health import healthz, readyz
from server.http_clients.vendor_client import INTERACTIVE, VendorClient
from server.http_clients.webhook_client import WebhookClient
from server.middleware.body_limit import BodyLimitMiddleware
from server.middleware.request_log import RequestLogMiddleware
from server.middleware.request_metrics import RequestMetricsMiddleware
from server.middleware.security_headers import SecurityHeadersMiddleware
from server.observability.logs import configure_logs
from server.observability.metrics import Metrics, metrics
from server.settings import Settings, read_settings


class DatabaseOutdated(Exception):
    """The database lacks migrations that this version needs."""

    def __init__(self) -> None:
        super().__init__("The database is not up to date. Run seatkeeper migrate, then start again.")


def from_environment() -> Starlette:
    """Return the application configured by environment variables, and configure logging (uvicorn's app factory)."""
    from schema.build import schema  # imported here, because `create_app` has a parameter of this name

    settings = read_settings()
    configure_logs(settings.log_format)
    app = create_app(settings, schema)
    # Objects made at startup live as long as the process: exclude them from garbage collection, and collect the
    # cycles that requests leave behind less often than by default.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    return app


def create_app(
    settings: Settings, schema: Schema, *, dist_dir: Path = DIST_DIR, send_timeout: float = SEND_TIMEOUT
) -> Starlette:
    """Return the ASGI application that serves a schema, and the console built into `dist_dir`.

    `send_timeout` is the number of seconds after which a client that does not read its stream is disconnected.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        if await pending_migrations(settings.unpooled_url):
            raise DatabaseOutdated
        asyncio.get_running_loop().set_exception_handler(handle_loop_exception)
        config = tortoise_config(
            settings.database_url,
            settings.replica_url,
            pool_size=settings.pool_size,
            uses_pooler=settings.direct_url is not None,
        )
        async with (
            RegisterTortoise(app, config=config),
            running_scheduler(settings),
            running_webhook_sender(settings, app.state.webhook_client),
            app.state.feed.running(),
        ):
            yield
        await app.state.license_servers.aclose()
        await app.state.webhook_client.aclose()
        if app.state.identity_provider:
            await app.state.identity_provider.aclose()

    graphql = GraphQLView(schema, settings, send_timeout=send_timeout)
    routes: list[Route | WebSocketRoute] = [
        Route("/graphql", GraphiQLView(graphql, settings, dist_dir)),
        WebSocketRoute("/graphql", graphql),
        Route("/schema.graphql", schema_sdl),
        Route("/export/{name}.{format}", download),
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
    ]
    collected = Metrics(frozenset({"/", *(route.path for route in routes)}))
    app = Starlette(
        routes=[*routes, *console_routes(dist_dir)],
        middleware=[
            Middleware(RequestMetricsMiddleware, metrics=collected),
            Middleware(RequestLogMiddleware),
            Middleware(SecurityHeadersMiddleware, https=settings.is_https),
            Middleware(BodyLimitMiddleware),
        ],
        exception_handlers={HTTPException: _handle_http_exception},
        lifespan=lifespan,
    )
    app.state.settings, app.state.schema = settings, schema
    app.state.metrics = collected
    app.state.license_servers = VendorClient(INTERACTIVE)
    app.state.identity_provider = IdentityProvider(settings) if settings.oidc_issuer else None
    app.state.webhook_client = WebhookClient(settings.webhook_hosts)
    app.state.feed = event_feed(settings.unpooled_url)
    return app


@asynccontextmanager
async def running_scheduler(settings: Settings) -> AsyncIterator[None]:
    """Run the scheduler in a background task, unless `check_interval` is 0."""
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
async def running_webhook_sender(settings: Settings, client: WebhookClient) -> AsyncIterator[None]:
    """Deliver webhooks in a background task, in the processes that run the scheduler."""
    if not settings.check_interval:
        yield
        return
    async with WebhookSender(client).running():
        yield


async def schema_sdl(request: Request) -> Response:
    """Return the schema in the schema definition language.

    Raises:
        RequestRejected: The caller is not signed in, and `open_schema` is off.
    """
    settings: Settings = request.app.state.settings
    if await authenticate(request, settings) is None and not settings.open_schema:
        raise RequestRejected(401, Message("Sign in, or send an API token, to read the schema."), "UNAUTHENTICATED")
    return PlainTextResponse(request.app.state.schema.as_str() + "\n")


async def _handle_http_exception(request: Request, exception: Exception) -> Response:
    return rejection_response(cast(HTTPException, exception), request.scope)
