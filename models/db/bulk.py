"""Sets of rows, read and written in one statement whatever their number, on both engines.

Inserted and updated rows travel as one JSON array of arrays. PostgreSQL receives a set of IDs as an array and can
change several tables in one statement; SQLite receives it as JSON and cannot.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from tortoise import Model, fields
from tortoise.connection import get_connection

from models.audit_event import AuditEvent
from models.db.notifications import CHANNEL
from models.db.replica import PRIMARY
from models.db.select import Row, Select
from models.db.tortoise_internals import model_fields, table_name
from models.seat_batch import SeatBatch

FieldsByName = Mapping[str, fields.Field[Any]]

THIS_BATCH = 0
"""The `seat_batch_id` of events whose batch is inserted with them and has no ID yet."""

_UPDATE_POSITION = "UPDATE installation SET event_position = {}, version = {} WHERE id = {}"


async def insert_rows(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, all with the same columns, in one statement.

    Raises:
        tortoise.exceptions.IntegrityError: A row breaks a constraint; none is inserted.
    """
    if rows:
        statement, payload = insert_statement(model, rows)
        await get_connection(PRIMARY).execute_query(statement, [payload])


def insert_statement(
    model: type[Model],
    rows: Sequence[Mapping[str, Any]],
    computed: Mapping[str, str] | None = None,
    *,
    parameter: int = 1,
) -> tuple[str, str]:
    """Return the statement that inserts rows, at least one, and its parameter.

    Args:
        model: The table.
        rows: The columns of each row.
        computed: Columns with an SQL expression in which `{}` stands for the value of the row.
        parameter: The number of the parameter in the statement.
    """
    columns = _columns(model, rows)
    values = dict(zip(columns, _values(columns), strict=True))
    for name, expression in (computed or {}).items():
        values[name] = expression.format(values[name])
    names = ", ".join(f'"{name}"' for name in columns)
    statement = f'INSERT INTO "{table_name(model)}" ({names}) SELECT {", ".join(values.values())} '
    return f"{statement}FROM {_source(parameter)}", _payload(columns, rows)


async def update_rows(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Update rows, each with its `id` and all with the same columns, in one statement.

    Raises:
        tortoise.exceptions.IntegrityError: A row would break a constraint; none is updated.
    """
    if not rows:
        return
    columns = _columns(model, rows)
    values = dict(zip(columns, _values(columns), strict=True))
    row_id = values.pop("id")
    table = table_name(model)
    settings = ", ".join(f'"{name}" = {value}' for name, value in values.items())
    statement = f'UPDATE "{table}" SET {settings} FROM {_source()} WHERE "{table}"."id" = {row_id}'
    await get_connection(PRIMARY).execute_query(statement, [_payload(columns, rows)])


async def read_holdings(installation_id: int, user_ids: Sequence[int]) -> Sequence[Row]:
    """Return users with the licenses they hold.

    The columns are ID, name, kind, status, open requests, `last_login_key`, license ID and `held_since`. A user has one
    row per license held, or a single row with None for the license. IDs of other installations are ignored.
    """
    select = Select()
    # A join with the list of IDs: for a long `= ANY(…)` list, PostgreSQL would read the whole assignment table.
    if select.is_postgres:
        wanted = f"unnest({select.bind(list(user_ids))}::bigint[]) AS one(value)"
    else:
        wanted = f"json_each({select.bind(json.dumps(list(user_ids)))}) AS one"
    return await select.rows(
        'SELECT "user".id, name, kind, status, open_requests, last_login_key, license_id, held_since '
        f'FROM {wanted} JOIN "user" ON "user".id = one.value '
        'LEFT JOIN assignment ON assignment.user_id = "user".id '
        f'WHERE "user".installation_id = {select.bind(installation_id)}'
    )


async def delete_assignments(license_id: int, user_ids: Sequence[int]) -> None:
    """Delete the assignments of a license to users, and subtract them from its seats in use."""
    connection = get_connection(PRIMARY)
    if connection.capabilities.dialect == "postgres":
        await connection.execute_query(
            "WITH deleted AS (DELETE FROM assignment WHERE license_id = $1 AND user_id = ANY($2::bigint[]) RETURNING 1)"
            " UPDATE license SET in_use = in_use - (SELECT count(*) FROM deleted) WHERE id = $1",
            [license_id, list(user_ids)],
        )
    else:
        delete = "DELETE FROM assignment WHERE license_id = ? AND user_id IN (SELECT value FROM json_each(?))"
        deleted, _ = await connection.execute_query(delete, [license_id, json.dumps(list(user_ids))])
        await connection.execute_query("UPDATE license SET in_use = in_use - ? WHERE id = ?", [deleted, license_id])


async def append_events(
    installation_id: int,
    position: int,
    version: int,
    events: Sequence[Mapping[str, Any]],
    batch: Mapping[str, Any] | None = None,
) -> None:
    """Insert audit events, at least one, and set the installation's position and version.

    PostgreSQL notifies the other processes on commit.

    Args:
        installation_id: The installation.
        position: The position of the last event.
        version: The version of the installation after the change.
        events: The columns of each event; `seat_batch_id` is `THIS_BATCH` in those that name the batch.
        batch: The columns of the seat batch to insert, if any.
    """
    connection = get_connection(PRIMARY)
    if connection.capabilities.dialect == "postgres":
        of_batch = {} if batch is None else {"seat_batch_id": "{} + (SELECT id FROM batch)"}
        insert, payload = insert_statement(AuditEvent, events, of_batch)
        update = _UPDATE_POSITION.format("$2", "$3", "$4")
        values = [payload, position, version, installation_id, CHANNEL, f"{installation_id}:{position}"]
        before = ""
        if batch is not None:
            insert_batch, batch_payload = insert_statement(SeatBatch, [batch], parameter=len(values) + 1)
            values.append(batch_payload)
            before = f"batch AS ({insert_batch} RETURNING id), "
        await connection.execute_query(
            f"WITH {before}written AS ({insert}) {update} RETURNING pg_notify($5, $6)", values
        )
    else:
        await connection.execute_query(_UPDATE_POSITION.format("?", "?", "?"), [position, version, installation_id])
        if batch is not None:
            insert_batch, batch_payload = insert_statement(SeatBatch, [batch])
            _, [[batch_id]] = await connection.execute_query(f"{insert_batch} RETURNING id", [batch_payload])
            of_batch = {"seat_batch_id": batch_id}
            events = [event if event["seat_batch_id"] is None else {**event, **of_batch} for event in events]
        await insert_rows(AuditEvent, events)


def _columns(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> FieldsByName:
    by_name = model_fields(model)
    return {name: by_name[name] for name in rows[0]}


def _payload(columns: FieldsByName, rows: Sequence[Mapping[str, Any]]) -> str:
    encoded = [_encode_column(field, [row[name] for row in rows]) for name, field in columns.items()]
    return msgspec.json.encode(list(zip(*encoded, strict=True))).decode()


def _encode_column(field: fields.Field[Any], values: Sequence[Any]) -> Sequence[Any]:
    """Return a column's values in JSON types, each distinct value converted once."""
    if isinstance(field, fields.JSONField | fields.IntField):
        return values
    encoded = {value: _encode_value(field, value) for value in set(values)}
    return [encoded[value] for value in values]


def _encode_value(field: fields.Field[Any], value: Any) -> Any:
    """Return a value in the form in which Tortoise stores it, datetimes as on SQLite."""
    encoded: Any = None if value is None else field.to_db_value(value, None)  # type: ignore[arg-type]
    return encoded.isoformat(" ") if hasattr(encoded, "isoformat") else encoded


def _is_sqlite() -> bool:
    return get_connection(PRIMARY).capabilities.dialect == "sqlite"


def _source(parameter: int = 1) -> str:
    return "json_each(?)" if _is_sqlite() else f"jsonb_array_elements(${parameter}::jsonb) AS item(value)"


def _values(columns: FieldsByName) -> list[str]:
    """Return the expressions that read each column, by position, from the array of one row."""
    if _is_sqlite():
        return [f"value ->> {position}" for position in range(len(columns))]
    return [_postgres_value(position, field) for position, field in enumerate(columns.values())]


def _postgres_value(position: int, field: fields.Field[Any]) -> str:
    if isinstance(field, fields.JSONField):
        return f"NULLIF(value -> {position}, 'null'::jsonb)"
    return f"(value ->> {position})::{field.get_for_dialect('postgres', 'SQL_TYPE')}"
