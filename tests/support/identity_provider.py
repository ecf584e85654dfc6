"""An OpenID Connect identity provider on loopback, which signs tokens and can be made unavailable."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.demo_server import listening

AUDIENCE = "seatkeeper"
ADMINISTRATOR, AUDITOR = "seatkeeper-administrator", "seatkeeper-auditor"


def rsa_key(kid: str) -> RSAKey:
    """Generate a key pair for RS256."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


def ec_key(kid: str) -> ECKey:
    """Generate a key pair for ES256."""
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})


class IdentityProvider:
    """An identity provider; it also signs tokens that a real provider would not issue."""

    def __init__(self, issuer: str, key: Key) -> None:
        """Publish one signing key."""
        self.issuer = issuer
        self.key = key
        self.published: list[Any] = [key.as_dict(private=False)]
        self.metadata: dict[str, Any] = {"issuer": issuer, "jwks_uri": f"{issuer}/keys"}
        self.is_unavailable = False
        self.key_requests = 0

    def rotate(self, key: Key) -> None:
        """Replace the signing key and the published keys."""
        self.key, self.published = key, [key.as_dict(private=False)]

    def token(self, *, header: dict[str, Any] | None = None, key: Any = None, **claims: Any) -> str:
        """Return a token for the administrator `inga`, valid for five minutes; claims that are None are omitted."""
        now = int(time.time())
        signing_key = key or self.key
        payload = {
            "iss": self.issuer, "aud": AUDIENCE, "sub": "7f3c", "iat": now, "exp": now + 300,
            "preferred_username": "inga", "roles": [ADMINISTRATOR], **claims,
        }  # fmt: skip
        head = {"alg": "ES256" if isinstance(signing_key, ECKey) else "RS256", "kid": self.key.kid, **(header or {})}
        head, payload = ({n: v for n, v in part.items() if v is not None} for part in (head, payload))
        return jwt.encode(head, payload, signing_key, algorithms=[head["alg"]])

    def app(self) -> Starlette:
        """Return the ASGI application with the discovery document and the keys."""
        return Starlette(
            routes=[Route("/.well-known/openid-configuration", self._discovery), Route("/keys", self._keys)]
        )

    async def _discovery(self, request: Request) -> Response:
        return JSONResponse(self.metadata, 503 if self.is_unavailable else 200)

    async def _keys(self, request: Request) -> Response:
        self.key_requests += 1
        return JSONResponse({"keys": self.published}, 503 if self.is_unavailable else 200)


@asynccontextmanager
async def running_provider(key: Key) -> AsyncIterator[IdentityProvider]:
    """Run an identity provider for the duration of the block."""
    providers: list[IdentityProvider] = []

    def app(url: str) -> Starlette:
        providers.append(IdentityProvider(url, key))
        return providers[0].app()

    async with listening(app):
        yield providers[0]
