"""The supported formats of license files, detected by their armor."""

from licensing.documents import armor
from licensing.documents.formats import jws, keygen
from licensing.documents.formats.license_file import LicenseFile


def open_file(data: bytes) -> LicenseFile:
    """Return a license file, decoded but not verified.

    Raises:
        FileTooLarge: The file is larger than 256 KiB.
        FileInvalid: The file is not a license file.
    """
    return keygen.open_file(data) if armor.LICENSE_FILE.matches(data) else jws.open_file(data)
