"""The reference license server: a vendor's folder over HTTP. It signs nothing and has no private key.

Documents are signed files that anybody may hold, so serving them takes no more than a file server or a CDN; see
`docs/vendors.md`. This one also takes reports and converts demos.
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
"""Seconds until a body must have arrived."""
FRESH = "public, max-age=300"
"""How long caches on the way may give a document without asking."""

T = TypeVar("T")


class Conversion(msgspec.Struct, frozen=True):
    """A demo asks for what was bought for it."""

    demo_serial: SerialNumber
    serial: SerialNumber
    owner: Name


def create_license_server(directory: Path | str, *, slowest_body: float = BODY_TIMEOUT) -> Starlette:
    """The ASGI application over a vendor's folder; `server.vendor_folder` says what stands where in it.

    Raises:
        NotADirectoryError: There is no such folder.
    """
    app = Starlette(
        routes=[
            Route("/v1/licenses/{serial}.lic", license_file),
            Route("/v1/acceptances", acceptances, methods=["POST"]),
            Route("/v1/rejections", rejections, methods=["POST"]),
            Route("/v1/conversions", conversions, methods=["POST"]),
        ],
        exception_handlers={HTTPException: _refused, Exception: _failed},
    )
    app.state.folder, app.state.slowest_body = DocumentStore(Path(directory)), slowest_body
    return app


def serve(directory: Path | str, host: str = "127.0.0.1", port: int = 8100) -> None:
    """Serves a vendor's folder until it is stopped.

    Raises:
        NotADirectoryError: There is no such folder.
    """
    app = create_license_server(directory)
    uvicorn.run(app, host=host, port=port, ws="none", lifespan="off", server_header=False, timeout_graceful_shutdown=10)


def license_file(request: Request) -> Response:
    """The latest document for a serial number."""
    serial, folder = request.path_params["serial"], _folder(request)
    if not re.fullmatch("[0-9]{10}", serial):
        raise HTTPException(404, "A serial number has ten digits. Ask for that of your installation.")
    if refusal := folder.refusal(serial):
        raise HTTPException(403, refusal.detail)
    content = folder.document(serial)
    if content is None:
        raise _unknown(serial)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": FRESH, "X-Content-Type-Options": "nosniff"}
    if _has_already(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type="text/plain; charset=us-ascii")


async def acceptances(request: Request) -> Response:
    """Takes the word that a document was activated."""
    return await _keep(request, await _read(request, Acceptance))


async def rejections(request: Request) -> Response:
    """Takes the word that a document is wrong."""
    return await _keep(request, await _read(request, Rejection))


async def conversions(request: Request) -> Response:
    """The document that was bought for a demo, for whoever knows its serial number and license owner."""
    asked = await _read(request, Conversion)
    folder = _folder(request)
    purchase = await run_in_threadpool(folder.purchase, asked.demo_serial)
    if purchase is None:
        raise HTTPException(404, f"Nothing has been bought for the demo with serial number {asked.demo_serial}.")
    if (asked.serial, asked.owner) != (purchase.serial, purchase.owner):
        raise HTTPException(
            403,
            "This serial number and license owner are not those of the purchase. "
            "Enter both exactly as they stand in its confirmation.",
        )
    content = await run_in_threadpool(folder.purchased_document, purchase)
    if content is None:
        raise HTTPException(503, "The licenses that were bought are not ready yet. Try again later.")
    return Response(content, headers={"Cache-Control": "no-store"}, media_type="text/plain; charset=us-ascii")


async def _keep(request: Request, report: Acceptance | Rejection) -> Response:
    folder = _folder(request)
    if await run_in_threadpool(folder.document, report.serial) is None:
        raise _unknown(report.serial)
    try:
        await run_in_threadpool(folder.keep, report)
    except TooManyReports:
        raise HTTPException(429, f"Too many reports have come for serial number {report.serial}.") from None
    return Response(status_code=204)


async def _read(request: Request, shape: type[T]) -> T:
    received = bytearray()
    try:
        async with asyncio.timeout(request.app.state.slowest_body):
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


def _folder(request: Request) -> DocumentStore:
    return cast(DocumentStore, request.app.state.folder)


def _has_already(request: Request, etag: str) -> bool:
    known = request.headers.get("if-none-match", "")
    # RFC 9110, section 13.1.2: compared weakly, since caches on the way may have made a strong tag weak.
    return known.strip() == "*" or etag in re.findall(r'"[^"]*"', known)


def _unknown(serial: str) -> HTTPException:
    return HTTPException(404, f"There are no licenses for serial number {serial}.")


def _refused(request: Request, refusal: Exception) -> Response:
    refusal = cast(HTTPException, refusal)
    return problem_response(refusal.status_code, refusal.detail, refusal.headers)


def _failed(request: Request, failure: Exception) -> Response:
    # What it was stands in the log alone.
    return problem_response(500, "Something went wrong in the license server. Try again later.")
