"""Downloads of lists of any length, streamed in batches: `/export/users.csv` and similar paths."""

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
from resolvers.audit.log import AuditCriteria
from resolvers.context import Context
from resolvers.errors import BadUserInput, RequestError, Unauthenticated
from resolvers.exports import exports
from resolvers.exports.exports import Batches
from resolvers.licenses.catalog import LicenseCriteria
from resolvers.user_criteria import UserCriteria
from schema.relay.node import decode_id
from server.auth.authentication import authenticate
from server.errors import STATUS, RequestRejected
from server.exports.formats import ExportFormat, encode_export
from server.i18n.languages import language_of
from server.middleware.csrf import check_download


@dataclass(frozen=True)
class ExportDefinition:
    """The type of an export's lines, the parsers of its query parameters, and the function that reads its batches."""

    line: type
    parameters: Mapping[str, Callable[[str], Any]]
    read: Callable[[Context, dict[str, Any]], Batches]


def _parse_bool(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError
    return text == "true"


def _parse_instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError
    return instant


def _parse_actions(text: str) -> tuple[AuditAction, ...]:
    return tuple(AuditAction(one) for one in text.split(","))


_USER_PARAMETERS: dict[str, Callable[[str], Any]] = {
    "licenseType": str,
    "hasLicense": _parse_bool,
    "category": UserCategory,
    "status": UserStatus,
    "canLogIn": _parse_bool,
    "inactiveSince": _parse_instant,
    "search": str,
}

EXPORTS: Mapping[str, ExportDefinition] = {
    "users": ExportDefinition(
        exports.UserLine,
        _USER_PARAMETERS,
        lambda context, filters: exports.export_users(context, UserCriteria(**filters)),
    ),
    "assignments": ExportDefinition(
        exports.AssignmentLine,
        {"license": str, **_USER_PARAMETERS},
        lambda context, filters: exports.export_assignments(
            context,
            UserCriteria(**{name: one for name, one in filters.items() if name != "license"}),
            filters.get("license"),
        ),
    ),
    "licenses": ExportDefinition(
        exports.LicenseLine,
        {"vendor": str, "scope": LicenseScope, "includeHidden": _parse_bool, "search": str},
        lambda context, filters: exports.export_licenses(context, LicenseCriteria(**filters)),
    ),
    "audit": ExportDefinition(
        exports.AuditLine,
        {
            "actions": _parse_actions,
            "vendor": str,
            "licenseType": str,
            "userId": lambda text: decode_id(text, "User"),
            "since": _parse_instant,
            "until": _parse_instant,
        },
        lambda context, filters: exports.export_audit(context, AuditCriteria(**filters)),
    ),
    "surplus": ExportDefinition(
        exports.SurplusLine,
        {"vendor": str},
        lambda context, filters: exports.export_surplus(context, filters.get("vendor")),
    ),
}


async def download(request: Request) -> Response:
    """Return an export as a streaming response.

    Raises:
        RequestRejected: The export does not exist, the method is not GET, or the caller or a parameter is rejected.
    """
    name, extension = request.path_params["name"], request.path_params["format"]
    if name not in EXPORTS or extension not in set(ExportFormat):
        raise RequestRejected(
            404,
            Message("There is no such export. Request one of {names}, as .csv or .ndjson.", names=", ".join(EXPORTS)),
        )
    export, format = EXPORTS[name], ExportFormat(extension)
    if request.method != "GET":
        raise RequestRejected(405, Message("Request exports with GET."), headers={"Allow": "GET"})
    check_download(request, request.app.state.settings)
    context = Context(
        principal=await authenticate(request, request.app.state.settings),
        request_id=request.state.request_id,
        language=language_of(request.scope),
    )
    try:
        batches = _require_valid_credentials(context, export.read(context, _parse_parameters(request, export)))
        chunks = encode_export(batches, export.line, format)
        first_chunks = [chunk async for chunk in _read_chunks(chunks, 2 if format is ExportFormat.CSV else 1)]
    except RequestError as error:
        raise RequestRejected(STATUS[error.code], error.message, error.code) from None
    file_name = f"seatkeeper-{name}-{context.now():%Y-%m-%d}.{format}"
    return StreamingResponse(
        _chain(first_chunks, chunks),
        media_type=format.media_type,
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )


def _parse_parameters(request: Request, export: ExportDefinition) -> dict[str, Any]:
    """Return the parsed query parameters, with names in snake case.

    Raises:
        BadUserInput: A parameter is unknown or repeated, or has an invalid value.
    """
    parsed: dict[str, Any] = {}
    for name, text in request.query_params.multi_items():
        if name not in export.parameters or name in parsed:
            known = ", ".join(export.parameters)
            raise BadUserInput(
                Message(
                    "The parameter `{name}` is unknown or repeated. This export accepts {known}.",
                    name=name[:100],
                    known=known,
                )
            )
        if len(text) > 1_000 or "\0" in text:
            raise BadUserInput(
                Message(
                    "The parameter `{name}` is longer than 1,000 characters or contains NUL. Shorten it.", name=name
                )
            )
        try:
            parsed[name] = export.parameters[name](text)
        except ValueError:
            raise BadUserInput(
                Message("The parameter `{name}` has an invalid value. See docs/exports.md.", name=name)
            ) from None
    return {_to_snake_case(name): value for name, value in parsed.items()}


async def _require_valid_credentials(context: Context, batches: Batches) -> Batches:
    """Yield the batches, and check before each that the caller's credentials are still valid.

    Raises:
        Unauthenticated: The credentials have expired or were revoked.
    """
    async with aclosing(batches) as rows:  # type: ignore[type-var]
        async for batch in rows:
            if await expired_principals([context.caller], context.now()):
                # The error aborts the response, so that the client does not take a partial export for complete.
                raise Unauthenticated(Message("The session or API token has ended."))
            yield batch


async def _read_chunks(chunks: AsyncIterator[bytes], count: int) -> AsyncIterator[bytes]:
    """Yield at most `count` chunks; they are read before the response starts, so that errors have their status."""
    for _ in range(count):
        try:
            yield await anext(chunks)
        except StopAsyncIteration:
            return


async def _chain(first_chunks: list[bytes], chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    for chunk in first_chunks:
        yield chunk
    async for chunk in chunks:
        yield chunk


def _to_snake_case(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
