"""Many rows in one statement, on both engines: the rows travel as one JSON array of arrays."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from tortoise import Model, fields
from tortoise.connection import get_connection

Columns = Mapping[str, fields.Field[Any]]


async def insert_rows(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows that all name the same columns, as one statement whatever their number.

    Raises:
        tortoise.exceptions.IntegrityError: A row breaks a constraint; none is inserted.
    """
    if rows:
        statement, payload = insertion(model, rows)
        await get_connection("default").execute_query(statement, [payload])


def insertion(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """The statement that inserts rows, and its only value."""
    columns = {name: model._meta.fields_map[name] for name in rows[0]}
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(_values(columns))
    return f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {values} FROM {_source()}', _payload(columns, rows)


async def update_rows(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Updates rows that all name their `id` and the same columns, as one statement whatever their number.

    Raises:
        tortoise.exceptions.IntegrityError: A row would break a constraint; none is updated.
    """
    if not rows:
        return
    columns = {name: model._meta.fields_map[name] for name in rows[0]}
    values = dict(zip(columns, _values(columns), strict=True))
    row_id = values.pop("id")
    table = model._meta.db_table
    settings = ", ".join(f'"{name}" = {value}' for name, value in values.items())
    statement = f'UPDATE "{table}" SET {settings} FROM {_source()} WHERE "{table}"."id" = {row_id}'
    await get_connection("default").execute_query(statement, [_payload(columns, rows)])


def _payload(columns: Columns, rows: Sequence[Mapping[str, Any]]) -> str:
    ready = [_json_ready(field, [row[name] for row in rows]) for name, field in columns.items()]
    return msgspec.json.encode(list(zip(*ready, strict=True))).decode()


def _json_ready(field: fields.Field[Any], values: Sequence[Any]) -> Sequence[Any]:
    """A column's values as they travel to the database, each made ready once, however many rows have it."""
    if isinstance(field, fields.JSONField | fields.IntField):
        return values
    ready = {value: _stored(field, value) for value in set(values)}
    return [ready[value] for value in values]


def _stored(field: fields.Field[Any], value: Any) -> Any:
    """A value in the form in which Tortoise stores it, instants as on SQLite."""
    stored: Any = None if value is None else field.to_db_value(value, None)  # type: ignore[arg-type]
    return stored.isoformat(" ") if hasattr(stored, "isoformat") else stored


def _is_sqlite() -> bool:
    return get_connection("default").capabilities.dialect == "sqlite"


def _source() -> str:
    return "json_each(?)" if _is_sqlite() else "jsonb_array_elements($1::jsonb) AS item(value)"


def _values(columns: Columns) -> list[str]:
    """The expressions that read the columns, by position, from the array of one row."""
    if _is_sqlite():
        return [f"value ->> {position}" for position in range(len(columns))]
    return [_postgres_value(position, field) for position, field in enumerate(columns.values())]


def _postgres_value(position: int, field: fields.Field[Any]) -> str:
    if isinstance(field, fields.JSONField):
        return f"NULLIF(value -> {position}, 'null'::jsonb)"
    return f"(value ->> {position})::{field.get_for_dialect('postgres', 'SQL_TYPE')}"
