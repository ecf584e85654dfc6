"""Fixtures that import license documents as the administrator."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import pytest

from licensing.enums import ImportMode
from models.vendor import TrustedKey, Vendor
from resolvers.change_sets.license_files import import_license_file, verify_license_file
from resolvers.change_sets.read_model import ChangeSetView
from resolvers.context import Context
from tests.support.documents import claims, grant, signed, trusted

ImportFile = Callable[..., Awaitable[ChangeSetView | None]]


@pytest.fixture
async def trusted_vendor(installation: int) -> Vendor:
    """The main vendor, which trusts the key of `tests.support.documents`."""
    vendor = await Vendor.get(installation_id=installation, key="superoffice")
    key = trusted()
    await TrustedKey.create(installation_id=installation, vendor_id=vendor.id, kid=key.kid, jwk=dict(key.jwk))
    return vendor


@pytest.fixture
def import_file(context: Context, trusted_vendor: Vendor) -> ImportFile:
    """A function that imports a license file with the given claims, as the administrator."""

    async def run(payload: dict[str, Any], mode: ImportMode = ImportMode.FOLLOW_POLICY) -> ChangeSetView | None:
        content = signed(payload)
        document = await verify_license_file(context, content, mode)
        return await import_license_file(context, document, content, mode)

    return run


@pytest.fixture
def offer(import_file: ImportFile) -> Callable[..., Awaitable[ChangeSetView]]:
    """A function that imports the vendor's next document for review, given totals by license key or claims."""
    sequence = count(1)

    async def run(totals: dict[str, int | None], **stated: Any) -> ChangeSetView:
        number = next(sequence)
        licenses = [
            grant(key.removeprefix("superoffice."), name=key.removeprefix("superoffice."), total=total)
            for key, total in totals.items()
        ]
        document = claims(seq=number, jti=f"document-{number}", **{"licenses": licenses, **stated})
        change_set = await import_file(document, ImportMode.REVIEW)
        assert change_set is not None
        return change_set

    return run
