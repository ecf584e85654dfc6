"""No page of another site makes a browser call the API in an administrator's name.

Browsers send the session cookie by themselves, and forms of other sites can send what looks like an operation. A header
that no form can set, and that a script of another origin may set only after asking, tells them apart.
"""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from licensing.messages import Message
from server.auth.authentication import uses_cookie
from server.errors import RequestRejected
from server.settings import Settings

PREFLIGHT_HEADER = "GraphQL-Require-Preflight"


def check_origin(connection: HTTPConnection, settings: Settings, *, form: bool) -> None:
    """Refuses an operation that another site's page may have sent: one with the session cookie, or sent as a form.

    Raises:
        Refused: The preflight header is missing, or the browser says that it comes from elsewhere.
    """
    with_cookie = uses_cookie(connection, settings)
    if not with_cookie and not (form and "authorization" not in connection.headers):
        return
    if PREFLIGHT_HEADER not in connection.headers:
        raise RequestRejected(
            403, Message("Send the header {header} with any value.", header=PREFLIGHT_HEADER), "FORBIDDEN"
        )
    if with_cookie and not _is_from_here(connection, settings.trusted_origins):
        message = Message(
            "Pages of another origin may not use this session. To allow one, see SEATKEEPER_ALLOWED_ORIGINS."
        )
        raise RequestRejected(403, message, "FORBIDDEN")


def check_download(connection: HTTPConnection, settings: Settings) -> None:
    """Refuses a download with the session cookie to which another site's page may have led.

    A link on a page of ours carries no header that we could ask for, but the browser says where the page came from.

    Raises:
        Refused: The browser does not say that it comes from here, and the preflight header is missing.
    """
    if connection.headers.get("sec-fetch-site") != "same-origin":
        check_origin(connection, settings, form=False)


def check_handshake(connection: HTTPConnection, settings: Settings) -> None:
    """Refuses a WebSocket that another site's page may have opened: no header of a script's tells, but its origin does.

    Raises:
        Refused: The origin is another, or is missing where a browser may have added the session cookie.
    """
    has_origin = "origin" in connection.headers
    if not has_origin and not uses_cookie(connection, settings):
        return
    if not has_origin or not _is_from_here(connection, settings.trusted_origins):
        message = Message(
            "Pages of another origin may not open a WebSocket. To allow one, see SEATKEEPER_ALLOWED_ORIGINS."
        )
        raise RequestRejected(403, message, "FORBIDDEN")


def _is_from_here(connection: HTTPConnection, trusted_origins: frozenset[str]) -> bool:
    headers = connection.headers
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if site == "same-origin" or origin in trusted_origins:
        return True
    if site not in (None, "none"):
        return False
    return origin is None or urlsplit(origin).netloc == headers.get("host")
