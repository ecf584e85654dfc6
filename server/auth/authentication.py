"""Authentication of requests by API token, identity provider token or session cookie."""

import structlog
from starlette.requests import HTTPConnection
from starlette.responses import Response

from licensing.messages import Message
from resolvers.auth.api_tokens import authenticate_token
from resolvers.auth.identities import authenticate_identity
from resolvers.auth.sessions import authenticate_session
from resolvers.context import utc_now
from resolvers.principals import Principal
from server.auth.oidc import IdentityProvider
from server.errors import RequestRejected
from server.settings import Settings


def cookie_name(settings: Settings) -> str:
    """Return the session cookie's name; its `__Host-` prefix binds it to this host and to https."""
    return "__Host-session" if settings.is_https else "session"


def uses_cookie(connection: HTTPConnection, settings: Settings) -> bool:
    """Return whether a request is authenticated by the cookie, which browsers also send for pages of other sites."""
    return "authorization" not in connection.headers and cookie_name(settings) in connection.cookies


async def authenticate(connection: HTTPConnection, settings: Settings) -> Principal | None:
    """Return the caller, or None if the request is anonymous.

    Raises:
        RequestRejected: There is an `Authorization` header, and it holds no valid token.
    """
    principal = await _find_principal(connection, settings)
    if principal:
        _bind_principal(principal)
    return principal


async def authenticate_authorization(connection: HTTPConnection, authorization: str) -> Principal | None:
    """Return the principal of `Bearer …` in a WebSocket's `connection_init`, or None if the token is not valid.

    Raises:
        RequestRejected: The identity provider's keys cannot be fetched.
    """
    principal = await _authenticate_bearer(connection, authorization)
    if principal:
        _bind_principal(principal)
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


def _bind_principal(principal: Principal) -> None:
    id_ = principal.user_id or principal.token_id
    structlog.contextvars.bind_contextvars(
        principal=f"{principal.actor.kind} {id_}", installation=principal.installation_id
    )


def set_session_cookie(response: Response, secret: str, settings: Settings) -> None:
    """Set the session cookie, or delete it if the secret is empty."""
    name, secure = cookie_name(settings), settings.is_https
    if secret:
        response.set_cookie(name, secret, httponly=True, secure=secure, samesite="lax", path="/")
    else:
        response.delete_cookie(name, httponly=True, secure=secure, samesite="lax", path="/")
