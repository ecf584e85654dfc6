"""The pages for browsers: the console, and GraphiQL, both as `npm run build` left them in `web/dist`."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from server.auth.authentication import authenticate
from server.errors import RequestRejected, refusal_response
from server.settings import Settings

DIST_DIR = Path(__file__).parents[1] / "web" / "dist"

CONSOLE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
EXPLORER_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Its editor writes styles into the page."""

_FOR_GOOD = "public, max-age=31536000, immutable"
"""How long an asset may be kept: its name holds a hash of what is in it."""

_WELCOME = """<!doctype html>
<html lang="en">
<title>Seatkeeper</title>
<h1>Seatkeeper</h1>
<p>The license administration API is running; the console is not built here.</p>
<ul>
<li>The API, for GraphQL clients: <code>/graphql</code></li>
<li><a href="/schema.graphql">The schema</a></li>
<li><a href="/readyz">Whether the server is ready</a></li>
</ul>
"""


def console_routes(built: Path) -> list[BaseRoute]:
    """Assets, and the console's page for every path that is not something else; a plain page where it is not built."""
    if not (built / "index.html").is_file():
        return [Route("/", welcome)]

    async def console(request: Request) -> Response:
        """The console finds out by itself which of its screens the path names."""
        if request.url.path != "/" and not wants_page(request):
            raise HTTPException(404)
        return page(built / "index.html", CONSOLE_POLICY)

    assets = GZipMiddleware(Assets(directory=built / "assets"), compresslevel=6)
    return [Mount("/assets", assets), Route("/{path:path}", console)]


async def welcome(request: Request) -> Response:
    """Says where things are."""
    return HTMLResponse(_WELCOME)


class GraphiQLView:
    """GraphiQL for browsers that open `/graphql`; everything else goes on to the API."""

    def __init__(self, graphql: ASGIApp, settings: Settings, built: Path) -> None:
        self.graphql = graphql
        self.settings = settings
        self.path = built / "graphiql.html"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Shows GraphiQL to those who may read the schema, and others the way in."""
        request = Request(scope, receive) if scope["type"] == "http" else None
        if request is None or not self.is_opened(request):
            return await self.graphql(scope, receive, send)
        response: Response
        try:
            may_explore = self.settings.open_schema or await authenticate(request, self.settings)
        except RequestRejected as refusal:
            response = refusal_response(refusal, scope)
        else:
            response = page(self.path, EXPLORER_POLICY) if may_explore else RedirectResponse("/?next=/graphql")
        await response(scope, receive, send)

    def is_opened(self, request: Request) -> bool:
        """Whether a browser opens the address, and does not run an operation by it."""
        return request.method == "GET" and not request.query_params and wants_page(request) and self.path.is_file()


class Assets(StaticFiles):
    """Files whose names change with what is in them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be kept for good."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = _FOR_GOOD
        return response


def page(path: Path, policy: str) -> Response:
    """A built page, asked for anew each time, since it names the assets of the day."""
    return FileResponse(path, headers={"Content-Security-Policy": policy, "Cache-Control": "no-cache"})


def wants_page(request: Request) -> bool:
    """Whether the caller asks for HTML first, as browsers do when they open an address."""
    return request.headers.get("accept", "").partition(",")[0].partition(";")[0].strip() == "text/html"
