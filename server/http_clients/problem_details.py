"""Problem details (RFC 9457): HTTP error responses with a human-readable explanation."""

import unicodedata
from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.responses import JSONResponse

MAX_DETAIL_LENGTH = 500


def problem_response(status_code: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return an error response with a problem document."""
    status = HTTPStatus(status_code)
    content = {"type": "about:blank", "title": status.phrase, "status": status_code, "detail": detail}
    return JSONResponse(
        content, status_code, {"Cache-Control": "no-store", **(headers or {})}, media_type="application/problem+json"
    )


def detail_of(content: bytes) -> str | None:
    """Return the sanitized detail, or else the title, of a problem document; None if there is neither."""
    try:
        problem = msgspec.json.decode(content, type=_Problem)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return None
    return sanitize_text(problem.detail) or sanitize_text(problem.title) or None


def sanitize_text(text: str) -> str:
    """Return untrusted text on one line, of at most 500 characters and without invisible characters."""
    # Categories beginning with C are control characters, including those that change the writing direction.
    shown = (char for char in text if char.isspace() or not unicodedata.category(char).startswith("C"))
    visible = " ".join("".join(shown).split())
    if len(visible) >= MAX_DETAIL_LENGTH:
        return visible[: MAX_DETAIL_LENGTH - 1].rstrip() + "…"
    return visible if not visible or visible.endswith((".", "!", "?", "…")) else visible + "."


class _Problem(msgspec.Struct, frozen=True):
    title: str = ""
    detail: str = ""
