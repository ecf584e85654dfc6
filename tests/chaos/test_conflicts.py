"""Deadlocks and serialization failures in PostgreSQL are retried."""

from collections.abc import Awaitable, Callable

import pytest
from tortoise.connection import get_connection

from tests.support.api_client import Client, codes
from tests.support.demo_fixtures import another_browser, browser, inga, server
from tests.support.demo_server import RunningServer
from tests.support.operations import ASSIGN, AUDIT, IMPORT

__all__ = ["another_browser", "browser", "inga", "server"]

ASSIGNABLE = """
query { license(key: "superoffice.visible-for") { id } users(filter: {hasLicense: false}) { nodes { id login } } }
"""


@pytest.fixture
def engine() -> str:
    """PostgreSQL: SQLite has one writer at a time and no such conflicts."""
    return "postgres"


@pytest.fixture
def conflict(server: RunningServer) -> Callable[[str, int], Awaitable[None]]:
    """Return a function that fails the next inserts into a table with an SQLSTATE.

    The inserts are counted by a sequence, which is not rolled back.
    """

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


async def assignment_input(inga: Client) -> dict[str, object]:
    """Return the input of `ASSIGN` for the first user without a license."""
    found = await inga.run(ASSIGNABLE)
    return {"licenseId": found["license"]["id"], "userIds": [found["users"]["nodes"][0]["id"]]}


@pytest.mark.parametrize("code", ["40P01", "40001"])
async def test_three_conflicts_are_retried(inga: Client, conflict: Callable[..., Awaitable[None]], code: str) -> None:
    wanted = await assignment_input(inga)
    await conflict("assignment", 3, code)

    assert codes(await inga.run(ASSIGN, input=wanted)) == []
    events = await inga.run(AUDIT, filter={"actions": ["USER_LICENSE_ASSIGNED"]}, first=1)
    assert events["nodes"][0]["summary"].startswith("Inga Solheim assigned Confidential activities")


async def test_conflicting_upload_is_retried(
    inga: Client, server: RunningServer, conflict: Callable[..., Awaitable[None]]
) -> None:
    await conflict("received_document", 1)

    file = server.demo.files["growth.lic"].encode()
    payload = await inga.upload(IMPORT, {"input": {"file": {"upload": None}}}, "input.file.upload", file)

    assert codes(payload) == []
    assert payload["changeSet"]["status"] == "ACTIVATED"


async def test_fourth_conflict_is_reported(inga: Client, conflict: Callable[..., Awaitable[None]]) -> None:
    wanted = await assignment_input(inga)
    await conflict("assignment", 4)

    [error] = (await inga.answer(ASSIGN, input=wanted))["errors"]

    assert error["extensions"] == {"code": "UNAVAILABLE"}
    assert codes(await inga.run(ASSIGN, input=wanted)) == []
