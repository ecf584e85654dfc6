"""The way to vendors' license servers. They may do whatever they like: it ends in time, and in words."""

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

from licensing.documents.claims import VendorClaims, check_addresses
from licensing.errors import VendorRefused, VendorUnavailable
from licensing.messages import Message
from server.http_clients.circuit_breaker import CircuitBreaker
from server.http_clients.problem_details import detail_of
from server.http_clients.vendor_exchange import Answer, ExchangeFailed, exchange


@dataclass(frozen=True)
class RetryPolicy:
    """How long a license server is waited for, in seconds."""

    one_try: float = 10.0
    whole_call: float = 30.0
    first_pause: float = 1.0
    """Before the second try; before the third it is twice as long; chance takes or gives half of it."""


BACKGROUND = RetryPolicy()
INTERACTIVE = RetryPolicy(whole_call=8.0)
"""For where somebody waits: a request to the API ends after 10 seconds, and shall end in words."""


@dataclass(frozen=True)
class Fetched:
    """What a license server gave.

    Attributes:
        content: The document, if it is one: nobody has verified it; None if it is the one that was fetched last.
        etag: By what to ask for it the next time; None if the license server does not say.
    """

    content: bytes | None
    etag: str | None


class VendorClient:
    """Asks license servers, and leaves those alone that fail again and again.

    Each method raises `VendorUnavailable` if there was no answer of use, a second and third try included where they
    make sense, and `VendorRefused` if the vendor said no; then it makes no sense to ask the same again.
    """

    def __init__(self, patience: RetryPolicy = BACKGROUND, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._circuits: defaultdict[str, CircuitBreaker] = defaultdict(lambda: CircuitBreaker(clock))

    @cached_property
    def _http(self) -> httpx2.AsyncClient:
        """Made when it is first needed, since the authorities that it trusts are read."""
        return httpx2.AsyncClient(
            # Plain, since a few compressed bytes can unfold into any number.
            headers={"User-Agent": "Seatkeeper", "Accept-Encoding": "identity"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            mounts={f"all://{host}": None for host in ("localhost", "127.0.0.1", "[::1]")},  # never by a proxy
            timeout=None,  # each try has its own
        )

    async def fetch(self, license_server: str, serial_number: str, *, vendor: str, etag: str | None) -> Fetched:
        """The latest document for a serial number, unless it is the one that had this `ETag`."""
        answer = await self._ask(
            license_server,
            f"licenses/{serial_number}.lic",
            vendor=vendor,
            headers={"If-None-Match": etag} if etag else {},
            if_unknown=Message("The vendor does not know serial number {serial_number}.", serial_number=serial_number),
        )
        if answer.status == HTTPStatus.NOT_MODIFIED and etag:
            return Fetched(None, etag)
        return Fetched(_document(answer, vendor), answer.etag)

    async def convert(self, license_server: str, *, vendor: str, demo_serial: str, serial: str, owner: str) -> bytes:
        """The document of what was bought in place of a demo, if it is one: nobody has verified it."""
        answer = await self._ask(
            license_server,
            "conversions",
            {"demo_serial": demo_serial, "serial": serial, "owner": owner},
            vendor=vendor,
            if_unknown=Message(
                "The vendor knows of no purchase for the demo with serial number {serial_number}.",
                serial_number=demo_serial,
            ),
        )
        return _document(answer, vendor)

    async def report(self, license_server: str, kind: str, content: Mapping[str, object], *, vendor: str) -> None:
        """Tells a vendor what became of a document; `kind` is `acceptances` or `rejections`."""
        await self._ask(
            license_server, kind, content, vendor=vendor, if_unknown=Message("The vendor takes no such reports.")
        )

    async def aclose(self) -> None:
        """Closes the connections."""
        if "_http" in vars(self):
            await self._http.aclose()

    async def _ask(
        self,
        license_server: str,
        path: str,
        content: Mapping[str, object] | None = None,
        *,
        vendor: str,
        headers: Mapping[str, str] | None = None,
        if_unknown: Message,
    ) -> Answer:
        try:
            request = self._request(license_server, path, content, headers or {})
            answer = await self._try(self._circuits[license_server], request)
        except ExchangeFailed as failure:
            raise VendorUnavailable(vendor=vendor, happened=failure.happened) from failure
        if answer.is_refusal:
            raise VendorRefused(said=detail_of(answer.content) or _words_for(answer.status, if_unknown))
        return answer

    def _request(
        self, license_server: str, path: str, content: Mapping[str, object] | None, headers: Mapping[str, str]
    ) -> httpx2.Request:
        try:
            check_addresses(VendorClaims(name=license_server, license_server=license_server))
            url = httpx2.URL(f"{license_server.rstrip('/')}/v1/{path}")
        except (ValueError, httpx2.InvalidURL):
            raise ExchangeFailed(Message("has no address that begins with https://, so it is not asked")) from None
        if content is None:
            return self._http.build_request("GET", url, headers=headers)
        headers = {"Content-Type": "application/json", **headers}
        return self._http.build_request("POST", url, headers=headers, content=msgspec.json.encode(content))

    async def _try(self, circuit: CircuitBreaker, request: httpx2.Request) -> Answer:
        now, patience = asyncio.get_running_loop().time, self._patience
        deadline = now() + patience.whole_call
        failure = ExchangeFailed(Message("failed again and again, and is left alone for a minute"))
        for pause in (0.0, patience.first_pause, 2 * patience.first_pause):
            pause *= random.uniform(0.5, 1.5)
            if now() + pause >= deadline or not circuit.allow():
                break
            await asyncio.sleep(pause)
            seconds = min(patience.one_try, deadline - now())
            # Connecting and TLS end by themselves, half the time each: a handshake that is cancelled leaks its socket.
            request.extensions["timeout"] = httpx2.Timeout(None, connect=seconds / 2).as_dict()
            try:
                async with asyncio.timeout(seconds):
                    answer = await exchange(self._http, request)
            except TimeoutError:
                failure = ExchangeFailed(Message("did not answer in time"), passing=True)
            except ExchangeFailed as failed:
                failure = failed
            else:
                circuit.succeeded()
                return answer
            circuit.failed()
            if not failure.passing:
                break
        raise failure


def _document(answer: Answer, vendor: str) -> bytes:
    if answer.status != HTTPStatus.OK:
        raise VendorUnavailable(
            vendor=vendor, happened=Message("gave no document (status {status})", status=answer.status)
        )
    return answer.content


def _words_for(status: int, if_unknown: Message) -> Message:
    match status:
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
            return if_unknown
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return Message("Access is denied (status {status}).", status=status)
        case _:
            return Message("It does not take this request (status {status}).", status=status)
