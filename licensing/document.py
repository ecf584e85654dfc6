"""License documents: from the bytes of a file to a verified document, or why not; and for vendors, back.

A document is a compact JWS (RFC 7515) in ASCII armour. The encoded bytes are what is signed, so nothing is ever
serialized again to be verified, and nothing in the payload is read before the signature holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from joserfc import jws
from joserfc.util import urlsafe_b64decode
from msgspec import Meta

from licensing import armour, strict_json
from licensing.claims import LicenseDates, LicenseDocument, LicenseGrant, VendorClaims, parse_claims
from licensing.errors import (
    FileExpired,
    FileInvalid,
    FileTooLarge,
    SerialNumberMismatch,
    SignatureInvalid,
    SigningKeyUnknown,
)
from licensing.keys import ALGORITHM, READABLE_ALGORITHMS, SigningKey, TrustedKey, public_jwk, thumbprint
from licensing.strict_json import Malformed
from licensing.wording import Words

__all__ = [
    "LicenseDates",
    "LicenseDocument",
    "LicenseGrant",
    "VendorClaims",
    "VerifiedDocument",
    "check_file_dates",
    "check_serial_number",
    "has_valid_signature",
    "parse_claims",
    "read_stored",
    "sign",
    "verify",
]

TYPE = "license+jwt"
CLOCK_SKEW = timedelta(days=1)


@dataclass(frozen=True)
class VerifiedDocument:
    """A license document whose signature holds.

    Attributes:
        claims: What it states.
        sha256: SHA-256 of the compact JWS, in hex: the document's identity.
        key_id: The key that signed it, by RFC 7638 thumbprint.
        compact: The compact JWS.
    """

    claims: LicenseDocument
    sha256: str
    key_id: str
    compact: str


def verify(data: bytes, *, keys: Iterable[TrustedKey], serial_number: str | None, now: datetime) -> VerifiedDocument:
    """The document in a license file, if a trusted key signed it for this installation; None for whichever it is for.

    The checks run in this order, and none after one that fails. Dates are left to `check_file_dates`, since a document
    seen before is exempt from them.

    Raises:
        FileTooLarge: The file is larger than 256 KiB.
        FileInvalid: The armour or the JWS is malformed, or, once the signature holds, a claim is.
        SigningKeyUnknown: No key of that name is trusted now.
        SignatureInvalid: The algorithm is not the key's, or the signature is wrong.
        SigningKeyUnknown: The key is not trusted for the vendor that the claims name.
        SerialNumberMismatch: The document is for another installation.
    """
    file = _open(data)
    named = [key for key in keys if key.kid == file.header.kid and key.is_trusted_at(now)]
    if not named:
        raise SigningKeyUnknown(key_id=file.header.kid)
    signers = [key for key in named if file.is_signed_by(key)]
    if not signers:
        raise SignatureInvalid
    document = file.document()
    if document.claims.iss not in {key.vendor for key in signers}:
        raise SigningKeyUnknown(key_id=file.header.kid)
    if serial_number is not None:
        check_serial_number(document.claims, serial_number)
    return document


def check_serial_number(claims: LicenseDocument, serial_number: str) -> None:
    """Check that a document is for this installation.

    Raises:
        SerialNumberMismatch: It is for another.
    """
    if claims.sub != serial_number:
        raise SerialNumberMismatch(stated=claims.sub, expected=serial_number)


def check_file_dates(claims: LicenseDocument, now: datetime) -> None:
    """Check that a document not seen before may be imported at this moment.

    Raises:
        FileExpired: The last moment for it has passed.
        FileInvalid: It was issued more than a day from now.
    """
    if claims.file_expires_at is not None and now > claims.file_expires_at:
        raise FileExpired(expired_at=claims.file_expires_at)
    if claims.issued_at > now + CLOCK_SKEW:
        raise FileInvalid(reason=Words("`iat` is in the future"))


def read_stored(data: bytes) -> VerifiedDocument:
    """The document in a file that was verified when it arrived. The signature is not checked again.

    Raises:
        FileTooLarge: The file is larger than 256 KiB.
        FileInvalid: It is no license file.
    """
    return _open(data).document()


def has_valid_signature(data: bytes, keys: Iterable[TrustedKey]) -> bool:
    """Whether one of the keys signed the file, still trusted or not.

    Raises:
        FileTooLarge: The file is larger than 256 KiB.
        FileInvalid: It is no license file.
    """
    file = _open(data)
    return any(key.kid == file.header.kid and file.is_signed_by(key) for key in keys)


def sign(claims: Mapping[str, object], key: SigningKey, *, check: bool = True) -> str:
    """The text of a license file with these claims, signed with a vendor's private key.

    With `check` off it signs whatever it is given, as one does to see it refused.

    Raises:
        FileInvalid: The claims are not those of a license document.
        FileTooLarge: They make a file larger than 256 KiB.
    """
    payload = msgspec.json.encode(claims)
    if check:
        parse_claims(payload)
    header = {"alg": ALGORITHM, "typ": TYPE, "kid": thumbprint(public_jwk(key))}
    text = armour.wrap(jws.serialize_compact(header, payload, key, algorithms=[ALGORITHM]))
    if check and len(text) > armour.MAX_BYTES:
        raise FileTooLarge
    return text


class _Header(msgspec.Struct, frozen=True):
    alg: str
    kid: Annotated[str, Meta(pattern=r"\A[!-~]+\Z", max_length=200)]
    typ: str
    crit: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True)
class _File:
    compact: str
    header: _Header
    payload: bytes
    signature: bytes

    def is_signed_by(self, key: TrustedKey) -> bool:
        message, _, _ = self.compact.rpartition(".")
        # What the key is decides how to verify; a header that claims another algorithm is not obeyed but refused.
        return self.header.alg in READABLE_ALGORITHMS and key.signed(message.encode(), self.signature)

    def document(self) -> VerifiedDocument:
        sha256 = hashlib.sha256(self.compact.encode()).hexdigest()
        return VerifiedDocument(parse_claims(self.payload), sha256, self.header.kid, self.compact)


def _open(data: bytes) -> _File:
    compact = armour.unwrap(data)
    try:
        # Refuses second spellings of the same bytes, so that nobody can vary a signed file.
        encoded, payload, signature = (urlsafe_b64decode(part.encode()) for part in compact.split("."))
    except ValueError:
        raise FileInvalid(reason=Words("what it holds is not a signed document")) from None
    try:
        header = strict_json.decode(encoded, _Header)
    except Malformed as error:
        raise FileInvalid(reason=Words("in its header {error}", error=error.words)) from None
    if header.typ != TYPE:
        raise FileInvalid(reason=Words("its `typ` is not {type}", type=TYPE))
    if header.crit is not msgspec.UNSET:
        raise FileInvalid(reason=Words("its `crit` demands what this version does not know"))
    return _File(compact, header, payload, signature)
