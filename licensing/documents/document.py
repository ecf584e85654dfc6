"""Verification of license files, and signing on the vendor's side.

The file formats are in `licensing.documents.formats`. Claims are parsed only after the signature has been verified.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from licensing.documents.armor import MAX_BYTES
from licensing.documents.claims import LicenseClaims, parse_claims
from licensing.documents.errors import (
    FileExpired,
    FileInvalid,
    FileTooLarge,
    SerialNumberMismatch,
    SignatureInvalid,
    SigningKeyUnknown,
)
from licensing.documents.formats import jws, open_file
from licensing.documents.formats.license_file import LicenseFile, ReadContext
from licensing.documents.keys import SigningKey, VerificationKey
from licensing.messages import Message

CLOCK_SKEW = timedelta(days=1)


@dataclass(frozen=True)
class VerifiedDocument:
    """A license document whose signature has been verified.

    Attributes:
        claims: The document's claims.
        sha256: SHA-256 of the signed bytes in hex, which identifies the document.
        key_id: RFC 7638 thumbprint of the key that signed it.
        claims_json: The claims, to be stored with a file that is not self-contained; None if it is.
    """

    claims: LicenseClaims
    sha256: str
    key_id: str
    claims_json: str | None = None


def verify(
    data: bytes,
    *,
    keys: Iterable[VerificationKey],
    serial_number: str | None,
    now: datetime | None,
    default_serial_number: str | None = None,
    default_license_owner: str | None = None,
    license_key: str | None = None,
) -> VerifiedDocument:
    """Return the document in a license file that a trusted key has signed for this installation.

    The checks run in the order of the errors below; the first that fails raises. The file's dates are not checked,
    since `check_file_dates` applies only to documents that have not been received before.

    Args:
        data: The file.
        keys: The keys that the installation trusts or has trusted.
        serial_number: The installation's serial number; None to leave the check to `check_serial_number`.
        now: When the key must be trusted; None for a file that was verified before, whose key may be distrusted since.
        default_serial_number: The serial number to assume for a file without one; None to require one.
        default_license_owner: The license owner to assume for a file without one; None to require one.
        license_key: The key that decrypts an encrypted file.

    Raises:
        FileTooLarge: The file is larger than 256 KiB.
        FileInvalid: The file is malformed or, if its signature is valid, its claims are.
        SigningKeyUnknown: The key that the file names, or that signed it, is not trusted at `now`.
        SignatureInvalid: The algorithm is not the key's, or the signature is wrong.
        LicenseKeyInvalid: The file is encrypted, and the license key is missing or wrong.
        SigningKeyUnknown: The key is not trusted for the vendor in the claims.
        SerialNumberMismatch: The document is for another installation.
    """
    file = open_file(data)
    signers = _signers(file, list(keys), now)
    claims = file.claims(ReadContext(signers[0].vendor, default_serial_number, default_license_owner, license_key))
    if claims.iss not in {key.vendor for key in signers}:
        raise SigningKeyUnknown(key_id=signers[0].kid)
    if serial_number is not None:
        check_serial_number(claims, serial_number)
    claims_json = None if file.is_self_contained else msgspec.json.encode(claims).decode()
    return VerifiedDocument(claims, file.sha256, signers[0].kid, claims_json)


def _signers(file: LicenseFile, keys: Sequence[VerificationKey], now: datetime | None) -> list[VerificationKey]:
    """Return the trusted keys that signed a file: one, or one per vendor that the same key is trusted for."""
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
    raise SignatureInvalid(without_key_id=file.key_id is None)


def check_serial_number(claims: LicenseClaims, serial_number: str) -> None:
    """Check that a document is for the installation with this serial number.

    Raises:
        SerialNumberMismatch: The document is for another installation.
    """
    if claims.sub != serial_number:
        raise SerialNumberMismatch(stated=claims.sub, expected=serial_number)


def check_file_dates(claims: LicenseClaims, now: datetime) -> None:
    """Check that a document that has not been received before may be imported now.

    Raises:
        FileExpired: The file could be imported only until an earlier time.
        FileInvalid: The file is issued more than a day in the future.
    """
    if claims.file_expires_at is not None and now > claims.file_expires_at:
        raise FileExpired(expired_at=claims.file_expires_at)
    if claims.issued_at > now + CLOCK_SKEW:
        raise FileInvalid(reason=Message("`iat` is in the future"))


def read_stored(data: bytes, claims_json: str | None = None) -> LicenseClaims:
    """Return the claims of a stored file, which was verified when it was received; the signature is not checked again.

    Args:
        data: The file.
        claims_json: The claims that were stored with the file; None if it is self-contained.

    Raises:
        FileTooLarge: The file is larger than 256 KiB.
        FileInvalid: The file is not a license file.
    """
    if claims_json is not None:
        return parse_claims(claims_json.encode(), LicenseClaims)
    return jws.open_file(data).claims()


def has_valid_signature(data: bytes, keys: Iterable[VerificationKey]) -> bool:
    """Return whether one of the keys signed the file, regardless of whether it is still trusted.

    Raises:
        FileTooLarge: The file is larger than 256 KiB.
        FileInvalid: The file is not a license file.
    """
    file = open_file(data)
    return any(file.key_id in (None, key.kid) and file.is_signed_by(key) for key in keys)


def sign(claims: Mapping[str, object], key: SigningKey, *, check: bool = True) -> str:
    """Return the text of a license file with these claims, signed with a vendor's private key.

    `check=False` signs invalid claims as well, for tests.

    Raises:
        FileInvalid: The claims are not valid.
        FileTooLarge: The file would be larger than 256 KiB.
    """
    payload = msgspec.json.encode(claims)
    if check:
        parse_claims(payload)
    text = jws.write(payload, key)
    if check and len(text) > MAX_BYTES:
        raise FileTooLarge
    return text
