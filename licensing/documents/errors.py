"""Errors about license files; `licensing.errors` draws them in its tree."""

from __future__ import annotations

from collections.abc import Sequence

from licensing.enums import UserErrorCode
from licensing.errors import LicensingError
from licensing.messages import Message


class FileTooLarge(LicensingError):
    """The file is larger than any license file."""

    code = UserErrorCode.FILE_TOO_LARGE
    template = "The file is larger than 256 KiB, so it is not a license file. Choose the file that the vendor sent."


class FileInvalid(LicensingError):
    """The file is not a license file, or its claims are invalid; `reason` is a clause without a full stop."""

    code = UserErrorCode.FILE_INVALID
    template = "The license file cannot be used: {reason}. Choose the file that the vendor sent, or ask for a new one."

    def __init__(self, path: Sequence[str] | None = None, *, reason: Message) -> None:
        """Require the reason."""
        super().__init__(path, reason=reason)


class SigningKeyUnknown(LicensingError):
    """The file is signed with the key `key_id`, which is not trusted for this vendor at this time."""

    code = UserErrorCode.SIGNING_KEY_UNKNOWN
    template = (
        "The license file is signed with a key that is not trusted for this vendor: {key_id}. "
        "If the vendor confirms that the key is its own, have the operator of this system trust it."
    )


class SignatureInvalid(LicensingError):
    """The file was altered after it was signed, or was not signed with the key that it names.

    With `without_key_id`, the file names no key, and none of the trusted keys signed it.
    """

    code = UserErrorCode.SIGNATURE_INVALID
    template = (
        "The license file was altered after it was signed, or its signature is invalid. "
        "Get it from the vendor again, and import it unaltered."
    )
    template_without_key_id = (
        "No trusted key signed the license file in this form: it was altered, or its key is not trusted. "
        "Get it from the vendor again, or have the operator of this system trust the vendor's key."
    )

    def __init__(self, path: Sequence[str] | None = None, *, without_key_id: bool = False) -> None:
        """Choose the template by whether the file names its key."""
        if without_key_id:
            self.template = self.template_without_key_id
        super().__init__(path)


class LicenseKeyInvalid(LicensingError):
    """The file is encrypted, and the license key is wrong or `missing`."""

    code = UserErrorCode.LICENSE_KEY_INVALID
    template = "The license file is encrypted with another license key. Give the key of the license that it is for."
    template_if_missing = "The license file is encrypted. Give the license key that the vendor sent, too."

    def __init__(self, path: Sequence[str] | None = None, *, missing: bool = False) -> None:
        """Choose the template by whether a key was given."""
        if missing:
            self.template = self.template_if_missing
        super().__init__(path)


class SerialNumberMismatch(LicensingError):
    """The file is issued for the serial number `stated`; the installation has `expected`."""

    code = UserErrorCode.SERIAL_NUMBER_MISMATCH
    template = (
        "The license file is for serial number {stated}, and this installation has {expected}. "
        "Ask the vendor for a file for {expected}."
    )


class FileExpired(LicensingError):
    """The file could be imported only until `expired_at`."""

    code = UserErrorCode.FILE_EXPIRED
    template = "The license file could be imported until {expired_at}. Ask the vendor for a new one."


class FileOutdated(LicensingError):
    """A newer file of this vendor has been received."""

    code = UserErrorCode.FILE_OUTDATED
    template = "A newer license file of this vendor has been received. Import the latest one that the vendor sent."
