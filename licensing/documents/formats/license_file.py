"""What all kinds of license file have in common."""

from dataclasses import dataclass
from typing import Protocol

from licensing.documents.claims import LicenseDocument
from licensing.documents.keys import TrustedKey


@dataclass(frozen=True)
class Reader:
    """Who reads a file: what it takes to open it, and what holds where the file does not say.

    Attributes:
        vendor: Whom the key that signed the file is trusted for.
        serial_number: The installation's; None if the file itself must name one.
        license_owner: The installation's; None if the file itself must name one.
        license_key: What opens an encrypted file; None if none was given.
    """

    vendor: str
    serial_number: str | None = None
    license_owner: str | None = None
    license_key: str | None = None


class LicenseFile(Protocol):
    """A license file taken apart; nothing in it is believed yet."""

    @property
    def sha256(self) -> str:
        """The identity of the document in it, in hex: of the bytes that are signed."""

    @property
    def key_id(self) -> str | None:
        """The key that is said to have signed it, by RFC 7638 thumbprint; None if the file does not say."""

    @property
    def can_be_read_alone(self) -> bool:
        """Whether it says everything itself, for all to read."""

    def is_signed_by(self, key: TrustedKey) -> bool:
        """Whether the signature is this key's."""

    def claims(self, reader: Reader) -> LicenseDocument:
        """What it states; to be called once the signature holds.

        Raises:
            LicenseKeyInvalid: It is encrypted, and the reader has not the key.
            FileInvalid: Something is missing, stated twice, of the wrong type or at odds with another.
        """
