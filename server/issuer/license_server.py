"""The reference license server, which serves a vendor's folder over HTTP. It has no private key.

Documents are signed and not confidential, so a file server or a CDN can serve them; see `docs/vendors.md`. This server
also stores reports and converts demos.
"""

import asyncio
import hashlib
import re
from pathlib import Path
from typing import TypeVar, cast

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from licensing.documents import strict_json
from licensing.documents.claims import Name, SerialNumber
from server.http_clients.problem_details import problem_response
from server.issuer.document_store import Acceptance, DocumentStore, Rejection, TooManyReports

MAX_BODY_SIZE = 16 * 1024
BODY_TIMEOUT = 15.0
"""Seconds within which the body of a request must arrive."""
CACHE_CONTROL = "public, max-age=300"
"""The caching policy of documents: caches may serve them for five minutes without revalidation."""

T = TypeVar("T")


class ConversionRequest(msgspec.Struct, frozen=True):
    """A request for the document that was purchased for a demo."""

    demo_serial: SerialNumber
    serial: SerialNumber
    owner: Name


def create_license_server(directory: Path | str, *, body_timeout: float = BODY_TIMEOUT) -> Starlette:
    """Return the ASGI application for a vendor's folder, whose layout is described in `server.issuer.document_store`.

    Raises:
        NotADirectoryError: The folder does not exist.
    """
    app = Starlette(
        routes=[
            Route("/v1/licenses/{serial}.lic", license_file),
            Route("/v1/acceptances", acceptances, methods=["POST"]),
            Route("/v1/rejections", rejections, methods=["POST"]),
            Route("/v1/conversions", conversions, methods=["POST"]),
        ],
        exception_handlers={HTTPException: _http_error_response, Exception: _server_error_response},
    )
    app.state.folder, app.state.body_timeout = DocumentStore(Path(directory)), body_timeout
    return app


def serve(directory: Path | str, host: str = "127.0.0.1", port: int = 8100) -> None:
    """Serve a vendor's folder until the process is stopped.

    Raises:
        NotADirectoryError: The folder does not exist.
    """
    app = create_license_server(directory)
    uvicorn.run(app, host=host, port=port, ws="none", lifespan="off", server_header=False, timeout_graceful_shutdown=10)


def license_file(request: Request) -> Response:
    """Return the latest document for a serial number."""
    serial, folder = request.path_params["serial"], _get_document_store(request)
    if not re.fullmatch("[0-9]{10}", serial):
        raise HTTPException(404, "A serial number has ten digits. Request the one of your installation.")
    if refusal := folder.refusal(serial):
        raise HTTPException(403, refusal.detail)
    content = folder.document(serial)
    if content is None:
        raise _unknown_serial(serial)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL, "X-Content-Type-Options": "nosniff"}
    if _is_cached(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type="text/plain; charset=us-ascii")


async def acceptances(request: Request) -> Response:
    """Store a report that a document was activated."""
    return await _store_report(request, await _read_json_body(request, Acceptance))


async def rejections(request: Request) -> Response:
    """Store a report that a document was rejected."""
    return await _store_report(request, await _read_json_body(request, Rejection))


async def conversions(request: Request) -> Response:
    """Return the document that was purchased for a demo, if serial number and license owner match the purchase."""
    conversion = await _read_json_body(request, ConversionRequest)
    folder = _get_document_store(request)
    purchase = await run_in_threadpool(folder.purchase, conversion.demo_serial)
    if purchase is None:
        raise HTTPException(404, f"There is no purchase for the demo with serial number {conversion.demo_serial}.")
    if (conversion.serial, conversion.owner) != (purchase.serial, purchase.owner):
        raise HTTPException(
            403,
            "This serial number and license owner are not those of the purchase. "
            "Enter both exactly as in the order confirmation.",
        )
    content = await run_in_threadpool(folder.purchased_document, purchase)
    if content is None:
        raise HTTPException(503, "The purchased licenses are not ready yet. Try again later.")
    return Response(content, headers={"Cache-Control": "no-store"}, media_type="text/plain; charset=us-ascii")


async def _store_report(request: Request, report: Acceptance | Rejection) -> Response:
    folder = _get_document_store(request)
    if await run_in_threadpool(folder.document, report.serial) is None:
        raise _unknown_serial(report.serial)
    try:
        await run_in_threadpool(folder.store_report, report)
    except TooManyReports:
        raise HTTPException(429, f"Too many reports were received for serial number {report.serial}.") from None
    return Response(status_code=204)


async def _read_json_body(request: Request, shape: type[T]) -> T:
    received = bytearray()
    try:
        async with asyncio.timeout(request.app.state.body_timeout):
            async for chunk in request.stream():
                received += chunk
                if len(received) > MAX_BODY_SIZE:
                    raise HTTPException(413, f"The body is larger than {MAX_BODY_SIZE:,} bytes. Send less.")
    except TimeoutError:
        raise HTTPException(408, "The body did not arrive in time. Send it again.") from None
    try:
        return strict_json.decode(bytes(received), shape)
    except ValueError as error:
        raise HTTPException(400, f"The body cannot be used: {error}. Correct it, then send it again.") from None


def _get_document_store(request: Request) -> DocumentStore:
    return cast(DocumentStore, request.app.state.folder)


def _is_cached(request: Request, etag: str) -> bool:
    known = request.headers.get("if-none-match", "")
    # RFC 9110, section 13.1.2: weak comparison, because caches may have turned a strong tag into a weak one.
    return known.strip() == "*" or etag in re.findall(r'"[^"]*"', known)


def _unknown_serial(serial: str) -> HTTPException:
    return HTTPException(404, f"There are no licenses for serial number {serial}.")


def _http_error_response(request: Request, error: Exception) -> Response:
    error = cast(HTTPException, error)
    return problem_response(error.status_code, error.detail, error.headers)


def _server_error_response(request: Request, error: Exception) -> Response:
    # The cause is logged and not disclosed.
    return problem_response(500, "Something went wrong in the license server. Try again later.")
