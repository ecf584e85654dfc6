"""Rows that are read by SQL written by hand: the same on both engines."""

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
async def test_an_instant_is_the_text_that_the_api_gives(make_user, moment):
    user = await make_user("Kari")
    await User.filter(id=user.id).update(last_login_at=moment)

    select = Select()
    read = select.project(User, "last_login_at")
    [[text]] = await select.rows(f'SELECT {read} FROM "user" WHERE id = {select.bind(user.id)}')

    assert text == (moment and moment.isoformat())


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_an_instant_does_not_depend_on_the_time_zone_of_the_session(make_user):
    user = await make_user("Kari")
    await User.filter(id=user.id).update(last_login_at=MOMENTS[0])

    async with in_transaction(PRIMARY):
        await get_connection(PRIMARY).execute_query("SET LOCAL timezone = 'Asia/Kolkata'")
        select = Select()
        [[text]] = await select.rows(f'SELECT {select.project(User, "last_login_at")} FROM "user"')

    assert text == "2026-01-15T09:30:00+00:00"


async def test_columns_have_the_types_of_python(make_license):
    license = await make_license("superoffice.sales")

    select = Select()
    read = select.project(License, "id", "is_hidden", "includes", "kinds", "total")
    [row] = await select.rows(f"SELECT {read}, 7 FROM license")

    assert tuple(row) == (license.id, False, [], None, license.total, 7)
    assert row[1] is False


async def test_one_of_many_and_of_none(make_user):
    users = [await make_user(name) for name in ("Kari", "Per", "Åse")]
    ids = [user.id for user in users]

    async def found(wanted: list[int]) -> set[int]:
        select = Select()
        return {id_ for (id_,) in await select.rows(f'SELECT id FROM "user" WHERE id {select.in_(wanted)}')}

    assert await found(ids[:2]) == set(ids[:2])
    assert await found([]) == set()


@pytest.mark.parametrize("text", ["%", "_", "50%", "\\", "å"])
async def test_a_text_that_is_searched_for_stands_for_itself(make_user, text):
    await make_user("Kari")
    other = await make_user(f"a{text}b")

    select = Select()
    wanted = select.contains("search_key", text)
    assert [id_ for (id_,) in await select.rows(f'SELECT id FROM "user" WHERE {wanted}')] == [other.id]
