"""Hand-written SELECT statements return the same rows on both engines."""

from datetime import UTC, datetime

import pytest
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from models.db.replica import PRIMARY
from models.db.select import Select
from models.license import License
from models.user import User

MOMENTS = [
    datetime(2026, 1, 15, 9, 30, tzinfo=UTC),
    datetime(2026, 7, 15, 9, 30, 0, 120, tzinfo=UTC),
    datetime(1999, 12, 31, 23, 59, 59, 999_990, tzinfo=UTC),
    None,
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
async def test_datetime_is_read_as_iso_text(make_user, moment):
    user = await make_user("Kari")
    await User.filter(id=user.id).update(last_login_at=moment)

    select = Select()
    read = select.project(User, "last_login_at")
    [[text]] = await select.rows(f'SELECT {read} FROM "user" WHERE id = {select.bind(user.id)}')

    assert text == (moment and moment.isoformat())


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_datetime_is_independent_of_the_session_time_zone(make_user):
    user = await make_user("Kari")
    await User.filter(id=user.id).update(last_login_at=MOMENTS[0])

    async with in_transaction(PRIMARY):
        await get_connection(PRIMARY).execute_query("SET LOCAL timezone = 'Asia/Kolkata'")
        select = Select()
        [[text]] = await select.rows(f'SELECT {select.project(User, "last_login_at")} FROM "user"')

    assert text == "2026-01-15T09:30:00+00:00"


async def test_columns_are_read_as_python_types(make_license):
    license = await make_license("superoffice.sales")

    select = Select()
    read = select.project(License, "id", "is_hidden", "includes", "kinds", "total")
    [row] = await select.rows(f"SELECT {read}, 7 FROM license")

    assert tuple(row) == (license.id, False, [], None, license.total, 7)
    assert row[1] is False


async def test_in_matches_any_of_the_values(make_user):
    users = [await make_user(name) for name in ("Kari", "Per", "Åse")]
    ids = [user.id for user in users]

    async def matching_ids(wanted: list[int]) -> set[int]:
        select = Select()
        return {id_ for (id_,) in await select.rows(f'SELECT id FROM "user" WHERE id {select.in_(wanted)}')}

    assert await matching_ids(ids[:2]) == set(ids[:2])
    assert await matching_ids([]) == set()


@pytest.mark.parametrize("text", ["%", "_", "50%", "\\", "å"])
async def test_wildcards_are_matched_literally(make_user, text):
    await make_user("Kari")
    other = await make_user(f"a{text}b")

    select = Select()
    condition = select.contains("search_key", text)
    assert [id_ for (id_,) in await select.rows(f'SELECT id FROM "user" WHERE {condition}')] == [other.id]
