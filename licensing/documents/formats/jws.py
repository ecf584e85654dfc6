"""Our own license files: a compact JWS (RFC 7515) in ASCII armour.

The encoded bytes are what is signed, so nothing is ever serialized again to be verified.
"""

import hashlib
from dataclasses import dataclass
from typing import Annotated

import msgspec
from joserfc.util import urlsafe_b64decode
from msgspec import Meta

from licensing.documents import strict_json
from licensing.documents.armor import SIGNED_LICENSE
from licensing.documents.claims import LicenseDocument, parse_claims
from licensing.documents.formats.license_file import Reader
from licensing.documents.keys import ALGORITHM, READABLE_ALGORITHMS, SigningKey, TrustedKey, public_jwk, thumbprint
from licensing.errors import FileInvalid
from licensing.messages import Message

TYPE = "license+jwt"


class _Header(msgspec.Struct, frozen=True):
    alg: str
    kid: Annotated[str, Meta(pattern=r"\A[!-~]+\Z", max_length=200)]
    typ: str
    crit: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True)
class JwsFile:
    """A file of our own format, taken apart."""

    compact: str
    header: _Header
    payload: bytes
    signature: bytes
    can_be_read_alone: bool = True

    @property
    def sha256(self) -> str:
        """SHA-256 of the compact JWS, in hex."""
        return hashlib.sha256(self.compact.encode()).hexdigest()

    @property
    def key_id(self) -> str:
        """The header's `kid`."""
        return self.header.kid

    def is_signed_by(self, key: TrustedKey) -> bool:
        """Whether the signature is this key's."""
        message, _, _ = self.compact.rpartition(".")
        # What the key is decides how to verify; a header that claims another algorithm is not obeyed but refused.
        return self.header.alg in READABLE_ALGORITHMS and key.signed(message.encode(), self.signature)

    def claims(self, reader: Reader | None = None) -> LicenseDocument:
        """What it states: all there is to know, whoever reads it.

        Raises:
            FileInvalid: A claim is missing, stated twice, of the wrong type or at odds with another.
        """
        return parse_claims(self.payload)


def open_file(data: bytes) -> JwsFile:
    """A file of our own format, taken apart.

    Raises:
        FileTooLarge: It is larger than 256 KiB.
        FileInvalid: It is none.
    """
    compact = SIGNED_LICENSE.unwrap(data)
    try:
        # Refuses second spellings of the same bytes, so that nobody can vary a signed file.
        encoded, payload, signature = (urlsafe_b64decode(part.encode()) for part in compact.split("."))
    except ValueError:
        raise FileInvalid(reason=Message("what it holds is not a signed document")) from None
    try:
        header = strict_json.decode(encoded, _Header)
    except strict_json.Malformed as error:
        raise FileInvalid(reason=Message("in its header {error}", error=error.message)) from None
    if header.typ != TYPE:
        raise FileInvalid(reason=Message("its `typ` is not {type}", type=TYPE))
    if header.crit is not msgspec.UNSET:
        raise FileInvalid(reason=Message("its `crit` demands what this version does not know"))
    return JwsFile(compact, header, payload, signature)


def write(payload: bytes, key: SigningKey) -> str:
    """The text of a file with this payload, signed with a vendor's private key."""
    from joserfc import jws  # here for the same reason as in `licensing.keys`

    header = {"alg": ALGORITHM, "typ": TYPE, "kid": thumbprint(public_jwk(key))}
    return SIGNED_LICENSE.wrap(jws.serialize_compact(header, payload, key, algorithms=[ALGORITHM]))
