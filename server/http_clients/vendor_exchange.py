"""One request to a vendor's license server, with a bounded response and redirects within the same server only."""

import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

import httpx2

from licensing.documents.armor import MAX_BYTES
from licensing.messages import Message

MAX_REDIRECTS = 3

_MAX_ETAG_LENGTH = 200  # the length of the database column
_ETAG = re.compile(r'(W/)?"[!#-~]*"')
_METHOD_PRESERVING = {HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT}
_BUSY_STATUSES = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


class RequestFailed(Exception):
    """A request had no usable response.

    Attributes:
        happened: The failure, as a predicate whose subject is the license server.
        is_transient: Whether a retry may succeed.
    """

    def __init__(self, happened: Message, *, is_transient: bool = False) -> None:
        self.happened = happened
        self.is_transient = is_transient
        super().__init__(str(happened))


@dataclass(frozen=True)
class VendorResponse:
    """The response of a license server, which may be a refusal.

    Attributes:
        status: The status, which is neither a redirect nor a server error other than 501.
        content: The body; empty if a refusal has a body that is too large.
        etag: The `ETag`; None if it is missing, malformed or too long.
    """

    status: int
    content: bytes
    etag: str | None

    @property
    def is_refusal(self) -> bool:
        """Return whether the license server rejected the request permanently."""
        return self.status >= 400


async def send_request(client: httpx2.AsyncClient, request: httpx2.Request) -> VendorResponse:
    """Send a request, follow redirects within the same server and read the response; the caller sets the timeout.

    Raises:
        RequestFailed: There was no usable response.
    """
    try:
        for _ in range(1 + MAX_REDIRECTS):
            response = await client.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    return await _read_response(response)
                request = _build_redirected_request(request, response)
            finally:
                await response.aclose()
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise _describe_error(error) from error
    raise RequestFailed(Message("redirected more than {most} times", most=MAX_REDIRECTS))


def _build_redirected_request(request: httpx2.Request, response: httpx2.Response) -> httpx2.Request:
    target = request.url.join(response.headers["Location"])
    origin, target_origin = ((url.scheme, url.host, url.port) for url in (request.url, target))
    if target_origin != origin:
        raise RequestFailed(Message("redirected to another server, which is not followed"))
    if request.method != "GET" and response.status_code not in _METHOD_PRESERVING:
        raise RequestFailed(Message("redirected in a way that drops the request body"))
    return httpx2.Request(
        request.method,
        target,
        headers=request.headers,
        content=request.content or None,
        extensions=request.extensions,
    )


async def _read_response(response: httpx2.Response) -> VendorResponse:
    status = response.status_code
    if status in _BUSY_STATUSES:
        raise RequestFailed(Message("is too busy (status {status})", status=status))
    # A retry does not help against 501 Not Implemented.
    if status >= 500 and status != HTTPStatus.NOT_IMPLEMENTED:
        raise RequestFailed(Message("failed (status {status})", status=status), is_transient=True)
    content = await _read_body(response)
    if content is None and status < 400:
        raise RequestFailed(Message("sent more than {most} KiB, so it is no license document", most=MAX_BYTES // 1024))
    etag = response.headers.get("ETag", "")
    return VendorResponse(
        status, content or b"", etag if len(etag) <= _MAX_ETAG_LENGTH and _ETAG.fullmatch(etag) else None
    )


async def _read_body(response: httpx2.Response) -> bytes | None:
    """Return the raw body; None if it is too large, in which case reading stops at the limit."""
    received = bytearray()
    async for chunk in response.aiter_raw():
        received += chunk
        if len(received) > MAX_BYTES:
            return None
    return bytes(received)


def _describe_error(error: Exception) -> RequestFailed:
    if isinstance(error, httpx2.TimeoutException):
        return RequestFailed(Message("did not answer in time"), is_transient=True)
    causes = list(_iterate_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return RequestFailed(Message("has a certificate that is not trusted ({why})", why=cause.verify_message))
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return RequestFailed(Message("does not support TLS, so no secure connection is possible"))
    if isinstance(error, httpx2.ConnectError):
        return RequestFailed(Message("could not be reached"), is_transient=True)
    if isinstance(error, (httpx2.InvalidURL, httpx2.UnsupportedProtocol)):
        return RequestFailed(Message("has an invalid address"))
    return RequestFailed(Message("closed the connection early or did not send valid HTTP"), is_transient=True)


def _iterate_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
