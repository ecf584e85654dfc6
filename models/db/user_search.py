"""Searches for users by a text anywhere in `search_key`, along a trigram index on either engine."""

import re

from tortoise.exceptions import OperationalError

from models.db.select import Select

TRIGRAM = 3
"""The characters of the shortest text that the index of SQLite finds."""

MAX_MATCHES = 1_000
"""Users that SQLite's index returns; if more match, reading users in the order of the page finds enough at once."""


async def search_condition(select: Select, text: str) -> str:
    """Return the condition that `search_key` contains a casefolded text, without wildcards."""
    if select.is_postgres:
        escaped = re.sub(r"([\\%_])", r"\\\1", text)
        return f"search_key LIKE {select.bind(f'%{escaped}%')}"  # uses the index `user_search`
    if len(text) >= TRIGRAM and "\0" not in text and await _is_rare(text):
        return f'"user".id IN ({_matches(select, text)})'
    return select.contains("search_key", text)


async def _is_rare(text: str) -> bool:
    """Return whether few users match; False without an index, which SQLite supports from version 3.34."""
    select = Select()
    matches = f"{_matches(select, text)} LIMIT {MAX_MATCHES + 1}"
    try:
        [[number]] = await select.rows(f"SELECT count(*) FROM ({matches})")
    except OperationalError as error:
        if "no such table: user_search" in str(error):
            return False
        raise
    return number <= MAX_MATCHES  # type: ignore[no-any-return]


def _matches(select: Select, text: str) -> str:
    """Return the SELECT of the IDs of users in SQLite's index, of all installations."""
    phrase = '"' + text.replace('"', '""') + '"'
    return f"SELECT rowid FROM user_search WHERE user_search MATCH {select.bind(phrase)}"
