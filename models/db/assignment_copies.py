"""The columns of assignments that are copied from users: written with them, checked and repaired."""

import json
from collections.abc import Sequence
from typing import Any

from tortoise.connection import get_connection

from models.db.replica import PRIMARY
from models.db.select import Select

_UNWRITTEN = "assignment.held_since = 0"
"""True of assignments by a server of a version without the column, which took part in an upgrade."""

_SQLITE_ASSIGNED_AT = (
    "CAST(strftime('%s', substr(assigned_at, 1, 19)) AS INTEGER) * 1000000 + "
    "CASE substr(assigned_at, 20, 1) WHEN '.' THEN CAST(substr(assigned_at, 21, 6) AS INTEGER) ELSE 0 END"
)
_POSTGRES_ASSIGNED_AT = "(extract(epoch FROM assigned_at) * 1000000)::bigint"


async def copy_user_columns(user_ids: Sequence[int]) -> None:
    """Write the copied columns of all assignments of users, after their last sign-ins or names have changed."""
    if not user_ids:
        return
    connection = get_connection(PRIMARY)
    ids: Any = list(user_ids)
    if connection.capabilities.dialect == "postgres":
        later, of_users = "greatest", '"user".id = ANY($1::bigint[])'
    else:
        later, of_users, ids = "max", '"user".id IN (SELECT value FROM json_each(?))', json.dumps(ids)
    await connection.execute_query(
        f"UPDATE assignment SET idle_since = {later}(held_since, last_login_key), user_name_key = name_key "
        f'FROM "user" WHERE "user".id = assignment.user_id AND {of_users}',
        [ids],
    )


async def count_wrong_copies(installation_id: int) -> int:
    """Return how many assignments of an installation differ from what their columns derive from."""
    select = Select()
    later = "greatest" if select.is_postgres else "max"
    [[number]] = await select.rows(
        'SELECT count(*) FROM assignment JOIN "user" ON "user".id = assignment.user_id '
        f"WHERE assignment.installation_id = {select.bind(installation_id)} AND {_wrong(later)}"
    )
    return number  # type: ignore[no-any-return]


async def repair_copies(installation_id: int) -> int:
    """Derive the copied columns again where they are wrong, and return the number of assignments changed."""
    connection = get_connection(PRIMARY)
    is_postgres = connection.capabilities.dialect == "postgres"
    later, assigned_at, parameter = (
        ("greatest", _POSTGRES_ASSIGNED_AT, "$1") if is_postgres else ("max", _SQLITE_ASSIGNED_AT, "?")
    )
    held_since = f"CASE WHEN {_UNWRITTEN} THEN {assigned_at} ELSE held_since END"
    changed, _ = await connection.execute_query(
        f"UPDATE assignment SET held_since = {held_since}, idle_since = {later}({held_since}, last_login_key), "
        'user_name_key = name_key FROM "user" WHERE "user".id = assignment.user_id '
        f"AND assignment.installation_id = {parameter} AND {_wrong(later)}",
        [installation_id],
    )
    return changed


def _wrong(later: str) -> str:
    return f"({_UNWRITTEN} OR idle_since <> {later}(held_since, last_login_key) OR user_name_key <> name_key)"
