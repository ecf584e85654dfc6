"""License documents: from the bytes of a file to a verified document, or why not; and for vendors, back.

What a file looks like is known in `formats`. Nothing that it states is read before the signature holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from licensing.documents.armor import MAX_BYTES
from licensing.documents.claims import LicenseDates, LicenseDocument, LicenseGrant, VendorClaims, parse_claims
from licensing.documents.formats import LicenseFile, Reader, jws, open_file
from licensing.documents.keys import SigningKey, TrustedKey
from licensing.errors import (
    FileExpired,
    FileInvalid,
    FileTooLarge,
    SerialNumberMismatch,
    SignatureInvalid,
    SigningKeyUnknown,
)
from licensing.messages import Message

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

CLOCK_SKEW = timedelta(days=1)


@dataclass(frozen=True)
class VerifiedDocument:
    """A license document whose signature holds.

    Attributes:
        claims: What it states.
        sha256: SHA-256 of the bytes that are signed, in hex: the document's identity.
        key_id: The key that signed it, by RFC 7638 thumbprint.
        statement: The claims, to be kept beside a file from which they cannot be read again; else None.
    """

    claims: LicenseDocument
    sha256: str
    key_id: str
    statement: str | None = None


def verify(
    data: bytes,
    *,
    keys: Iterable[TrustedKey],
    serial_number: str | None,
    now: datetime | None,
    own_number: str | None = None,
    license_owner: str | None = None,
    license_key: str | None = None,
) -> VerifiedDocument:
    """The document in a license file, if a trusted key signed it for this installation.

    The checks run in this order, and none after one that fails. Dates are left to `check_file_dates`, since a document
    seen before is exempt from them.

    Args:
        data: The file.
        keys: Those that the installation trusts, or did.
        serial_number: The installation's; None if that is checked later, by `check_serial_number`.
        now: When; None for a file that was verified before, whatever has become of its key.
        own_number: The installation's serial number, where a file counts that does not say for whom it is.
        license_owner: The installation's, where a file counts that does not say for whom it is.
        license_key: What opens an encrypted file.

    Raises:
        FileTooLarge: The file is larger than 256 KiB.
        FileInvalid: It is malformed, or, once the signature holds, a claim is.
        SigningKeyUnknown: The key that it names, or that signed it, is not trusted now.
        SignatureInvalid: The algorithm is not the key's, or the signature is wrong.
        LicenseKeyInvalid: It is encrypted, and the license key is missing or another.
        SigningKeyUnknown: The key is not trusted for the vendor that the claims name.
        SerialNumberMismatch: The document is for another installation.
    """
    file = open_file(data)
    signers = _signers(file, list(keys), now)
    claims = file.claims(Reader(signers[0].vendor, own_number, license_owner, license_key))
    if claims.iss not in {key.vendor for key in signers}:
        raise SigningKeyUnknown(key_id=signers[0].kid)
    if serial_number is not None:
        check_serial_number(claims, serial_number)
    statement = None if file.can_be_read_alone else msgspec.json.encode(claims).decode()
    return VerifiedDocument(claims, file.sha256, signers[0].kid, statement)


def _signers(file: LicenseFile, keys: Sequence[TrustedKey], now: datetime | None) -> list[TrustedKey]:
    """The trusted keys that signed a file: one, unless it is trusted for several vendors."""
    named = [key for key in keys if file.key_id in (None, key.kid)]
    trusted = [key for key in named if now is None or key.is_trusted_at(now)]
    if file.key_id and not trusted:
        raise SigningKeyUnknown(key_id=file.key_id)
    if signers := [key for key in trusted if file.is_signed_by(key)]:
        return signers
    if file.key_id is None:
        for key in named:
            if file.is_signed_by(key):
                raise SigningKeyUnknown(key_id=key.kid)
    raise SignatureInvalid(nameless=file.key_id is None)


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
        raise FileInvalid(reason=Message("`iat` is in the future"))


def read_stored(data: bytes, statement: str | None = None) -> LicenseDocument:
    """What a file states that was verified when it arrived. The signature is not checked again.

    Args:
        data: The file.
        statement: What was kept beside it, if something was.

    Raises:
        FileTooLarge: The file is larger than 256 KiB.
        FileInvalid: It is no license file.
    """
    if statement is not None:
        return parse_claims(statement.encode(), LicenseDocument)
    return jws.open_file(data).claims()


def has_valid_signature(data: bytes, keys: Iterable[TrustedKey]) -> bool:
    """Whether one of the keys signed the file, still trusted or not.

    Raises:
        FileTooLarge: The file is larger than 256 KiB.
        FileInvalid: It is no license file.
    """
    file = open_file(data)
    return any(file.key_id in (None, key.kid) and file.is_signed_by(key) for key in keys)


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
    text = jws.write(payload, key)
    if check and len(text) > MAX_BYTES:
        raise FileTooLarge
    return text
