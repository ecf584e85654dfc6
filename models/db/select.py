"""Hand-written SELECT statements for frequent reads, which Tortoise takes longer to build than PostgreSQL to execute.

One text works on both engines; a `Select` supplies the parts in which they differ:

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

from models.db.replica import read_connection
from models.db.tortoise_internals import model_fields, table_name

Row = Sequence[Any]
_Conversion = tuple[int, Callable[[Any], Any]]

_ISO_DATETIME = "replace(to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US+00:00'), '.000000', '')"
"""SQL that formats a datetime like `datetime.isoformat`, independently of the session's time zone."""


class Select:
    """A SELECT statement under construction, with its bound values and the conversions of its columns."""

    def __init__(self) -> None:
        """Use the current read connection."""
        self.connection = get_connection(read_connection())
        self.is_postgres = self.connection.capabilities.dialect == "postgres"
        self.values: list[Any] = []
        self._conversions: list[_Conversion] = []
        self._width = 0

    def bind(self, value: Any) -> str:
        """Bind a value, and return its placeholder."""
        self.values.append(value if self.is_postgres or not isinstance(value, datetime) else value.isoformat(" "))
        return f"{'$' if self.is_postgres else '?'}{len(self.values)}"

    def in_(self, values: Iterable[int | str]) -> str:
        """Return the condition that the preceding column has one of the values, as one bound value."""
        items = list(values)
        if not self.is_postgres:
            return f"IN (SELECT value FROM json_each({self.bind(json.dumps(items))}))"
        return f"= ANY({self.bind(items)})"

    def contains(self, column: str, text: str) -> str:
        """Return the condition that a column contains a text, without wildcards."""
        find = "strpos" if self.is_postgres else "instr"
        return f"{find}({column}, {self.bind(text)}) > 0"

    def project(self, model: type[Model], *names: str) -> str:
        """Return the SQL for columns of a model, datetimes as ISO 8601 text.

        Projected columns must come first in the statement, in the order of the calls.
        """
        text, conversions = _columns(model, names, self.is_postgres)
        self._conversions += [(self._width + position, convert) for position, convert in conversions]
        self._width += len(names)
        return text

    async def rows(self, text: str) -> Sequence[Row]:
        """Execute the statement, and return its rows."""
        rows: Any
        _, rows = await self.connection.execute_query(text, self.values)
        if self.is_postgres and not self._conversions:
            return rows  # type: ignore[no-any-return]
        return [_convert(list(row), self._conversions) for row in rows]


@lru_cache(maxsize=256)
def _columns(model: type[Model], names: tuple[str, ...], is_postgres: bool) -> tuple[str, Sequence[_Conversion]]:
    table, texts = table_name(model), []
    conversions: list[_Conversion] = []
    for position, name in enumerate(names):
        text = f'"{table}"."{name}"'
        match model_fields(model)[name]:
            case fields.DatetimeField():
                text = _ISO_DATETIME.format(text) if is_postgres else f"replace({text}, ' ', 'T')"
            case fields.JSONField():
                conversions.append((position, msgspec.json.decode))
            case fields.BooleanField() if not is_postgres:
                conversions.append((position, bool))
        texts.append(text)
    return ", ".join(texts), conversions


def _convert(row: list[Any], conversions: Sequence[_Conversion]) -> Row:
    for position, convert in conversions:
        if row[position] is not None:
            row[position] = convert(row[position])
    return tuple(row)
