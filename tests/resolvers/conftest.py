"""Fixtures for license files and license servers."""

import pytest

from models.vendor import Vendor
from resolvers.context import Context
from tests.support.fake_license_server import FakeLicenseServer
from tests.support.license_imports import import_file, offer, trusted_vendor

__all__ = ["import_file", "offer", "trusted_vendor"]


@pytest.fixture
async def fake_server(context: Context, trusted_vendor: Vendor) -> FakeLicenseServer:
    """The main vendor's license server."""
    await Vendor.filter(id=trusted_vendor.id).update(license_server="https://licenses.example")
    context.license_servers = fake_server = FakeLicenseServer()
    return fake_server
