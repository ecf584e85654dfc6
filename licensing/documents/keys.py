"""Vendors' signing keys: Ed25519 keys as JSON Web Keys (RFC 7517, RFC 8037), identified by thumbprint (RFC 7638).

The cryptography libraries are imported on first use: they take 9 MB, and a server seldom verifies.
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
"""A private Ed25519 key. Only the issuer's commands and tests have one, never the server."""

# The name of RFC 9864; files signed before it use EdDSA (RFC 8037).
ALGORITHM = "Ed25519"
READABLE_ALGORITHMS = frozenset({"Ed25519", "EdDSA"})

NumericDate = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]
"""Whole seconds since 1970 (RFC 7519, section 2), up to the year 9999."""


@dataclass(frozen=True)
class PublicKey:
    """A vendor's public key.

    Attributes:
        kid: RFC 7638 thumbprint.
        jwk: The public members `kty`, `crv` and `x`.
        not_before: When the key becomes valid; None if it has always been.
        not_after: When the key stops being valid; None for never.
    """

    kid: str
    jwk: Mapping[str, str]
    not_before: datetime | None
    not_after: datetime | None

    def trusted_for(self, vendor: str) -> VerificationKey:
        """Return this key, trusted to sign for a vendor."""
        return VerificationKey(self.kid, vendor, self.jwk, self.not_before, self.not_after)


@dataclass(frozen=True)
class VerificationKey:
    """A public key that an installation trusts or has trusted to sign for one vendor.

    Attributes:
        kid: RFC 7638 thumbprint.
        vendor: The vendor's key, such as `superoffice`.
        jwk: The public members `kty`, `crv` and `x`.
        not_before: When the key becomes valid; None if it has always been.
        not_after: When the key stops being valid; None for never.
        distrusted_at: When the key was distrusted; None while it is trusted.
    """

    kid: str
    vendor: str
    jwk: Mapping[str, str]
    not_before: datetime | None = None
    not_after: datetime | None = None
    distrusted_at: datetime | None = None

    def is_trusted_at(self, now: datetime) -> bool:
        """Return whether the key is valid and trusted at a time."""
        return (
            (self.not_before is None or self.not_before <= now)
            and (self.not_after is None or now < self.not_after)
            and (self.distrusted_at is None or now < self.distrusted_at)
        )

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Return whether a signature over a message was made with this key."""
        from cryptography.exceptions import InvalidSignature

        try:
            _public_key(self.jwk["x"]).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def generate_key() -> SigningKey:
    """Return a new private key."""
    from joserfc.jwk import OKPKey

    return OKPKey.generate_key("Ed25519")


def public_jwk(private: SigningKey) -> dict[str, str]:
    """Return the public members of a private key."""
    jwk = private.as_dict(private=False)
    return {member: str(jwk[member]) for member in ("kty", "crv", "x")}


def thumbprint(jwk: Mapping[str, str]) -> str:
    """Return the RFC 7638 thumbprint of a public or private key."""
    from joserfc.jwk import thumbprint as calculate_thumbprint

    return calculate_thumbprint({member: jwk[member] for member in ("kty", "crv", "x")})


def parse_private_jwk(source: str | bytes | Mapping[str, object]) -> SigningKey:
    """Return the private key in a JWK.

    Raises:
        Invalid: The source is not a private Ed25519 key.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from joserfc.jwk import OKPKey

    jwk = _parse_jwk(source)
    if jwk.d is None:
        raise Invalid(reason=Message("This is a public key. Give the private one, which `issuer keygen` made."))
    try:
        private = Ed25519PrivateKey.from_private_bytes(urlsafe_b64decode(jwk.d.encode()))
    except ValueError:
        raise _invalid_key(Message("`{member}` is not 32 bytes in base64url", member="d")) from None
    # Derived from `d` alone: an `x` of another key pair would result in a wrong thumbprint.
    return OKPKey.import_key(private)


def parse_public_jwk(source: str | bytes | Mapping[str, object]) -> PublicKey:
    """Return the public key in a JWK, valid from `nbf` until `exp`, or in 64 hex digits.

    Raises:
        Invalid: The source is not an Ed25519 key, or is a private one.
    """
    jwk = _parse_hex(source) or _parse_jwk(source)
    if jwk.d is not None:
        raise Invalid(
            reason=Message(
                "This is a private key, which only the vendor may have. "
                "Delete it, tell the vendor, and ask for the public key of a new pair."
            )
        )
    try:
        _public_key(jwk.x)
    except ValueError:
        raise _invalid_key(Message("`{member}` is not 32 bytes in base64url", member="x")) from None
    public = {"kty": jwk.kty, "crv": jwk.crv, "x": jwk.x}
    return PublicKey(thumbprint(public), public, _to_datetime(jwk.nbf), _to_datetime(jwk.exp))


class _Jwk(msgspec.Struct):
    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    d: str | None = None
    nbf: NumericDate | None = None
    exp: NumericDate | None = None


def _parse_hex(source: str | bytes | Mapping[str, object]) -> _Jwk | None:
    """Return the key in 64 hex digits, as Keygen displays it; None if the source is something else."""
    text = source.decode("ascii", "replace") if isinstance(source, bytes) else source
    if not isinstance(text, str) or not re.fullmatch(r"\s*[0-9A-Fa-f]{64}\s*", text):
        return None
    return _Jwk("OKP", "Ed25519", urlsafe_b64encode(bytes.fromhex(text)).decode())


def _parse_jwk(source: str | bytes | Mapping[str, object]) -> _Jwk:
    text = json.dumps(source) if isinstance(source, Mapping) else source
    try:
        return strict_json.decode(text.encode() if isinstance(text, str) else text, _Jwk)
    except strict_json.Malformed as error:
        raise _invalid_key(error.message) from None


def _invalid_key(why: Message) -> Invalid:
    return Invalid(
        reason=Message(
            "This is not an Ed25519 key: {why}. Give the JWK that the vendor handed out, or its 64 hex digits.", why=why
        )
    )


def _public_key(x: str) -> Ed25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(x.encode()))


def _to_datetime(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
