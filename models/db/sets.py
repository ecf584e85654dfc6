"""Sets of rows read and changed in as few statements as there can be, however large: hand-written for each engine.

PostgreSQL takes a set as an array, and changes several tables in one statement; SQLite takes it as JSON, and cannot.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tortoise.connection import get_connection

from models.audit_event import AuditEvent
from models.db.bulk import insert_rows, insertion
from models.db.notifications import CHANNEL
from models.db.replica import PRIMARY
from models.db.select import Row, Select

_MOVE = "UPDATE installation SET event_position = {}, version = {} WHERE id = {}"


async def read_holdings(installation_id: int, user_ids: Sequence[int]) -> Sequence[Row]:
    """Users of an installation: id, name, kind, status, open requests, and a license; a row for each that they hold.

    Those who hold none have one row, with None for the license.
    """
    select = Select()
    # Joined to the list of users: for many that are only looked for, PostgreSQL would read all assignments.
    if select.is_postgres:
        wanted = f"unnest({select.bind(list(user_ids))}::bigint[]) AS one(value)"
    else:
        wanted = f"json_each({select.bind(json.dumps(list(user_ids)))}) AS one"
    return await select.rows(
        'SELECT "user".id, name, kind, status, open_requests, license_id '
        f'FROM {wanted} JOIN "user" ON "user".id = one.value '
        'LEFT JOIN assignment ON assignment.user_id = "user".id '
        f'WHERE "user".installation_id = {select.bind(installation_id)}'
    )


async def take_seats(license_id: int, user_ids: Sequence[int]) -> None:
    """Takes a license from users who all hold it, and counts its seats in use."""
    connection = get_connection(PRIMARY)
    if connection.capabilities.dialect == "postgres":
        await connection.execute_query(
            "WITH taken AS (DELETE FROM assignment WHERE license_id = $1 AND user_id = ANY($2::bigint[]) RETURNING 1) "
            "UPDATE license SET in_use = in_use - (SELECT count(*) FROM taken) WHERE id = $1",
            [license_id, list(user_ids)],
        )
    else:
        delete = "DELETE FROM assignment WHERE license_id = ? AND user_id IN (SELECT value FROM json_each(?))"
        taken, _ = await connection.execute_query(delete, [license_id, json.dumps(list(user_ids))])
        await connection.execute_query("UPDATE license SET in_use = in_use - ? WHERE id = ?", [taken, license_id])


async def append_events(installation_id: int, position: int, version: int, events: Sequence[Mapping[str, Any]]) -> None:
    """Writes events, at least one, up to a position, and on PostgreSQL says so with the commit."""
    connection = get_connection(PRIMARY)
    if connection.capabilities.dialect == "postgres":
        insert, payload = insertion(AuditEvent, events)
        move = _MOVE.format("$2", "$3", "$4")
        await connection.execute_query(
            f"WITH written AS ({insert}) {move} RETURNING pg_notify($5, $6)",
            [payload, position, version, installation_id, CHANNEL, f"{installation_id}:{position}"],
        )
    else:
        await connection.execute_query(_MOVE.format("?", "?", "?"), [position, version, installation_id])
        await insert_rows(AuditEvent, events)
