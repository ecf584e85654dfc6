"""Verification of tokens of an OpenID Connect identity provider."""

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
from server.http_clients.vendor_exchange import RequestFailed, send_request
from server.settings import Settings, is_secure_url

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, RSAKey

ALGORITHMS = ("RS256", "PS256", "ES256")
"""Accepted signature algorithms, which exclude `none` and those with a shared secret (HMAC)."""
KEY_CACHE_LIFETIME = 600.0
"""Seconds for which the provider's keys are cached, also while it is unreachable."""
KEY_REFRESH_INTERVAL = 10.0
"""Minimum seconds between two fetches of the keys, which limits fetches caused by unknown key IDs."""
REQUEST_TIMEOUT = 5.0
"""Seconds for fetching metadata and keys together."""
LEEWAY = 30
"""Seconds by which the provider's clock may differ."""

_TOKEN_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
"""Values of `typ` that denote ID and access tokens, as opposed to logout tokens, for example."""
_MAX_TIMESTAMP = 253_402_300_799
"""The last second of the year 9999, the maximum of `datetime`."""

_INVALID_TOKEN_ERRORS = (JoseError, ValueError, TypeError, KeyError, RecursionError)
"""Exceptions that a malformed token or key may raise."""
_log = structlog.get_logger("seatkeeper.oidc")


class IdentityProvider:
    """The configured identity provider; its keys are fetched when the first token is verified."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._http = httpx2.AsyncClient()
        self._keys: Mapping[str, RSAKey | ECKey] = {}
        self._fetched_at = self._attempted_at = -math.inf
        self._refresh_lock = asyncio.Lock()

    async def aclose(self) -> None:
        """Close the connections to the provider."""
        await self._http.aclose()

    async def identify(self, token: str, now: datetime) -> Identity | None:
        """Return the identity in a token, or None if the token is not valid or its user has no role.

        Raises:
            RequestRejected: The provider's keys are not cached, and it is unreachable.
        """
        try:
            return self._identity_from_claims(await self._verify(token, now))
        except _INVALID_TOKEN_ERRORS as error:
            # The kind of error helps to debug a configuration; the token itself must not be logged.
            _log.info("invalid identity provider token", error=type(error).__name__)
            return None

    async def _verify(self, token: str, now: datetime) -> dict[str, Any]:
        from joserfc import jws, jwt  # imported late, since loading it is slow

        registry = jws.JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        header = jws.extract_compact(token.encode(), registry=registry).headers()
        if str(header.get("typ", "JWT")).casefold() not in _TOKEN_TYPES:
            raise ValueError("unsupported typ")
        if "crit" in header:
            raise ValueError("unsupported critical header")
        key = (await self._get_keys(header["kid"]))[header["kid"]]
        claims = jwt.decode(token, key, registry=registry).claims
        jwt.JWTClaimsRegistry(
            int(now.timestamp()),
            LEEWAY,
            iss={"essential": True, "value": self._settings.oidc_issuer},
            aud={"essential": True, "value": self._settings.oidc_audience},
            exp={"essential": True},
        ).validate(claims)
        return claims

    def _identity_from_claims(self, claims: dict[str, Any]) -> Identity | None:
        login, roles = claims[self._settings.oidc_login_claim], claims[self._settings.oidc_role_claim]
        is_unverified_email = self._settings.oidc_login_claim == "email" and claims["email_verified"] is not True
        if not isinstance(login, str) or is_unverified_email:
            raise ValueError("no login")
        expires_at = datetime.fromtimestamp(min(claims["exp"] + LEEWAY, _MAX_TIMESTAMP), UTC)
        user_roles = {roles} if isinstance(roles, str) else set(roles)
        if self._settings.oidc_administrator_role in user_roles:
            return Identity(login, ActorKind.ADMINISTRATOR, expires_at)
        if self._settings.oidc_auditor_role in user_roles:
            return Identity(login, ActorKind.AUDITOR, expires_at)
        return None

    async def _get_keys(self, key_id: str) -> Mapping[str, "RSAKey | ECKey"]:
        """Return the keys by ID; fetch them first if they are stale or lack `key_id`, within the refresh interval."""
        if not (self._has_fresh_keys() and key_id in self._keys):
            async with self._refresh_lock:
                needs_refresh = not self._has_fresh_keys() or key_id not in self._keys
                if needs_refresh and self._clock() >= self._attempted_at + KEY_REFRESH_INTERVAL:
                    await self._refresh_keys()
        if not self._has_fresh_keys():
            message = Message(
                "The identity provider cannot be reached. Try again in a moment, or sign in with a password."
            )
            raise RequestRejected(503, message, "UNAVAILABLE", {"Retry-After": f"{KEY_REFRESH_INTERVAL:.0f}"})
        return self._keys

    def _has_fresh_keys(self) -> bool:
        return self._clock() < self._fetched_at + KEY_CACHE_LIFETIME

    async def _refresh_keys(self) -> None:
        self._attempted_at = self._clock()
        issuer = self._settings.oidc_issuer
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT):
                metadata = await self._fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                if metadata["issuer"] != issuer or not is_secure_url(metadata["jwks_uri"]):
                    raise ValueError("the metadata names another issuer, or an insecure jwks_uri")
                jwks = await self._fetch(metadata["jwks_uri"])
            self._keys = _keys_by_id(jwks["keys"])
            self._fetched_at = self._attempted_at
        except (RequestFailed, TimeoutError, *_INVALID_TOKEN_ERRORS) as error:
            _log.warning("identity provider keys unavailable", error=type(error).__name__, reason=str(error))

    async def _fetch(self, url: str) -> dict[str, Any]:
        response = await send_request(self._http, self._http.build_request("GET", url))
        if response.status != 200:
            raise ValueError(f"status {response.status}")
        return strict_json.decode(response.content, dict[str, Any])


def _keys_by_id(jwks: list[Any]) -> dict[str, "RSAKey | ECKey"]:
    """Return the RSA and EC keys that have an ID; other keys are skipped, since providers may add new types."""
    from joserfc.jwk import ECKey, JWKRegistry, RSAKey

    keys: dict[str, RSAKey | ECKey] = {}
    for jwk in jwks:
        try:
            key = JWKRegistry.import_key(jwk)
        except (AttributeError, *_INVALID_TOKEN_ERRORS):
            continue
        if isinstance(key, RSAKey | ECKey) and isinstance(key.kid, str):
            keys[key.kid] = key
    return keys
