"""Problem documents (RFC 9457): refusals over HTTP in words for people."""

import unicodedata
from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from starlette.responses import JSONResponse

MAX_DETAIL_LENGTH = 500


def problem_response(status_code: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer that refuses a request, and says why."""
    status = HTTPStatus(status_code)
    content = {"type": "about:blank", "title": status.phrase, "status": status_code, "detail": detail}
    return JSONResponse(
        content, status_code, {"Cache-Control": "no-store", **(headers or {})}, media_type="application/problem+json"
    )


def detail_of(content: bytes) -> str | None:
    """What a problem document says, as one sentence or a few; None if the content is none or says nothing."""
    try:
        problem = msgspec.json.decode(content, type=_Problem)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return None
    return clean(problem.detail) or clean(problem.title) or None


def clean(words: str) -> str:
    """Another's words as they may be shown: on one line, of bounded length, without invisible characters."""
    # Categories beginning with C are control characters, among them those that turn the direction of writing.
    shown = (char for char in words if char.isspace() or not unicodedata.category(char).startswith("C"))
    visible = " ".join("".join(shown).split())
    if len(visible) >= MAX_DETAIL_LENGTH:
        return visible[: MAX_DETAIL_LENGTH - 1].rstrip() + "…"
    return visible if not visible or visible.endswith((".", "!", "?", "…")) else visible + "."


class _Problem(msgspec.Struct, frozen=True):
    title: str = ""
    detail: str = ""
