"""The kinds of license file that vendors send, behind one interface; what a file looks like says which it is."""

from licensing.documents import armor
from licensing.documents.formats import jws, keygen
from licensing.documents.formats.license_file import LicenseFile, Reader

__all__ = ["LicenseFile", "Reader", "open_file"]


def open_file(data: bytes) -> LicenseFile:
    """A license file, taken apart.

    Raises:
        FileTooLarge: It is larger than 256 KiB.
        FileInvalid: It is no license file.
    """
    return keygen.open_file(data) if armor.LICENSE_FILE.is_around(data) else jws.open_file(data)
