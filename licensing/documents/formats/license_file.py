"""The interface of all license file formats."""

from dataclasses import dataclass
from typing import Protocol

from licensing.documents.claims import LicenseClaims
from licensing.documents.keys import VerificationKey


@dataclass(frozen=True)
class ReadContext:
    """The values that reading a file may require and that the file itself may lack.

    Attributes:
        vendor: Key of the vendor that the signing key is trusted for.
        serial_number: The serial number of a file without one; None if the file must have one.
        license_owner: The license owner of a file without one; None if the file must have one.
        license_key: The key that decrypts an encrypted file; None if none was given.
    """

    vendor: str
    serial_number: str | None = None
    license_owner: str | None = None
    license_key: str | None = None


class LicenseFile(Protocol):
    """A license file, decoded but not verified."""

    @property
    def sha256(self) -> str:
        """SHA-256 of the signed bytes in hex, which identifies the document."""

    @property
    def key_id(self) -> str | None:
        """RFC 7638 thumbprint of the signing key that the file names; None if it names none."""

    @property
    def is_self_contained(self) -> bool:
        """Whether the claims can be read without a `ReadContext`."""

    def is_signed_by(self, key: VerificationKey) -> bool:
        """Return whether the file's signature was made with this key."""

    def claims(self, reader: ReadContext) -> LicenseClaims:
        """Return the file's claims. Verify the signature first.

        Raises:
            LicenseKeyInvalid: The file is encrypted, and the license key is missing or wrong.
            FileInvalid: A claim is missing, duplicated, of the wrong type or inconsistent.
        """
