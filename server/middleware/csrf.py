"""Protection against cross-site request forgery.

Browsers attach the session cookie to requests of any site, and a form of another site can imitate an operation. Such
requests must carry a header that forms cannot set, and that scripts of another origin can set only after a CORS
preflight request; in addition, the browser's `Origin` or `Sec-Fetch-Site` must name a trusted origin.
"""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from licensing.messages import Message
from server.auth.authentication import uses_cookie
from server.errors import RequestRejected
from server.settings import Settings

PREFLIGHT_HEADER = "GraphQL-Require-Preflight"


def check_origin(connection: HTTPConnection, settings: Settings, *, form: bool) -> None:
    """Reject a forged operation; only requests with the session cookie, and forms without a token, are checked.

    Raises:
        RequestRejected: The preflight header is missing, or the request comes from another origin.
    """
    with_cookie = uses_cookie(connection, settings)
    if not with_cookie and not (form and "authorization" not in connection.headers):
        return
    if PREFLIGHT_HEADER not in connection.headers:
        raise RequestRejected(
            403, Message("Send the header {header} with any value.", header=PREFLIGHT_HEADER), "FORBIDDEN"
        )
    if with_cookie and not _is_trusted_origin(connection, settings.trusted_origins):
        message = Message(
            "Pages of another origin may not use this session. To allow one, see SEATKEEPER_ALLOWED_ORIGINS."
        )
        raise RequestRejected(403, message, "FORBIDDEN")


def check_download(connection: HTTPConnection, settings: Settings) -> None:
    """Reject a forged download.

    A link in the console cannot set the preflight header, so a same-origin `Sec-Fetch-Site` is accepted instead.

    Raises:
        RequestRejected: The request is not same-origin, and `check_origin` rejects it.
    """
    if connection.headers.get("sec-fetch-site") != "same-origin":
        check_origin(connection, settings, form=False)


def check_handshake(connection: HTTPConnection, settings: Settings) -> None:
    """Reject a forged WebSocket handshake by its `Origin`, since scripts cannot set headers of a handshake.

    Raises:
        RequestRejected: The origin is not trusted, or it is missing although the session cookie was sent.
    """
    has_origin = "origin" in connection.headers
    if not has_origin and not uses_cookie(connection, settings):
        return
    if not has_origin or not _is_trusted_origin(connection, settings.trusted_origins):
        message = Message(
            "Pages of another origin may not open a WebSocket. To allow one, see SEATKEEPER_ALLOWED_ORIGINS."
        )
        raise RequestRejected(403, message, "FORBIDDEN")


def _is_trusted_origin(connection: HTTPConnection, trusted_origins: frozenset[str]) -> bool:
    headers = connection.headers
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if site == "same-origin" or origin in trusted_origins:
        return True
    if site not in (None, "none"):
        return False
    return origin is None or urlsplit(origin).netloc == headers.get("host")
