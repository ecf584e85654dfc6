"""Tokens of an identity provider (OpenID Connect): whether it signed them, for us, and what they say."""

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx2
import structlog
from joserfc.errors import JoseError

from licensing.documents import strict_json
from licensing.enums import ActorKind
from licensing.messages import Message
from resolvers.auth.identities import Identity
from server.errors import RequestRejected
from server.http_clients.vendor_exchange import ExchangeFailed, exchange
from server.settings import Settings, is_safe_address

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, RSAKey

ALGORITHMS = ("RS256", "PS256", "ES256")
"""By which a token may be signed, whatever its header says: never `none`, and never a secret that both sides share."""
KEY_CACHE_LIFETIME = 600.0
"""Seconds for which the provider's keys are remembered, also while it cannot be reached."""
KEY_REFRESH_INTERVAL = 10.0
"""Seconds between two questions at least, whatever key's name a token has."""
REQUEST_TIMEOUT = 5.0
LEEWAY = 30
"""Seconds by which the provider's clock may differ from ours."""

_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
"""Kinds of token that stand for a user; a logout token, for one, does not."""
_LATEST = 253_402_300_799
"""The last second of the year 9999."""

_INVALID = (JoseError, ValueError, TypeError, KeyError, RecursionError)
"""What a token, or a key, that is none ends in."""
_log = structlog.get_logger("seatkeeper.oidc")


class IdentityProvider:
    """The provider that is set; its keys are fetched when a token first needs them."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._http = httpx2.AsyncClient()
        self._keys: Mapping[str, RSAKey | ECKey] = {}
        self._fetched_at = self._asked_at = -math.inf
        self._asking = asyncio.Lock()

    async def aclose(self) -> None:
        """Closes its connections."""
        await self._http.aclose()

    async def identify(self, token: str, now: datetime) -> Identity | None:
        """Whom a token stands for; None if it is not valid, or gives its user no role here.

        Raises:
            Refused: The provider's keys are not known, and it cannot be reached.
        """
        try:
            return self._identity(await self._verified(token, now))
        except _INVALID as error:
            # Whoever sets this up needs to know what is wrong; nothing of the token is told.
            _log.info("a token of the identity provider is not valid", error=type(error).__name__)
            return None

    async def _verified(self, token: str, now: datetime) -> dict[str, Any]:
        from joserfc import jws, jwt  # loaded with the first token: the same as in `licensing.keys`

        registry = jws.JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        header = jws.extract_compact(token.encode(), registry=registry).headers()
        if str(header.get("typ", "JWT")).casefold() not in _TYPES:
            raise ValueError("another kind of token")
        if "crit" in header:
            raise ValueError("an extension that must be understood")
        key = (await self._known_keys(header["kid"]))[header["kid"]]
        claims = jwt.decode(token, key, registry=registry).claims
        jwt.JWTClaimsRegistry(
            int(now.timestamp()),
            LEEWAY,
            iss={"essential": True, "value": self._settings.oidc_issuer},
            aud={"essential": True, "value": self._settings.oidc_audience},
            exp={"essential": True},
        ).validate(claims)
        return claims

    def _identity(self, claims: dict[str, Any]) -> Identity | None:
        login, roles = claims[self._settings.oidc_login_claim], claims[self._settings.oidc_role_claim]
        is_claimed_only = self._settings.oidc_login_claim == "email" and claims["email_verified"] is not True
        if not isinstance(login, str) or is_claimed_only:
            raise ValueError("no login")
        expires_at = datetime.fromtimestamp(min(claims["exp"] + LEEWAY, _LATEST), UTC)
        held = {roles} if isinstance(roles, str) else set(roles)
        if self._settings.oidc_administrator_role in held:
            return Identity(login, ActorKind.ADMINISTRATOR, expires_at)
        if self._settings.oidc_auditor_role in held:
            return Identity(login, ActorKind.AUDITOR, expires_at)
        return None

    async def _known_keys(self, wanted: str) -> Mapping[str, "RSAKey | ECKey"]:
        """The keys, fetched anew where they are old or lack the one that is wanted, though not all the time."""
        if not (self._are_fresh() and wanted in self._keys):
            async with self._asking:
                is_wanting = not self._are_fresh() or wanted not in self._keys
                if is_wanting and self._clock() >= self._asked_at + KEY_REFRESH_INTERVAL:
                    await self._ask()
        if not self._are_fresh():
            message = Message(
                "The identity provider cannot be reached. Try again in a moment, or sign in with a password."
            )
            raise RequestRejected(503, message, "UNAVAILABLE", {"Retry-After": f"{KEY_REFRESH_INTERVAL:.0f}"})
        return self._keys

    def _are_fresh(self) -> bool:
        return self._clock() < self._fetched_at + KEY_CACHE_LIFETIME

    async def _ask(self) -> None:
        self._asked_at = self._clock()
        issuer = self._settings.oidc_issuer
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT):
                about = await self._fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                if about["issuer"] != issuer or not is_safe_address(about["jwks_uri"]):
                    raise ValueError("another issuer, or keys that could be changed on the way")
                found = await self._fetch(about["jwks_uri"])
            self._keys = dict(_named_keys(found["keys"]))
            self._fetched_at = self._asked_at
        except (ExchangeFailed, TimeoutError, *_INVALID) as error:
            _log.warning("cannot fetch the identity provider's keys", error=type(error).__name__, reason=str(error))

    async def _fetch(self, address: str) -> dict[str, Any]:
        answer = await exchange(self._http, self._http.build_request("GET", address))
        if answer.status != 200:
            raise ValueError(f"status {answer.status}")
        return strict_json.decode(answer.content, dict[str, Any])


def _named_keys(found: list[Any]) -> list[tuple[str, "RSAKey | ECKey"]]:
    """The public keys that have a name; others are passed over, as new kinds of key must be."""
    from joserfc.jwk import ECKey, JWKRegistry, RSAKey

    named: list[tuple[str, RSAKey | ECKey]] = []
    for data in found:
        try:
            key = JWKRegistry.import_key(data)
        except (AttributeError, *_INVALID):
            continue
        if isinstance(key, RSAKey | ECKey) and isinstance(key.kid, str):
            named.append((key.kid, key))
    return named
