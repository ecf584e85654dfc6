"""What a vendor keeps in a folder for its license server, and what the server leaves there.

    v1/licenses/{serial}.lic         the latest signed document for a serial number
    refusals/{serial}.json           {"detail": …}: there is none any more, and the words why
    conversions/{demo_serial}.json   {"serial": …, "owner": …, "document": …}: what was bought for a demo; `document`
                                     is a path in the folder, v1/licenses/{serial}.lic if left out
    acceptances/, rejections/        what became of the documents, a file each

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
from licensing.documents.claims import Instant, Name, SerialNumber, Text

MAX_REPORTS = 1000
"""Reports of one kind that are kept for one serial number: anybody can send them."""

T = TypeVar("T")


class Refusal(msgspec.Struct, frozen=True):
    """Why an installation gets no document, in words for its administrator."""

    detail: Annotated[Text, Meta(min_length=1)]


class Purchase(msgspec.Struct, frozen=True):
    """What was bought for a demo."""

    serial: SerialNumber
    owner: Name
    document: str | None = None


class Acceptance(msgspec.Struct, frozen=True):
    """An installation activated a document."""

    serial: SerialNumber
    jti: Name
    activated_at: Instant


class Rejection(msgspec.Struct, frozen=True):
    """An installation's administrator says that a document is wrong."""

    serial: SerialNumber
    jti: Name
    rejected_at: Instant
    reason: Text


class TooManyReports(Exception):
    """So many reports are kept for a serial number that they cannot all be meant."""


class DocumentStore:
    """A vendor's folder."""

    def __init__(self, path: Path) -> None:
        """Take the folder as it is.

        Raises:
            NotADirectoryError: There is none.
        """
        if not path.is_dir():
            raise NotADirectoryError(f"{path} is no folder. Make it, and put documents in {path / 'v1' / 'licenses'}.")
        self.path = path.resolve()

    def document(self, serial: str) -> bytes | None:
        """The latest document for a serial number."""
        return _read(self._document_path(serial))

    def refusal(self, serial: str) -> Refusal | None:
        """Why there is no document for a serial number, if that is so.

        Raises:
            ValueError: The vendor's file makes no sense.
        """
        return self._prepared("refusals", serial, Refusal)

    def purchase(self, demo_serial: str) -> Purchase | None:
        """What was bought for a demo.

        Raises:
            ValueError: The vendor's file makes no sense.
        """
        return self._prepared("conversions", demo_serial, Purchase)

    def purchased_document(self, purchase: Purchase) -> bytes | None:
        """The document of what was bought.

        Raises:
            ValueError: The vendor's file points out of the folder.
        """
        if purchase.document is None:
            return self.document(purchase.serial)
        path = (self.path / purchase.document).resolve()
        if not path.is_relative_to(self.path):
            raise ValueError(f"{purchase.document} is not in {self.path}")
        return _read(path)

    def keep(self, report: Acceptance | Rejection) -> None:
        """Keeps a report as a file of its own; of several on one document the first.

        Raises:
            TooManyReports: There are too many for this serial number.
        """
        folder = self.path / ("acceptances" if isinstance(report, Acceptance) else "rejections")
        folder.mkdir(exist_ok=True)
        # A vendor names documents as it likes, in words that are no file name everywhere.
        path = folder / f"{report.serial}-{hashlib.sha256(report.jti.encode()).hexdigest()[:32]}.json"
        if path.exists():
            return
        if len(list(folder.glob(f"{report.serial}-*.json"))) >= MAX_REPORTS:
            raise TooManyReports
        _write_once(path, msgspec.json.encode(report))

    def _document_path(self, serial: str) -> Path:
        return self.path / "v1" / "licenses" / f"{serial}.lic"

    def _prepared(self, kind: str, serial: str, shape: type[T]) -> T | None:
        path = self.path / kind / f"{serial}.json"
        if (content := _read(path)) is None:
            return None
        try:
            return strict_json.decode(content, shape)
        except ValueError as error:
            raise ValueError(f"{path} cannot be used: {error}") from None


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _write_once(path: Path, content: bytes) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=".") as draft:
        draft.write(content)
        draft.flush()
        os.fsync(draft.fileno())
        # A link is there whole or not at all, and never in another file's place.
        with suppress(FileExistsError):
            os.link(draft.name, path)
