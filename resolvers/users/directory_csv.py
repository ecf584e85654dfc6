"""Parser of directory exports, CSV files with one user per line."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from licensing.enums import UserKind, UserStatus
from licensing.errors import Invalid
from licensing.messages import Message
from models.user import sort_key

# NUL, control characters, and the surrogates that stand for bytes which are not UTF-8.
_INVALID_CHARACTERS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_STATUSES = {
    "active": UserStatus.ACTIVE,
    "waiting": UserStatus.WAITING_FOR_APPROVAL,
    "waiting_for_approval": UserStatus.WAITING_FOR_APPROVAL,
    "retired": UserStatus.RETIRED,
}
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True)
class ExportedUser:
    """A parsed line: the columns of the table `user` that the file contains."""

    line: int
    columns: dict[str, Any]

    @property
    def login_key(self) -> str:
        """Return the case-insensitive login, which identifies the user."""
        return sort_key(self.columns["login"])


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be imported, with the reason in full sentences."""

    line: int
    reason: str


def read_export(lines: Iterable[str]) -> Iterator[ExportedUser | BadLine]:
    """Yield the users of an export and its invalid lines.

    Columns are separated by commas or, if the header has none, by semicolons.

    Raises:
        Invalid: The header is missing or names unknown columns.
    """
    lines = iter(lines)
    header = next(lines, "")
    dialect: dict[str, Any] = {"delimiter": ";" if ";" in header and "," not in header else ",", "strict": True}
    names = _read_header(header, dialect)
    reader = csv.reader(lines, **dialect)
    first_lines: dict[str, int] = {}
    while True:
        try:
            fields = next(reader)
            line = reader.line_num + 1
            if not fields:
                continue
            user = ExportedUser(line, _read_fields(names, fields))
            first = first_lines.setdefault(user.login_key, line)
            if first != line:
                raise ValueError(f"Line {first} has this login already. Remove one of them.")
            yield user
        except StopIteration:
            return
        except csv.Error as error:
            yield BadLine(reader.line_num + 1, f"It is not CSV: {error}. Export the directory again.")
        except ValueError as error:
            yield BadLine(line, str(error))


def _read_header(header: str, dialect: dict[str, Any]) -> list[str]:
    names = [name.strip().casefold() for name in next(csv.reader([header], **dialect), [])]
    known = ", ".join(_READERS)
    if unknown := [name for name in names if name not in _READERS]:
        reason = Message(
            "The first line names columns that are not imported: {unknown}. Those that are: {known}.",
            unknown=", ".join(unknown),
            known=known,
        )
        raise Invalid(reason=reason)
    if not {"login", "name"} <= set(names) or len(set(names)) != len(names):
        raise Invalid(
            reason=Message(
                "The first line must name the columns, each once, `login` and `name` among them: {known}.", known=known
            )
        )
    return names


def _read_fields(names: list[str], fields: list[str]) -> dict[str, Any]:
    if len(fields) != len(names):
        raise ValueError(f"It has {len(fields)} fields instead of {len(names)}. Quote fields that hold a separator.")
    return {name: _READERS[name](name, field.strip()) for name, field in zip(names, fields, strict=True)}


def _text_reader(limit: int, *, required: bool = False) -> Callable[[str, str], str | None]:
    def read(name: str, field: str) -> str | None:
        if not field and required:
            raise ValueError(f"`{name}` is missing.")
        if len(field) > limit:
            raise ValueError(f"`{name}` is longer than {limit} characters.")
        if _INVALID_CHARACTERS.search(field):
            raise ValueError(f"`{name}` has characters that are no text. Export the directory as UTF-8.")
        return field or None

    return read


def _choice_reader(choices: dict[str, Any], if_blank: object) -> Callable[[str, str], Any]:
    def read(name: str, field: str) -> Any:
        if not field:
            return if_blank
        if field.casefold() not in choices:
            raise ValueError(f"`{name}` is “{field[:40]}” and not one of {', '.join(choices)}.")
        return choices[field.casefold()]

    return read


def _read_instant(name: str, field: str) -> datetime | None:
    if not field:
        return None
    try:
        instant = datetime.fromisoformat(field)
        instant = instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"`{name}` is “{field[:40]}” and not an instant such as 2026-01-15T09:00:00Z.") from None
    if not 1970 <= instant.year <= 9000:
        raise ValueError(f"`{name}` is out of range.")
    return instant


def _read_count(name: str, field: str) -> int:
    if not field:
        return 0
    if not (field.isascii() and field.isdecimal() and len(field) < 10):
        raise ValueError(f"`{name}` is “{field[:40]}” and not a number from 0 up.")
    return int(field)


def _enum_values(choices: Mapping[str, StrEnum]) -> dict[str, str]:
    return {name: member.value for name, member in choices.items()}


_READERS: dict[str, Callable[[str, str], Any]] = {
    "login": _text_reader(200, required=True),
    "name": _text_reader(200, required=True),
    "email": _text_reader(320),
    "kind": _choice_reader(_enum_values({kind.value.casefold(): kind for kind in UserKind}), UserKind.EMPLOYEE.value),
    "group": _text_reader(200),
    "role": _text_reader(200),
    "status": _choice_reader(_enum_values(_STATUSES), UserStatus.ACTIVE.value),
    "can_log_in": _choice_reader(_BOOLEANS, True),
    "last_login_at": _read_instant,
    "open_requests": _read_count,
}
