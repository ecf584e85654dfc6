"""The console and GraphiQL, as `npm run build` wrote them to `web/dist`."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from server.auth.authentication import authenticate
from server.errors import RequestRejected, rejection_response
from server.settings import Settings

DIST_DIR = Path(__file__).parents[1] / "web" / "dist"

CONSOLE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
GRAPHIQL_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Allows inline styles, which GraphiQL's editor inserts."""

_IMMUTABLE = "public, max-age=31536000, immutable"
"""`Cache-Control` of assets, whose names contain a hash of their contents."""

_WELCOME_PAGE = """<!doctype html>
<html lang="en">
<title>Seatkeeper</title>
<h1>Seatkeeper</h1>
<p>The license administration API is running; the console has not been built.</p>
<ul>
<li>The API, for GraphQL clients: <code>/graphql</code></li>
<li><a href="/schema.graphql">The schema</a></li>
<li><a href="/readyz">Readiness of the server</a></li>
</ul>
"""


def console_routes(dist_dir: Path) -> list[BaseRoute]:
    """Return the routes of assets, and of the console on all other paths; of a welcome page if it is not built."""
    if not (dist_dir / "index.html").is_file():
        return [Route("/", welcome)]

    async def console(request: Request) -> Response:
        """Return the console's page, which selects a screen by the path."""
        if request.url.path != "/" and not prefers_html(request):
            raise HTTPException(404)
        return page_response(dist_dir / "index.html", CONSOLE_POLICY)

    assets = GZipMiddleware(AssetFiles(directory=dist_dir / "assets"), compresslevel=6)
    return [Mount("/assets", assets), Route("/{path:path}", console)]


async def welcome(request: Request) -> Response:
    """Return a page that links to the API's endpoints."""
    return HTMLResponse(_WELCOME_PAGE)


class GraphiQLView:
    """Serves GraphiQL to browsers that open `/graphql`, and passes every other request on to the API."""

    def __init__(self, graphql: ASGIApp, settings: Settings, dist_dir: Path) -> None:
        self.graphql = graphql
        self.settings = settings
        self.path = dist_dir / "graphiql.html"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve GraphiQL to callers that may read the schema, and redirect others to the sign-in page."""
        request = Request(scope, receive) if scope["type"] == "http" else None
        if request is None or not self.is_page_request(request):
            return await self.graphql(scope, receive, send)
        response: Response
        try:
            may_read_schema = self.settings.open_schema or await authenticate(request, self.settings)
        except RequestRejected as rejection:
            response = rejection_response(rejection, scope)
        else:
            response = (
                page_response(self.path, GRAPHIQL_POLICY) if may_read_schema else RedirectResponse("/?next=/graphql")
            )
        await response(scope, receive, send)

    def is_page_request(self, request: Request) -> bool:
        """Return whether a browser opens the URL without an operation in its query string."""
        return request.method == "GET" and not request.query_params and prefers_html(request) and self.path.is_file()


class AssetFiles(StaticFiles):
    """Static files that browsers may cache forever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file as immutable."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = _IMMUTABLE
        return response


def page_response(path: Path, policy: str) -> Response:
    """Return a built page, which browsers must revalidate, since the names of its assets change with each build."""
    return FileResponse(path, headers={"Content-Security-Policy": policy, "Cache-Control": "no-cache"})


def prefers_html(request: Request) -> bool:
    """Return whether HTML is the first media type in `Accept`, as in a browser's navigation requests."""
    return request.headers.get("accept", "").partition(",")[0].partition(";")[0].strip() == "text/html"
