"""License files on their way into the test's installation."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from licensing.enums import ImportMode
from licensing.errors import LicensingError
from models.vendor import TrustedKey, Vendor
from resolvers.change_sets.license_files import import_license_file, verify_license_file
from resolvers.change_sets.read_model import ChangeSetView
from resolvers.context import Context
from tests.support.documents import ISSUED, KEY, claims, grant, signed, trusted

Import = Callable[..., Awaitable[ChangeSetView | None]]


@pytest.fixture
async def trusted_vendor(installation: int) -> Vendor:
    """The main vendor, which signs with the tests' key."""
    vendor = await Vendor.get(installation_id=installation, key="superoffice")
    key = trusted()
    await TrustedKey.create(installation_id=installation, vendor_id=vendor.id, kid=key.kid, jwk=dict(key.jwk))
    return vendor


@pytest.fixture
def import_file(context: Context, trusted_vendor: Vendor) -> Import:
    """Imports a license file with these claims, as the administrator does."""

    async def do(stated: dict[str, Any], mode: ImportMode = ImportMode.FOLLOW_POLICY) -> ChangeSetView | None:
        content = signed(stated)
        document = await verify_license_file(context, content, mode)
        return await import_license_file(context, document, content, mode)

    return do


@pytest.fixture
def offer(import_file: Import) -> Callable[..., Awaitable[ChangeSetView]]:
    """The vendor's next document, left for review: license types with their new totals, or licenses as stated."""
    sequence = count(1)

    async def do(totals: dict[str, int | None], **stated: Any) -> ChangeSetView:
        number = next(sequence)
        licenses = [
            grant(key.removeprefix("superoffice."), name=key.removeprefix("superoffice."), total=total)
            for key, total in totals.items()
        ]
        document = claims(seq=number, jti=f"document-{number}", **{"licenses": licenses, **stated})
        change_set = await import_file(document, ImportMode.REVIEW)
        assert change_set is not None
        return change_set

    return do


@dataclass
class Given:
    """What a license server gave."""

    content: bytes | None
    etag: str | None = None


class Shelf:
    """A license server as the resolvers see it: it gives what lies on it, or fails as it is told."""

    def __init__(self) -> None:
        """Empty."""
        self.content: bytes | None = None
        self.etag: str | None = None
        self.purchase: bytes = b""
        self.failure: LicensingError | None = None
        self.asked: list[str] = []

    async def fetch(self, license_server: str, serial_number: str, *, vendor: str, etag: str | None) -> Given:
        """The document, unless the caller has it."""
        self.asked.append(serial_number)
        if self.failure:
            raise self.failure
        return Given(None if etag and etag == self.etag else self.content, self.etag)

    async def convert(self, license_server: str, *, vendor: str, demo_serial: str, serial: str, owner: str) -> bytes:
        """What was bought."""
        if self.failure:
            raise self.failure
        return self.purchase


@pytest.fixture
async def shelf(context: Context, trusted_vendor: Vendor) -> Shelf:
    """The main vendor's license server."""
    await Vendor.filter(id=trusted_vendor.id).update(license_server="https://licenses.example")
    context.license_servers = shelf = Shelf()
    return shelf


def at(moment: datetime) -> int:
    """The moment as documents state it."""
    return int(moment.timestamp())


__all__ = ["ISSUED", "KEY", "Import", "at"]
