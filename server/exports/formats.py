"""The formats of exports: CSV for spreadsheets, and NDJSON (one JSON object per line) for programs."""

import csv
import io
import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec

from resolvers.exports.exports import AssignmentLine, AuditLine, Batches, LicenseLine, SurplusLine, UserLine
from schema.relay.node import global_id


class ExportFormat(StrEnum):
    """The format of an export; the value is the file name extension."""

    CSV = "csv"
    NDJSON = "ndjson"

    @property
    def media_type(self) -> str:
        """The value of the `Content-Type` header."""
        return "text/csv; charset=utf-8; header=present" if self is ExportFormat.CSV else "application/x-ndjson"


_ID_COLUMNS: dict[type, dict[str, str]] = {
    UserLine: {"id": "User"},
    AssignmentLine: {"id": "LicenseAssignment", "license_id": "License", "user_id": "User"},
    LicenseLine: {"id": "License"},
    AuditLine: {"id": "AuditEvent", "user_id": "User", "change_set_id": "LicenseChangeSet"},
    SurplusLine: {"license_id": "License", "user_id": "User"},
}
"""The columns that hold database ids, with the GraphQL type whose global ID is exported instead."""

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
"""Texts that a spreadsheet takes for a formula, and texts that look like an escaped formula."""


async def encode_export(batches: Batches, line: type, format: ExportFormat) -> AsyncIterator[bytes]:
    """Yield the encoded export, one chunk per batch; CSV begins with a chunk for the header line."""
    fields: Sequence[str] = line._fields  # type: ignore[attr-defined]
    names = [_to_camel_case(field) for field in fields]
    ids = [(fields.index(field), global_id(type_)) for field, type_ in _ID_COLUMNS[line].items()]
    if format is ExportFormat.CSV:
        yield _encode_csv([names])
    async for rows in batches:
        cells = [list(row) for row in rows]
        for position, encode in ids:
            for row in cells:
                row[position] = None if row[position] is None else encode(row[position])
        if format is ExportFormat.CSV:
            yield _encode_csv([[_format_cell(value) for value in row] for row in cells])
        else:
            yield b"".join(msgspec.json.encode(dict(zip(names, row, strict=True))) + b"\n" for row in cells)


def escape_formula(text: str) -> str:
    """Return the text with an apostrophe before it if a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescape_formula(text: str) -> str:
    """Return the text that `escape_formula` was called with."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def _encode_csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)  # the default dialect follows RFC 4180
    return text.getvalue().encode()


def _format_cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            return escape_formula(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case list() if all(isinstance(one, str) for one in value):
            return escape_formula(" ".join(value))
        case list():
            return escape_formula(msgspec.json.encode(value).decode())
        case _:
            return str(value)


def _to_camel_case(name: str) -> str:
    return re.sub(r"_(.)", lambda match: match[1].upper(), name)
