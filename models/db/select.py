"""SELECTs written by hand, for what each screen waits for.

Tortoise takes longer to write them than PostgreSQL to run them. One text does for both engines, which differ in the few
words that are asked of a `Select`:

    select = Select()
    columns = select.project(User, "id", "name", "last_login_at")
    rows = await select.rows(f'SELECT {columns} FROM "user" WHERE id {select.in_(ids)}')
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from tortoise import Model, fields
from tortoise.connection import get_connection

from models.db.replica import reads_from

Row = Sequence[Any]
_Reader = tuple[int, Callable[[Any], Any]]

_INSTANT = "replace(to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US+00:00'), '.000000', '')"
"""As `datetime.isoformat` writes it, whatever the session's time zone."""


class Select:
    """A statement while it is written: it numbers the values, and knows how the columns are read."""

    def __init__(self) -> None:
        """Reads from where reads go at the moment."""
        self.connection = get_connection(reads_from())
        self.is_postgres = self.connection.capabilities.dialect == "postgres"
        self.values: list[Any] = []
        self._readers: list[_Reader] = []
        self._width = 0

    def bind(self, value: Any) -> str:
        """Stands for a value in the text."""
        self.values.append(value if self.is_postgres or not isinstance(value, datetime) else value.isoformat(" "))
        return f"{'$' if self.is_postgres else '?'}{len(self.values)}"

    def in_(self, values: Iterable[int | str]) -> str:
        """Follows a column that is to have one of the values: one text, however many there are."""
        wanted = list(values)
        if not self.is_postgres:
            return f"IN (SELECT value FROM json_each({self.bind(json.dumps(wanted))}))"
        return f"= ANY({self.bind(wanted)})"

    def contains(self, column: str, text: str) -> str:
        """The condition that a column has a text in it, as it stands."""
        find = "strpos" if self.is_postgres else "instr"
        return f"{find}({column}, {self.bind(text)}) > 0"

    def project(self, model: type[Model], *names: str) -> str:
        """A model's columns, instants as the texts that the API gives. Once called, they come first in the rows."""
        text, readers = _columns(model, names, self.is_postgres)
        self._readers += [(self._width + position, read) for position, read in readers]
        self._width += len(names)
        return text

    async def rows(self, text: str) -> Sequence[Row]:
        """What the statement finds."""
        found: Any
        _, found = await self.connection.execute_query(text, self.values)
        if self.is_postgres and not self._readers:
            return found  # type: ignore[no-any-return]
        return [_read(list(row), self._readers) for row in found]


@lru_cache(maxsize=256)
def _columns(model: type[Model], names: tuple[str, ...], is_postgres: bool) -> tuple[str, Sequence[_Reader]]:
    table, texts = model._meta.db_table, []
    readers: list[_Reader] = []
    for position, name in enumerate(names):
        text = f'"{table}"."{name}"'
        match model._meta.fields_map[name]:
            case fields.DatetimeField():
                text = _INSTANT.format(text) if is_postgres else f"replace({text}, ' ', 'T')"
            case fields.JSONField():
                readers.append((position, msgspec.json.decode))
            case fields.BooleanField() if not is_postgres:
                readers.append((position, bool))
        texts.append(text)
    return ", ".join(texts), readers


def _read(row: list[Any], readers: Sequence[_Reader]) -> Row:
    for position, read in readers:
        if row[position] is not None:
            row[position] = read(row[position])
    return tuple(row)
