"""Revocation lists: CSV files in which each marked line revokes one license of one user."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from licensing.errors import Invalid
from licensing.messages import Message

REQUIRED_COLUMNS = ("revoke", "license", "login")


@dataclass(frozen=True, slots=True)
class MarkedLine:
    """A marked line: a license to revoke and the login of its holder."""

    line: int
    license: str
    login: str


def read_marked(lines: Iterable[str]) -> Iterator[MarkedLine]:
    """Yield the lines whose column `revoke` is not blank.

    Columns are separated by commas or, if the header has none, by semicolons.

    Raises:
        Invalid: The file is not CSV, lacks a required column, or a marked line lacks the license or the login.
    """
    lines = iter(lines)
    header = next(lines, "")
    dialect: dict[str, Any] = {"delimiter": ";" if ";" in header and "," not in header else ",", "strict": True}
    names = [name.strip() for name in next(csv.reader([header], **dialect), [])]
    if missing := [name for name in REQUIRED_COLUMNS if name not in names]:
        columns = ", ".join(missing)
        raise Invalid(
            reason=Message(
                "The first line lacks the columns {columns}. Start from `seatkeeper export surplus`.", columns=columns
            )
        )
    reader = csv.reader(lines, **dialect)
    try:
        for cells in reader:
            row: Mapping[str, str] = dict(zip(names, cells, strict=False))
            if row.get("revoke", "").strip():
                yield _marked_line(reader.line_num + 1, row)
    except csv.Error as error:
        raise Invalid(
            reason=Message(
                "Line {line} is not CSV: {error}. Save the file as CSV again.", line=reader.line_num + 1, error=error
            )
        ) from None


def _marked_line(line: int, row: Mapping[str, str]) -> MarkedLine:
    license, login = row.get("license", "").strip(), row.get("login", "").strip()
    if not license or not login:
        raise Invalid(
            reason=Message("Line {line} is marked, and names no license or no login. Complete it.", line=line)
        )
    return MarkedLine(line, license, login)
