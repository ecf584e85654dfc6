"""Searches for users along the index and without it, on both engines."""

import pytest
from tortoise.connection import get_connection

from models.db import user_search
from models.db.select import Select
from models.db.user_search import search_condition
from models.user import User

SPECIAL = 'Kåre "Kalle" O\'Hara 100%_*\\ AND (x) 𝒦😀'


async def matching_names(text):
    """Return the names of the users whom a text finds, in order."""
    select = Select()
    condition = await search_condition(select, text.casefold())
    return [name for (name,) in await select.rows(f'SELECT name FROM "user" WHERE {condition} ORDER BY id')]


async def plan_of_search(text):
    select = Select()
    condition = await search_condition(select, text)
    statement = f'EXPLAIN QUERY PLAN SELECT name FROM "user" WHERE {condition}'
    return str([tuple(step) for step in await select.rows(statement)])


@pytest.fixture
async def users(make_user):
    return [await make_user(name, login=f"login{n}") for n, name in enumerate([SPECIAL, "Ola", "AND", 'a"b', "Åse"])]


TEXTS = {
    "folded": ["kår", "KÅRE", "åse\nlogin4", "𝒦😀", "😀", "login", "login1"],
    "operators": ["AND", "and (x)", "(x)", "*", "ola or and", "search_key:ola", "^ola", '"kalle"', '"', '""', "o'hara"],
    "wildcards": ["100%", "%_*", "%", "_", "\\", "\\ AND"],
    "lines": ["n1\no", "e\nl", "a\nl", "no one"],
}


@pytest.mark.parametrize("text", [text for texts in TEXTS.values() for text in texts])
async def test_search_finds_what_contains_the_text(users, text):
    contains = [user.name for user in users if text.casefold() in user.search_key]

    assert await matching_names(text) == contains


async def test_text_with_nul_finds_nobody(users, database_url):
    if database_url.startswith("sqlite"):  # PostgreSQL has no such text
        assert await matching_names("ola\0") == []


async def test_index_follows_changes(users):
    await User.filter(name="Ola").update(search_key="torstein")
    await User.filter(name="Åse").delete()

    assert await matching_names("ola") == []
    assert await matching_names("åse") == []
    assert await matching_names("torst") == ["Ola"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestSqlite:
    """The index of SQLite."""

    async def test_search_uses_the_index(self, users):
        plan = await plan_of_search("ola")

        assert "VIRTUAL TABLE INDEX" in plan
        assert "SEARCH user USING INTEGER PRIMARY KEY" in plan
        assert "SCAN user'" not in plan

    async def test_short_text_does_not_use_the_index(self, users):
        assert "VIRTUAL TABLE" not in await plan_of_search("ol")

    async def test_common_text_does_not_use_the_index(self, users, monkeypatch):
        monkeypatch.setattr(user_search, "MAX_MATCHES", 4)

        assert "VIRTUAL TABLE" not in await plan_of_search("login")
        assert len(await matching_names("login")) == 5
        assert "VIRTUAL TABLE" in await plan_of_search("login1")

    async def test_search_without_index_reads_all_users(self, users):
        for trigger in ("insert", "update", "delete"):
            await get_connection("default").execute_query(f"DROP TRIGGER user_search_{trigger}")
        await get_connection("default").execute_query("DROP TABLE user_search")

        assert await matching_names("ola") == ["Ola"]
        assert await matching_names("no one") == []
