"""Protocols of the services that the server provides to the resolvers through `Context`."""

import asyncio
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from licensing.errors import LicensingError
from licensing.messages import Message
from models.webhook import Webhook, WebhookDelivery
from resolvers.principals import Principal


class LicenseServerResponse(Protocol):
    """A license server's response to a request for the latest document."""

    @property
    def content(self) -> bytes | None:
        """Return the document, or None if it is the one that was fetched last."""

    @property
    def etag(self) -> str | None:
        """Return the entity tag to send with the next request."""


class LicenseServers(Protocol):
    """A client of vendors' license servers; both methods raise `VendorUnavailable` or `VendorRefused`."""

    async def fetch(
        self, license_server: str, serial_number: str, *, vendor: str, etag: str | None
    ) -> LicenseServerResponse:
        """Return the latest document for a serial number."""

    async def convert(self, license_server: str, *, vendor: str, demo_serial: str, serial: str, owner: str) -> bytes:
        """Return the document of the purchase that replaces a demo."""


class EndpointRefused(Exception):
    """Raised if a webhook URL must not be requested; the message is a clause whose subject is the address."""

    def __init__(self, message: Message) -> None:
        """Store the reason."""
        self.message = message
        super().__init__(str(message))


class RequestInfo(Protocol):
    """The part of `Context` that a webhook client reads."""

    @property
    def request_id(self) -> str:
        """Return the ID of the current request."""

    def now(self) -> datetime:
        """Return the current time."""


class WebhookClientPort(Protocol):
    """A client that validates webhook URLs and sends test events."""

    async def check(self, url: str) -> None:
        """Check that a webhook URL may be requested.

        Raises:
            EndpointRefused: It may not, for example because its host is not public.
        """

    async def test(self, context: RequestInfo, webhook: Webhook) -> WebhookDelivery:
        """Send one test event and return the delivery, not yet saved."""


class EventListener(Protocol):
    """A subscription to the events of one installation."""

    latest: int
    """The position up to which events can be read."""
    news: asyncio.Event
    """Set when `latest` or the validity of the credentials changes, and when the feed closes."""

    def advance(self, position: int) -> None:
        """Raise `latest` to a position and wake the subscriber."""

    def revoke(self) -> None:
        """Mark the caller's credentials as expired and wake the subscriber."""

    def check(self) -> None:
        """Check that the caller's credentials are still valid.

        Raises:
            Unauthenticated: They have expired.
        """


class EventFeed(Protocol):
    """A source of notifications about new audit events."""

    @property
    def is_closed(self) -> bool:
        """Return whether the server is shutting down, which ends all subscriptions."""

    def listen(self, caller: Principal) -> AbstractContextManager[EventListener]:
        """Return a context manager that registers a listener for the caller's installation."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The recorded outcome of a request: a result, or the error that it raised."""

    value: Any
    """The part of the result, as JSON, that cannot be derived from the request."""
    error: LicensingError | None

    def result(self) -> Any:
        """Return the recorded result.

        Raises:
            LicensingError: The request failed with this error.
        """
        if self.error:
            raise self.error
        return self.value


class IdempotencyRecord(Protocol):
    """The record kept under the idempotency key of the current request."""

    outcome: Outcome | None
    """The outcome, once it is known."""

    @property
    def key(self) -> str:
        """Return the idempotency key."""

    async def look_up(self, now: datetime) -> None:
        """Load the outcome if the request was executed before.

        Raises:
            KeyReused: The key was used for a different request.
        """

    async def check_not_executed(self, now: datetime) -> None:
        """Check, inside the transaction, that the request has not been executed since `look_up`.

        Raises:
            AlreadyDone: It has.
            KeyReused: The key was used for a different request.
        """

    async def keep(self, result: Any, error: LicensingError | None, now: datetime) -> Outcome:
        """Store the outcome in the current transaction and return it."""
