"""Seatkeeper's own license file format: a compact JWS (RFC 7515) in ASCII armor.

The signature covers the encoded bytes, so nothing is serialized again for verification.
"""

import hashlib
from dataclasses import dataclass
from typing import Annotated

import msgspec
from joserfc.util import urlsafe_b64decode
from msgspec import Meta

from licensing.documents import strict_json
from licensing.documents.armor import SIGNED_LICENSE
from licensing.documents.claims import LicenseClaims, parse_claims
from licensing.documents.errors import FileInvalid
from licensing.documents.formats.license_file import ReadContext
from licensing.documents.keys import ALGORITHM, READABLE_ALGORITHMS, SigningKey, VerificationKey, public_jwk, thumbprint
from licensing.messages import Message

TYPE = "license+jwt"

MAX_HEADER_SIZE = 4096
"""Bytes of a decoded header, which is parsed before the signature is verified."""


class _Header(msgspec.Struct, frozen=True):
    alg: str
    kid: Annotated[str, Meta(pattern=r"\A[!-~]+\Z", max_length=200)]
    typ: str
    crit: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True)
class JwsFile:
    """A JWS license file, decoded but not verified."""

    compact: str
    header: _Header
    payload: bytes
    signature: bytes
    is_self_contained: bool = True

    @property
    def sha256(self) -> str:
        """SHA-256 of the compact JWS, in hex."""
        return hashlib.sha256(self.compact.encode()).hexdigest()

    @property
    def key_id(self) -> str:
        """The header's `kid`."""
        return self.header.kid

    def is_signed_by(self, key: VerificationKey) -> bool:
        """Return whether the file's signature was made with this key."""
        message, _, _ = self.compact.rpartition(".")
        # The key's type determines the algorithm; a header with another algorithm is rejected, never obeyed.
        return self.header.alg in READABLE_ALGORITHMS and key.verifies(message.encode(), self.signature)

    def claims(self, reader: ReadContext | None = None) -> LicenseClaims:
        """Return the file's claims; the format is self-contained and needs no context.

        Raises:
            FileInvalid: A claim is missing, duplicated, of the wrong type or inconsistent.
        """
        return parse_claims(self.payload)


def open_file(data: bytes) -> JwsFile:
    """Return a JWS license file, decoded but not verified.

    Raises:
        FileTooLarge: The file is larger than 256 KiB.
        FileInvalid: The file is not a JWS license file.
    """
    compact = SIGNED_LICENSE.unwrap(data)
    try:
        # Rejects non-canonical base64, so that a signed file cannot be varied.
        encoded, payload, signature = (urlsafe_b64decode(part.encode()) for part in compact.split("."))
    except ValueError:
        raise FileInvalid(reason=Message("its content is not a signed document")) from None
    if len(encoded) > MAX_HEADER_SIZE:
        raise FileInvalid(reason=Message("its header is larger than {most:,} bytes", most=MAX_HEADER_SIZE))
    try:
        header = strict_json.decode(encoded, _Header)
    except strict_json.Malformed as error:
        raise FileInvalid(reason=Message("in its header {error}", error=error.message)) from None
    if header.typ != TYPE:
        raise FileInvalid(reason=Message("its `typ` is not {type}", type=TYPE))
    if header.crit is not msgspec.UNSET:
        raise FileInvalid(reason=Message("its `crit` requires extensions that this version does not support"))
    return JwsFile(compact, header, payload, signature)


def write(payload: bytes, key: SigningKey) -> str:
    """Return the text of a license file with this payload, signed with a vendor's private key."""
    from joserfc import jws  # imported on first use, as in `licensing.documents.keys`

    header = {"alg": ALGORITHM, "typ": TYPE, "kid": thumbprint(public_jwk(key))}
    return SIGNED_LICENSE.wrap(jws.serialize_compact(header, payload, key, algorithms=[ALGORITHM]))
