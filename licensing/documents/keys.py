"""The keys that vendors sign with: Ed25519, as JSON Web Keys (RFC 7517, RFC 8037), named by thumbprint (RFC 7638).

What signs and verifies is loaded when it is first needed: it takes 9 MB, and a server seldom verifies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import msgspec
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode

from licensing.documents import strict_json
from licensing.errors import Invalid
from licensing.messages import Message

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from joserfc.jwk import OKPKey

SigningKey: TypeAlias = "OKPKey"
"""A private Ed25519 key. Only the issuer's commands and tests have one; the server never does."""

# RFC 9864 names the algorithm; files signed before it say EdDSA (RFC 8037).
ALGORITHM = "Ed25519"
READABLE_ALGORITHMS = frozenset({"Ed25519", "EdDSA"})

NumericDate = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]
"""Seconds since 1970 (RFC 7519, section 2), up to the year 9999, whole."""


@dataclass(frozen=True)
class PublicKey:
    """A vendor's public key as it was handed over.

    Attributes:
        kid: RFC 7638 thumbprint.
        jwk: The public members alone.
        not_before: When it becomes valid; None for always.
        not_after: When it stops being valid; None for never.
    """

    kid: str
    jwk: Mapping[str, str]
    not_before: datetime | None
    not_after: datetime | None

    def trusted_for(self, vendor: str) -> TrustedKey:
        """This key, trusted to sign for that vendor."""
        return TrustedKey(self.kid, vendor, self.jwk, self.not_before, self.not_after)


@dataclass(frozen=True)
class TrustedKey:
    """A public key that an installation trusts, or did, to sign for one vendor.

    Attributes:
        kid: RFC 7638 thumbprint.
        vendor: The vendor's key, such as `superoffice`.
        jwk: The public members alone.
        not_before: When it becomes valid; None for always.
        not_after: When it stops being valid; None for never.
        distrusted_at: When it stopped being trusted; None while it is.
    """

    kid: str
    vendor: str
    jwk: Mapping[str, str]
    not_before: datetime | None = None
    not_after: datetime | None = None
    distrusted_at: datetime | None = None

    def is_trusted_at(self, now: datetime) -> bool:
        """Whether what it signs counts at this moment."""
        return (
            (self.not_before is None or self.not_before <= now)
            and (self.not_after is None or now < self.not_after)
            and (self.distrusted_at is None or now < self.distrusted_at)
        )

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's, over these bytes."""
        from cryptography.exceptions import InvalidSignature

        try:
            _public(self.jwk["x"]).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def generate() -> SigningKey:
    """A new private key."""
    from joserfc.jwk import OKPKey

    return OKPKey.generate_key("Ed25519")


def public_jwk(private: SigningKey) -> dict[str, str]:
    """The part of a private key that vendors hand out."""
    jwk = private.as_dict(private=False)
    return {member: str(jwk[member]) for member in ("kty", "crv", "x")}


def thumbprint(jwk: Mapping[str, str]) -> str:
    """The name of a key, public or private: its thumbprint (RFC 7638)."""
    from joserfc.jwk import thumbprint as calculate_thumbprint

    return calculate_thumbprint({member: jwk[member] for member in ("kty", "crv", "x")})


def parse_private_jwk(source: str | bytes | Mapping[str, object]) -> SigningKey:
    """A private key from the issuer's own file.

    Raises:
        Invalid: It is no private Ed25519 key.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from joserfc.jwk import OKPKey

    jwk = _read(source)
    if jwk.d is None:
        raise Invalid(reason=Message("This is a public key. Give the private one, which `issuer keygen` made."))
    try:
        private = Ed25519PrivateKey.from_private_bytes(urlsafe_b64decode(jwk.d.encode()))
    except ValueError:
        raise _no_key(Message("`{member}` is not 32 bytes in base64url", member="d")) from None
    # From `d` alone: an `x` of another pair would give the key a wrong name.
    return OKPKey.import_key(private)


def parse_public_jwk(source: str | bytes | Mapping[str, object]) -> PublicKey:
    """A vendor's public key from the JWK it handed out, valid from `nbf` until `exp`; or from its 32 bytes in hex.

    Raises:
        Invalid: It is no Ed25519 key, or a private one.
    """
    jwk = _from_hex(source) or _read(source)
    if jwk.d is not None:
        raise Invalid(
            reason=Message(
                "This is a private key, which only the vendor may have. "
                "Delete it, tell the vendor, and ask for the public key of a new pair."
            )
        )
    try:
        _public(jwk.x)
    except ValueError:
        raise _no_key(Message("`{member}` is not 32 bytes in base64url", member="x")) from None
    public = {"kty": jwk.kty, "crv": jwk.crv, "x": jwk.x}
    return PublicKey(thumbprint(public), public, _instant(jwk.nbf), _instant(jwk.exp))


class _Jwk(msgspec.Struct):
    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    d: str | None = None
    nbf: NumericDate | None = None
    exp: NumericDate | None = None


def _from_hex(source: str | bytes | Mapping[str, object]) -> _Jwk | None:
    """The key that Keygen shows as 64 hex digits."""
    text = source.decode("ascii", "replace") if isinstance(source, bytes) else source
    if not isinstance(text, str) or not re.fullmatch(r"\s*[0-9A-Fa-f]{64}\s*", text):
        return None
    return _Jwk("OKP", "Ed25519", urlsafe_b64encode(bytes.fromhex(text)).decode())


def _read(source: str | bytes | Mapping[str, object]) -> _Jwk:
    text = json.dumps(source) if isinstance(source, Mapping) else source
    try:
        return strict_json.decode(text.encode() if isinstance(text, str) else text, _Jwk)
    except strict_json.Malformed as error:
        raise _no_key(error.message) from None


def _no_key(why: Message) -> Invalid:
    return Invalid(
        reason=Message(
            "This is no Ed25519 key: {why}. Give the JWK that the vendor handed out, or its 64 hex digits.", why=why
        )
    )


def _public(x: str) -> Ed25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(x.encode()))


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
