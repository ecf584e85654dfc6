"""Exports as bytes: CSV for people and spreadsheets, NDJSON (a JSON object a line) for programs."""

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
    """How an export is written; the word ends a file's name."""

    CSV = "csv"
    NDJSON = "ndjson"

    @property
    def media_type(self) -> str:
        """What it is sent as."""
        return "text/csv; charset=utf-8; header=present" if self is ExportFormat.CSV else "application/x-ndjson"


_IDS: dict[type, dict[str, str]] = {
    UserLine: {"id": "User"},
    AssignmentLine: {"id": "LicenseAssignment", "license_id": "License", "user_id": "User"},
    LicenseLine: {"id": "License"},
    AuditLine: {"id": "AuditEvent", "user_id": "User", "change_set_id": "LicenseChangeSet"},
    SurplusLine: {"license_id": "License", "user_id": "User"},
}
"""The columns that hold ids, by what they name: clients know global ones only."""

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
"""What a spreadsheet would take for a formula, and what would be taken for one made harmless before."""


async def written(batches: Batches, line: type, format: ExportFormat) -> AsyncIterator[bytes]:
    """An export's bytes, a chunk a batch."""
    fields: Sequence[str] = line._fields  # type: ignore[attr-defined]
    names = [_in_camel_case(field) for field in fields]
    ids = [(fields.index(field), global_id(type_)) for field, type_ in _IDS[line].items()]
    if format is ExportFormat.CSV:
        yield _csv([names])
    async for rows in batches:
        cells = [list(row) for row in rows]
        for position, encode in ids:
            for row in cells:
                row[position] = None if row[position] is None else encode(row[position])
        if format is ExportFormat.CSV:
            yield _csv([[_cell(value) for value in row] for row in cells])
        else:
            yield b"".join(msgspec.json.encode(dict(zip(names, row, strict=True))) + b"\n" for row in cells)


def harmless(text: str) -> str:
    """A text of which no spreadsheet makes a formula: an apostrophe before it says that it is text."""
    return f"'{text}" if _FORMULA.match(text) else text


def as_it_was(text: str) -> str:
    """What `harmless` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)  # as RFC 4180 has it
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            return harmless(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case list() if all(isinstance(one, str) for one in value):
            return harmless(" ".join(value))
        case list():
            return harmless(msgspec.json.encode(value).decode())
        case _:
            return str(value)


def _in_camel_case(name: str) -> str:
    return re.sub(r"_(.)", lambda match: match[1].upper(), name)
