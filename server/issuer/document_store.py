"""The folder of a vendor's license server: documents that the vendor provides, and reports that the server stores.

    v1/licenses/{serial}.lic         the latest signed document for a serial number
    refusals/{serial}.json           {"detail": …}: the reason why there is no document for a serial number
    conversions/{demo_serial}.json   {"serial": …, "owner": …, "document": …}: the purchase for a demo; `document` is
                                     a path in the folder (default: v1/licenses/{serial}.lic)
    acceptances/, rejections/        reports of activated and rejected documents, one file each

Only `v1/` is public.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from licensing.documents import strict_json
from licensing.documents.claims import AwareDatetime, Name, SerialNumber, Text

MAX_REPORTS = 1000
"""Reports of one kind that are stored for one serial number, limited because reports need no credentials."""

T = TypeVar("T")


class RefusalNotice(msgspec.Struct, frozen=True):
    """The reason why an installation gets no document, as text for its administrator."""

    detail: Annotated[Text, Meta(min_length=1)]


class Purchase(msgspec.Struct, frozen=True):
    """The purchase for a demo installation."""

    serial: SerialNumber
    owner: Name
    document: str | None = None


class Acceptance(msgspec.Struct, frozen=True):
    """A report that an installation activated a document."""

    serial: SerialNumber
    jti: Name
    activated_at: AwareDatetime


class Rejection(msgspec.Struct, frozen=True):
    """A report that an administrator rejected a document."""

    serial: SerialNumber
    jti: Name
    rejected_at: AwareDatetime
    reason: Text


class TooManyReports(Exception):
    """The maximum number of reports is stored for a serial number."""


class DocumentStore:
    """A vendor's folder."""

    def __init__(self, path: Path) -> None:
        """Use an existing folder.

        Raises:
            NotADirectoryError: The folder does not exist.
        """
        if not path.is_dir():
            raise NotADirectoryError(
                f"{path} is not a folder. Create it, and put documents in {path / 'v1' / 'licenses'}."
            )
        self.path = path.resolve()

    def document(self, serial: str) -> bytes | None:
        """Return the latest document for a serial number; None if there is none."""
        return _read_bytes(self._document_path(serial))

    def refusal(self, serial: str) -> RefusalNotice | None:
        """Return the refusal for a serial number; None if there is none.

        Raises:
            ValueError: The file is malformed.
        """
        return self._read_json("refusals", serial, RefusalNotice)

    def purchase(self, demo_serial: str) -> Purchase | None:
        """Return the purchase for a demo; None if there is none.

        Raises:
            ValueError: The file is malformed.
        """
        return self._read_json("conversions", demo_serial, Purchase)

    def purchased_document(self, purchase: Purchase) -> bytes | None:
        """Return the document of a purchase; None if the file does not exist.

        Raises:
            ValueError: The path of the document is outside of the folder.
        """
        if purchase.document is None:
            return self.document(purchase.serial)
        path = (self.path / purchase.document).resolve()
        if not path.is_relative_to(self.path):
            raise ValueError(f"{purchase.document} is not in {self.path}")
        return _read_bytes(path)

    def store_report(self, report: Acceptance | Rejection) -> None:
        """Store a report as a file, unless there is one for the same document.

        Raises:
            TooManyReports: The maximum number of reports is stored for this serial number.
        """
        folder = self.path / ("acceptances" if isinstance(report, Acceptance) else "rejections")
        folder.mkdir(exist_ok=True)
        # The `jti` is an arbitrary text, which need not be a valid file name.
        path = folder / f"{report.serial}-{hashlib.sha256(report.jti.encode()).hexdigest()[:32]}.json"
        if path.exists():
            return
        if len(list(folder.glob(f"{report.serial}-*.json"))) >= MAX_REPORTS:
            raise TooManyReports
        _write_once(path, msgspec.json.encode(report))

    def _document_path(self, serial: str) -> Path:
        return self.path / "v1" / "licenses" / f"{serial}.lic"

    def _read_json(self, kind: str, serial: str, shape: type[T]) -> T | None:
        path = self.path / kind / f"{serial}.json"
        if (content := _read_bytes(path)) is None:
            return None
        try:
            return strict_json.decode(content, shape)
        except ValueError as error:
            raise ValueError(f"{path} cannot be used: {error}") from None


def _read_bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _write_once(path: Path, content: bytes) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=".") as draft:
        draft.write(content)
        draft.flush()
        os.fsync(draft.fileno())
        # Linking is atomic and fails if the file exists.
        with suppress(FileExistsError):
            os.link(draft.name, path)
