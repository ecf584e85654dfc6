"""A license server in memory."""

from dataclasses import dataclass

from licensing.errors import LicensingError


@dataclass
class FakeResponse:
    """A response of the fake license server."""

    content: bytes | None
    etag: str | None = None


class FakeLicenseServer:
    """A license server that returns a preset document or raises a preset error."""

    def __init__(self) -> None:
        """Start without a document."""
        self.content: bytes | None = None
        self.etag: str | None = None
        self.purchase: bytes = b""
        self.failure: LicensingError | None = None
        self.requests: list[str] = []

    async def fetch(self, license_server: str, serial_number: str, *, vendor: str, etag: str | None) -> FakeResponse:
        """Return the document, unless the entity tag matches."""
        self.requests.append(serial_number)
        if self.failure:
            raise self.failure
        return FakeResponse(None if etag and etag == self.etag else self.content, self.etag)

    async def convert(self, license_server: str, *, vendor: str, demo_serial: str, serial: str, owner: str) -> bytes:
        """Return the document of the purchase."""
        if self.failure:
            raise self.failure
        return self.purchase
