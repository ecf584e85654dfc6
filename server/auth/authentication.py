"""Who is calling: by a token in the header, ours or the identity provider's, else by the session cookie."""

import structlog
from starlette.requests import HTTPConnection
from starlette.responses import Response

from licensing.messages import Message
from resolvers.auth.api_tokens import authenticate_token
from resolvers.auth.identities import authenticate_identity
from resolvers.auth.sessions import authenticate_session
from resolvers.context import Principal, utc_now
from server.auth.oidc import IdentityProvider
from server.errors import RequestRejected
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


async def authenticate_authorization(connection: HTTPConnection, authorization: str) -> Principal | None:
    """Whose token `Bearer …` is, as it stands in a WebSocket's first message; None if nobody's.

    Raises:
        Refused: It may be the identity provider's, which cannot be asked for its keys.
    """
    principal = await _authenticate_bearer(connection, authorization)
    if principal:
        _log_principal(principal)
    return principal


async def _authenticate_bearer(connection: HTTPConnection, authorization: str) -> Principal | None:
    scheme, _, secret = authorization.partition(" ")
    secret = secret.strip()
    if scheme.casefold() != "bearer":
        return None
    provider: IdentityProvider | None = connection.app.state.identity_provider
    if provider is None or secret.startswith("skp_"):
        return await authenticate_token(secret, utc_now())
    identity = await provider.identify(secret, utc_now())
    settings: Settings = connection.app.state.settings
    return await authenticate_identity(identity, settings.oidc_installation or None) if identity else None


async def _find_principal(connection: HTTPConnection, settings: Settings) -> Principal | None:
    if (authorization := connection.headers.get("authorization")) is not None:
        principal = await _authenticate_bearer(connection, authorization)
        if principal is None:
            message = Message(
                "This token is unknown, expired or revoked. Send one that is valid as Authorization: Bearer."
            )
            raise RequestRejected(401, message, "UNAUTHENTICATED", {"WWW-Authenticate": "Bearer"})
        return principal
    if secret := connection.cookies.get(cookie_name(settings), ""):
        return await authenticate_session(secret, utc_now())
    return None


def _log_principal(principal: Principal) -> None:
    who = principal.user_id or principal.token_id
    structlog.contextvars.bind_contextvars(
        principal=f"{principal.actor.kind} {who}", installation=principal.installation_id
    )


def set_session_cookie(response: Response, secret: str, settings: Settings) -> None:
    """Sets the session cookie; an empty secret takes it back."""
    name, secure = cookie_name(settings), settings.is_https
    if secret:
        response.set_cookie(name, secret, httponly=True, secure=secure, samesite="lax", path="/")
    else:
        response.delete_cookie(name, httponly=True, secure=secure, samesite="lax", path="/")
