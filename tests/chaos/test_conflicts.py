"""PostgreSQL undoes a transaction because of another: the mutation is run again, and nobody hears of it."""

from collections.abc import Awaitable, Callable

import pytest
from tortoise.connection import get_connection

from tests.acceptance.conftest import (
    Client,
    Running,
    another_browser,
    browser,
    codes,
    copied_demo,
    inga,
    is_trial,
    postgres_demos,
    server,
)
from tests.acceptance.operations import ASSIGN, AUDIT, IMPORT

__all__ = ["another_browser", "browser", "copied_demo", "inga", "is_trial", "postgres_demos", "server"]

PLACES = """
query { license(key: "superoffice.visible-for") { id } users(filter: {hasLicense: false}) { nodes { id login } } }
"""


@pytest.fixture
def engine() -> str:
    """SQLite has one writer at a time, and no such conflicts."""
    return "postgres"


@pytest.fixture
def conflict(server: Running) -> Callable[[str, int], Awaitable[None]]:
    """Makes PostgreSQL undo as many transactions as come when they write to a table: sequences are never undone."""

    async def do(table: str, times: int, code: str = "40P01") -> None:
        await get_connection("default").execute_script(
            f"""
            CREATE SEQUENCE tries;
            CREATE FUNCTION undo() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF nextval('tries') <= {times} THEN RAISE EXCEPTION 'undone' USING ERRCODE = '{code}'; END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER undo BEFORE INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION undo();
            """
        )

    return do


async def given_a_license(inga: Client) -> dict[str, object]:
    """What ASSIGN takes, for the first user without a license."""
    places = await inga.run(PLACES)
    return {"licenseId": places["license"]["id"], "userIds": [places["users"]["nodes"][0]["id"]]}


@pytest.mark.parametrize("code", ["40P01", "40001"])
async def test_three_conflicts_are_not_noticed(
    inga: Client, conflict: Callable[..., Awaitable[None]], code: str
) -> None:
    wanted = await given_a_license(inga)
    await conflict("assignment", 3, code)

    assert codes(await inga.run(ASSIGN, input=wanted)) == []
    events = await inga.run(AUDIT, filter={"actions": ["USER_LICENSE_ASSIGNED"]}, first=1)
    assert events["nodes"][0]["summary"].startswith("Inga Solheim gave Confidential activities")


async def test_an_upload_is_read_again(inga: Client, server: Running, conflict: Callable[..., Awaitable[None]]) -> None:
    await conflict("received_document", 1)

    file = server.demo.files["growth.lic"].encode()
    payload = await inga.upload(IMPORT, {"input": {"file": {"upload": None}}}, "input.file.upload", file)

    assert codes(payload) == []
    assert payload["changeSet"]["status"] == "ACTIVATED"


async def test_after_four_the_client_is_told_to_try_later(
    inga: Client, conflict: Callable[..., Awaitable[None]]
) -> None:
    wanted = await given_a_license(inga)
    await conflict("assignment", 4)

    [error] = (await inga.answer(ASSIGN, input=wanted))["errors"]

    assert error["extensions"] == {"code": "UNAVAILABLE"}
    assert codes(await inga.run(ASSIGN, input=wanted)) == []
