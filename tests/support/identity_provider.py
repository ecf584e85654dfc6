"""An identity provider on loopback: it signs tokens, says by which keys, and can be away."""

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

from tests.acceptance.conftest import listening

AUDIENCE = "seatkeeper"
ADMINISTRATOR, AUDITOR = "seatkeeper-administrator", "seatkeeper-auditor"


def rsa_key(kid: str) -> RSAKey:
    """A pair that signs by RS256."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


def ec_key(kid: str) -> ECKey:
    """A pair that signs by ES256."""
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})


class Provider:
    """What it is asked, what it answers, and tokens of every kind, also those that no provider issues."""

    def __init__(self, issuer: str, key: Key) -> None:
        """Has one key."""
        self.issuer = issuer
        self.key = key
        self.published: list[Any] = [key.as_dict(private=False)]
        self.about: dict[str, Any] = {"issuer": issuer, "jwks_uri": f"{issuer}/keys"}
        self.is_away = False
        self.asked_for_keys = 0

    def rotate(self, key: Key) -> None:
        """Signs with another key from now on, and publishes that one alone."""
        self.key, self.published = key, [key.as_dict(private=False)]

    def token(self, *, header: dict[str, Any] | None = None, key: Any = None, **claims: Any) -> str:
        """A token for `inga`, an administrator, that lasts five minutes; a claim that is None is left out."""
        now = int(time.time())
        signing = key or self.key
        stated = {
            "iss": self.issuer, "aud": AUDIENCE, "sub": "7f3c", "iat": now, "exp": now + 300,
            "preferred_username": "inga", "roles": [ADMINISTRATOR], **claims,
        }  # fmt: skip
        head = {"alg": "ES256" if isinstance(signing, ECKey) else "RS256", "kid": self.key.kid, **(header or {})}
        given = {name: value for name, value in stated.items() if value is not None}
        return jwt.encode({n: v for n, v in head.items() if v is not None}, given, signing, algorithms=[head["alg"]])

    def app(self) -> Starlette:
        """Its address for discovery, and its keys."""
        return Starlette(
            routes=[Route("/.well-known/openid-configuration", self._discovery), Route("/keys", self._keys)]
        )

    async def _discovery(self, request: Request) -> Response:
        return JSONResponse(self.about, 503 if self.is_away else 200)

    async def _keys(self, request: Request) -> Response:
        self.asked_for_keys += 1
        return JSONResponse({"keys": self.published}, 503 if self.is_away else 200)


@asynccontextmanager
async def running_provider(key: Key) -> AsyncIterator[Provider]:
    """A provider that listens."""
    made: list[Provider] = []

    def app(url: str) -> Starlette:
        made.append(Provider(url, key))
        return made[0].app()

    async with listening(app):
        yield made[0]
