"""The client for vendors' license servers, which bounds the time of each call and reports all failures as errors."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2
import msgspec

from licensing.documents.claims import VendorClaims, check_vendor_urls
from licensing.errors import VendorRefused, VendorUnavailable
from licensing.messages import Message
from server.http_clients.circuit_breaker import CircuitBreaker
from server.http_clients.problem_details import detail_of
from server.http_clients.vendor_exchange import RequestFailed, VendorResponse, send_request


@dataclass(frozen=True)
class RetryPolicy:
    """The timeouts and the retry delay of a call, in seconds."""

    attempt_timeout: float = 10.0
    total_timeout: float = 30.0
    retry_delay: float = 1.0
    """The delay before the second attempt; it doubles before the third. A jitter of 50 % is applied to both."""


BACKGROUND = RetryPolicy()
INTERACTIVE = RetryPolicy(total_timeout=8.0)
"""The policy for API requests, which time out after 10 seconds and should return an error before that."""


@dataclass(frozen=True)
class FetchedDocument:
    """The response of a license server to a request for the latest document.

    Attributes:
        content: The content, which has not been verified yet; None if it is unchanged since the last fetch.
        etag: The `ETag` to send with the next request; None if the license server sends none.
    """

    content: bytes | None
    etag: str | None


class VendorClient:
    """A client for license servers, with retries and a circuit breaker per server.

    Each method raises `VendorUnavailable` if there is no usable response after up to three attempts, and
    `VendorRefused` if the license server rejects the request, in which case a retry would be futile.
    """

    def __init__(self, policy: RetryPolicy = BACKGROUND, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._policy = policy
        self._breakers: defaultdict[str, CircuitBreaker] = defaultdict(lambda: CircuitBreaker(clock))

    @cached_property
    def _http(self) -> httpx2.AsyncClient:
        """Created on first use, because loading the trusted certificate authorities is slow."""
        return httpx2.AsyncClient(
            # No compression, because a small compressed body can expand to an arbitrary size.
            headers={"User-Agent": "Seatkeeper", "Accept-Encoding": "identity"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            mounts={f"all://{host}": None for host in ("localhost", "127.0.0.1", "[::1]")},  # bypass proxies
            timeout=None,  # each attempt has its own timeout
        )

    async def fetch(self, license_server: str, serial_number: str, *, vendor: str, etag: str | None) -> FetchedDocument:
        """Fetch the latest document for a serial number, unless it still has this `ETag`."""
        response = await self._send(
            license_server,
            f"licenses/{serial_number}.lic",
            vendor=vendor,
            headers={"If-None-Match": etag} if etag else {},
            if_unknown=Message("The vendor does not know serial number {serial_number}.", serial_number=serial_number),
        )
        if response.status == HTTPStatus.NOT_MODIFIED and etag:
            return FetchedDocument(None, etag)
        return FetchedDocument(_require_document(response, vendor), response.etag)

    async def convert(self, license_server: str, *, vendor: str, demo_serial: str, serial: str, owner: str) -> bytes:
        """Fetch the document that was purchased for a demo; it has not been verified yet."""
        response = await self._send(
            license_server,
            "conversions",
            {"demo_serial": demo_serial, "serial": serial, "owner": owner},
            vendor=vendor,
            if_unknown=Message(
                "The vendor has no purchase for the demo with serial number {serial_number}.",
                serial_number=demo_serial,
            ),
        )
        return _require_document(response, vendor)

    async def report(self, license_server: str, kind: str, content: Mapping[str, object], *, vendor: str) -> None:
        """Report to a vendor that a document was activated or rejected; `kind` is `acceptances` or `rejections`."""
        await self._send(
            license_server, kind, content, vendor=vendor, if_unknown=Message("The vendor does not accept such reports.")
        )

    async def aclose(self) -> None:
        """Close the connections."""
        if "_http" in vars(self):
            await self._http.aclose()

    async def _send(
        self,
        license_server: str,
        path: str,
        content: Mapping[str, object] | None = None,
        *,
        vendor: str,
        headers: Mapping[str, str] | None = None,
        if_unknown: Message,
    ) -> VendorResponse:
        try:
            request = self._build_request(license_server, path, content, headers or {})
            response = await self._send_with_retries(self._breakers[license_server], request)
        except RequestFailed as failure:
            raise VendorUnavailable(vendor=vendor, happened=failure.happened) from failure
        if response.is_refusal:
            raise VendorRefused(said=detail_of(response.content) or _default_refusal(response.status, if_unknown))
        return response

    def _build_request(
        self, license_server: str, path: str, content: Mapping[str, object] | None, headers: Mapping[str, str]
    ) -> httpx2.Request:
        try:
            check_vendor_urls(VendorClaims(name=license_server, license_server=license_server))
            url = httpx2.URL(f"{license_server.rstrip('/')}/v1/{path}")
        except (ValueError, httpx2.InvalidURL):
            raise RequestFailed(Message("has no address that begins with https://")) from None
        if content is None:
            return self._http.build_request("GET", url, headers=headers)
        headers = {"Content-Type": "application/json", **headers}
        return self._http.build_request("POST", url, headers=headers, content=msgspec.json.encode(content))

    async def _send_with_retries(self, breaker: CircuitBreaker, request: httpx2.Request) -> VendorResponse:
        now, policy = asyncio.get_running_loop().time, self._policy
        deadline = now() + policy.total_timeout
        failure = RequestFailed(Message("failed repeatedly and is not contacted again for a minute"))
        for delay in (0.0, policy.retry_delay, 2 * policy.retry_delay):
            delay *= random.uniform(0.5, 1.5)
            if now() + delay >= deadline or not breaker.allow():
                break
            await asyncio.sleep(delay)
            seconds = min(policy.attempt_timeout, deadline - now())
            # httpx limits connecting and TLS, half the time each: cancelling a TLS handshake would leak its socket.
            request.extensions["timeout"] = httpx2.Timeout(None, connect=seconds / 2).as_dict()
            try:
                async with asyncio.timeout(seconds):
                    response = await send_request(self._http, request)
            except TimeoutError:
                failure = RequestFailed(Message("did not answer in time"), is_transient=True)
            except RequestFailed as error:
                failure = error
            else:
                breaker.record_success()
                return response
            breaker.record_failure()
            if not failure.is_transient:
                break
        raise failure


def _require_document(response: VendorResponse, vendor: str) -> bytes:
    if response.status != HTTPStatus.OK:
        raise VendorUnavailable(
            vendor=vendor, happened=Message("sent no document (status {status})", status=response.status)
        )
    return response.content


def _default_refusal(status: int, if_unknown: Message) -> Message:
    match status:
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
            return if_unknown
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return Message("Access is denied (status {status}).", status=status)
        case _:
            return Message("The license server does not support this request (status {status}).", status=status)
