"""Who is calling: by an API token in the header, else by the session cookie."""

import structlog
from starlette.requests import HTTPConnection
from starlette.responses import Response

from resolvers.api_tokens import principal_of_token
from resolvers.context import Principal, utc_now
from resolvers.sessions import principal_of_session
from server.errors import Refused
from server.settings import Settings


def cookie_name(settings: Settings) -> str:
    """The session cookie's name; by its prefix a browser takes it from this host alone, and over https."""
    return "__Host-session" if settings.is_https else "session"


def uses_cookie(connection: HTTPConnection, settings: Settings) -> bool:
    """Whether a browser may have added credentials by itself, which a page of another site can make it do."""
    return "authorization" not in connection.headers and cookie_name(settings) in connection.cookies


async def authenticate(connection: HTTPConnection, settings: Settings) -> Principal | None:
    """The caller; None for nobody, which a wrong token is not.

    Raises:
        Refused: There is an `Authorization` header, and it holds no valid token.
    """
    principal = await _find_principal(connection, settings)
    if principal:
        _log_principal(principal)
    return principal


async def principal_of_authorization(authorization: str) -> Principal | None:
    """Whose token `Bearer …` is, as it stands in a header or in a WebSocket's first message; None if nobody's."""
    scheme, _, secret = authorization.partition(" ")
    principal = await principal_of_token(secret.strip(), utc_now()) if scheme.casefold() == "bearer" else None
    if principal:
        _log_principal(principal)
    return principal


async def _find_principal(connection: HTTPConnection, settings: Settings) -> Principal | None:
    if (authorization := connection.headers.get("authorization")) is not None:
        principal = await principal_of_authorization(authorization)
        if principal is None:
            message = "This API token is unknown, expired or revoked. Send one that is valid as Authorization: Bearer."
            raise Refused(401, message, "UNAUTHENTICATED", {"WWW-Authenticate": "Bearer"})
        return principal
    if secret := connection.cookies.get(cookie_name(settings), ""):
        return await principal_of_session(secret, utc_now())
    return None


def _log_principal(principal: Principal) -> None:
    who = principal.user_id or principal.token_id
    structlog.contextvars.bind_contextvars(
        principal=f"{principal.actor.kind} {who}", installation=principal.installation_id
    )


def hand_over_session(response: Response, secret: str, settings: Settings) -> None:
    """Sets the session cookie; an empty secret takes it back."""
    name, secure = cookie_name(settings), settings.is_https
    if secret:
        response.set_cookie(name, secret, httponly=True, secure=secure, samesite="lax", path="/")
    else:
        response.delete_cookie(name, httponly=True, secure=secure, samesite="lax", path="/")
