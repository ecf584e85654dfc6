"""One request to a vendor's license server and what comes back, of bounded size and from no other server."""

import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

import httpx2

from licensing.documents.armor import MAX_BYTES
from licensing.messages import Message

MAX_REDIRECTS = 3

_MAX_ETAG_LENGTH = 200  # as long as can be stored
_ETAG = re.compile(r'(W/)?"[!#-~]*"')
_METHOD_STAYS = {HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT}
_BUSY = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


class ExchangeFailed(Exception):
    """There was no answer of use.

    Attributes:
        happened: What the license server did, in a clause of which it is the subject.
        passing: Whether another try soon may fare better.
    """

    def __init__(self, happened: Message, *, passing: bool = False) -> None:
        self.happened = happened
        self.passing = passing
        super().__init__(str(happened))


@dataclass(frozen=True)
class Answer:
    """What a license server said, be it yes or no.

    Attributes:
        status: The status, never of a redirect or of a failure.
        content: The body; that of a refusal is empty if it was too large.
        etag: The `ETag`, if there is one that makes sense.
    """

    status: int
    content: bytes
    etag: str | None

    @property
    def is_refusal(self) -> bool:
        """Whether the vendor said no, for good."""
        return self.status >= 400


async def exchange(client: httpx2.AsyncClient, request: httpx2.Request) -> Answer:
    """Sends a request, follows redirects within the same server, and reads the answer. It has no time limit.

    Raises:
        ExchangeFailed: There was no answer of use.
    """
    try:
        for _ in range(1 + MAX_REDIRECTS):
            response = await client.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    return await _read(response)
                request = _redirected(request, response)
            finally:
                await response.aclose()
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise _in_words(error) from error
    raise ExchangeFailed(Message("redirected more than {most} times", most=MAX_REDIRECTS))


def _redirected(request: httpx2.Request, response: httpx2.Response) -> httpx2.Request:
    target = request.url.join(response.headers["Location"])
    here, there = ((url.scheme, url.host, url.port) for url in (request.url, target))
    if there != here:
        raise ExchangeFailed(Message("redirected to another server, which is not followed"))
    if request.method != "GET" and response.status_code not in _METHOD_STAYS:
        raise ExchangeFailed(Message("redirected in a way that loses what was sent"))
    return httpx2.Request(
        request.method,
        target,
        headers=request.headers,
        content=request.content or None,
        extensions=request.extensions,
    )


async def _read(response: httpx2.Response) -> Answer:
    status = response.status_code
    if status in _BUSY:
        raise ExchangeFailed(Message("is too busy (status {status})", status=status))
    # What is not implemented will not be in a second either.
    if status >= 500 and status != HTTPStatus.NOT_IMPLEMENTED:
        raise ExchangeFailed(Message("failed (status {status})", status=status), passing=True)
    content = await _content(response)
    if content is None and status < 400:
        raise ExchangeFailed(Message("sent more than {most} KiB, which is no license document", most=MAX_BYTES // 1024))
    etag = response.headers.get("ETag", "")
    return Answer(status, content or b"", etag if len(etag) <= _MAX_ETAG_LENGTH and _ETAG.fullmatch(etag) else None)


async def _content(response: httpx2.Response) -> bytes | None:
    """The body as it was sent; None if it is too large, of which no more is read than it takes to know."""
    received = bytearray()
    async for chunk in response.aiter_raw():
        received += chunk
        if len(received) > MAX_BYTES:
            return None
    return bytes(received)


def _in_words(error: Exception) -> ExchangeFailed:
    if isinstance(error, httpx2.TimeoutException):
        return ExchangeFailed(Message("did not answer in time"), passing=True)
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return ExchangeFailed(Message("has a certificate that is not trusted ({why})", why=cause.verify_message))
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return ExchangeFailed(Message("does not speak TLS, so there is no secure connection to it"))
    if isinstance(error, httpx2.ConnectError):
        return ExchangeFailed(Message("could not be reached"), passing=True)
    if isinstance(error, (httpx2.InvalidURL, httpx2.UnsupportedProtocol)):
        return ExchangeFailed(Message("has an address that leads nowhere"))
    return ExchangeFailed(Message("broke off, or does not speak HTTP"), passing=True)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
