"""Lists as files to download: `/export/users.csv` and the like, of any length in little memory."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from licensing.enums import AuditAction, LicenseScope, UserCategory, UserStatus
from licensing.messages import Message
from resolvers.audit.feed import expired_principals
from resolvers.audit.log import AuditFilter
from resolvers.context import Context
from resolvers.errors import BadUserInput, RequestError, Unauthenticated
from resolvers.exports import exports
from resolvers.exports.exports import Batches
from resolvers.licenses.catalog import LicenseFilter
from resolvers.users.users import UserFilter
from schema.relay.node import decode_id
from server.auth.authentication import authenticate
from server.errors import STATUS, RequestRejected
from server.exports.formats import ExportFormat, written
from server.i18n.languages import language_of
from server.middleware.csrf import check_download


@dataclass(frozen=True)
class Export:
    """What can be exported: its lines, the parameters that it takes, and how it is read."""

    line: type
    parameters: Mapping[str, Callable[[str], Any]]
    read: Callable[[Context, dict[str, Any]], Batches]


def _yes_or_no(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError
    return text == "true"


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError
    return instant


def _actions(text: str) -> tuple[AuditAction, ...]:
    return tuple(AuditAction(one) for one in text.split(","))


_OF_USERS: dict[str, Callable[[str], Any]] = {
    "licenseType": str,
    "hasLicense": _yes_or_no,
    "category": UserCategory,
    "status": UserStatus,
    "canLogIn": _yes_or_no,
    "inactiveSince": _instant,
    "search": str,
}

EXPORTS: Mapping[str, Export] = {
    "users": Export(
        exports.UserLine, _OF_USERS, lambda context, given: exports.export_users(context, UserFilter(**given))
    ),
    "assignments": Export(
        exports.AssignmentLine,
        {"license": str, **_OF_USERS},
        lambda context, given: exports.export_assignments(
            context, UserFilter(**{name: one for name, one in given.items() if name != "license"}), given.get("license")
        ),
    ),
    "licenses": Export(
        exports.LicenseLine,
        {"vendor": str, "scope": LicenseScope, "includeHidden": _yes_or_no, "search": str},
        lambda context, given: exports.export_licenses(context, LicenseFilter(**given)),
    ),
    "audit": Export(
        exports.AuditLine,
        {
            "actions": _actions,
            "vendor": str,
            "licenseType": str,
            "userId": lambda text: decode_id(text, "User"),
            "since": _instant,
            "until": _instant,
        },
        lambda context, given: exports.export_audit(context, AuditFilter(**given)),
    ),
    "surplus": Export(
        exports.SurplusLine,
        {"vendor": str},
        lambda context, given: exports.export_surplus(context, given.get("vendor")),
    ),
}


async def download(request: Request) -> Response:
    """Sends an export, if whoever asks may read what it holds."""
    name, ending = request.path_params["name"], request.path_params["format"]
    if name not in EXPORTS or ending not in set(ExportFormat):
        raise RequestRejected(
            404, Message("There is no such export. There are {names}, as .csv and .ndjson.", names=", ".join(EXPORTS))
        )
    export, format = EXPORTS[name], ExportFormat(ending)
    if request.method != "GET":
        raise RequestRejected(405, Message("Send exports by GET."), headers={"Allow": "GET"})
    check_download(request, request.app.state.settings)
    context = Context(
        principal=await authenticate(request, request.app.state.settings),
        request_id=request.state.request_id,
        language=language_of(request.scope),
    )
    try:
        chunks = written(_while_let_in(context, export.read(context, _given(request, export))), export.line, format)
        begin = [chunk async for chunk in _first(chunks, 2 if format is ExportFormat.CSV else 1)]
    except RequestError as refusal:
        raise RequestRejected(STATUS[refusal.code], refusal.message, refusal.code) from None
    file_name = f"seatkeeper-{name}-{context.now():%Y-%m-%d}.{format}"
    return StreamingResponse(
        _joined(begin, chunks),
        media_type=format.media_type,
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )


def _given(request: Request, export: Export) -> dict[str, Any]:
    """The query's parameters as the filters take them.

    Raises:
        BadUserInput: One is unknown, given twice, or has a value that it does not take.
    """
    given: dict[str, Any] = {}
    for name, text in request.query_params.multi_items():
        if name not in export.parameters or name in given:
            known = ", ".join(export.parameters)
            raise BadUserInput(
                Message(
                    "The parameter `{name}` is unknown or given twice. This export takes {known}.",
                    name=name[:100],
                    known=known,
                )
            )
        if len(text) > 1_000 or "\0" in text:
            raise BadUserInput(
                Message("The parameter `{name}` is longer than 1,000 characters, or holds NUL. Shorten it.", name=name)
            )
        try:
            given[name] = export.parameters[name](text)
        except ValueError:
            raise BadUserInput(
                Message("The parameter `{name}` has a value that it does not take. See docs/exports.md.", name=name)
            ) from None
    return {_in_snake_case(name): value for name, value in given.items()}


async def _while_let_in(context: Context, batches: Batches) -> Batches:
    """The batches, as long as the caller's credentials hold: a long export does not outlive them."""
    async with aclosing(batches) as rows:  # type: ignore[type-var]
        async for batch in rows:
            if await expired_principals([context.caller], context.now()):
                # Breaks off what would look complete.
                raise Unauthenticated(Message("The session or API token has ended."))
            yield batch


async def _first(chunks: AsyncIterator[bytes], count: int) -> AsyncIterator[bytes]:
    """Some chunks, read before the answer begins, so that a refusal still has its status."""
    for _ in range(count):
        try:
            yield await anext(chunks)
        except StopAsyncIteration:
            return


async def _joined(begin: list[bytes], chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    for chunk in begin:
        yield chunk
    async for chunk in chunks:
        yield chunk


def _in_snake_case(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
