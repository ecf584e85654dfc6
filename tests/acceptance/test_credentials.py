"""Credentials over HTTP: scopes, expiry and immediate revocation in every process."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from models.api_token import ApiToken
from models.assignment import Assignment
from models.installation import Installation
from models.license import License
from models.user import User
from resolvers.context import system_context, utc_now
from resolvers.principals import COMMAND_LINE
from resolvers.users.administrators import set_password
from schema.relay.node import global_id
from tests.support.api_client import Client, codes
from tests.support.api_tokens import make_token
from tests.support.demo_server import RunningServer
from tests.support.operations import REVOKE_TOKEN
from tests.support.processes import process
from tests.support.schema_fields import PROTECTED_FIELDS, RULES, UNKNOWN_ID, document
from tests.support.subscriptions import socket
from tests.support.timing import Measure

WAITING = "SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
"""Returns the processes that wait for a lock of this connection."""
VIEWER = "{ viewer { actor { name } } }"
ASSIGN = """
mutation ($input: AssignUserLicensesInput!) {
  assignUserLicenses(input: $input) {
    license { key }
    users { id name login category status email group role lastLoginAt plan { key } }
    userErrors { code }
  }
}
"""
REVOKE = """
mutation ($input: RevokeUserLicensesInput!) {
  revokeUserLicenses(input: $input) { results { outcome user { login } } license { key } userErrors { code } }
}
"""


async def test_every_operation_requires_its_scope_over_http(
    inga: Client, server: RunningServer, another_browser: Callable[..., Awaitable[Client]]
) -> None:
    _, secret = await make_token(inga, "AUDIT_READ")
    anonymous, narrow = await another_browser(), await another_browser(token=secret)
    allowed = {field for field, rule in RULES.items() if rule == "AUDIT_READ"}
    assert len(allowed) == 2
    for field in PROTECTED_FIELDS:
        if field[0] == "subscription" or field[1] in ("node", "nodes"):
            continue
        text, variables = document(*field)
        for client, code in ((anonymous, "UNAUTHENTICATED"), (narrow, "FORBIDDEN")):
            answer = await client.answer(text, **variables)
            if client is narrow and field in allowed:
                assert "errors" not in answer
            else:
                assert [error["extensions"]["code"] for error in answer["errors"]] == [code], field
                assert not any((answer["data"] or {}).values())
    await anonymous.http.aclose()
    await narrow.http.aclose()


@pytest.mark.parametrize("engine", ["postgres"])
async def test_revoked_credentials_end_in_every_process(
    inga: Client, server: RunningServer, measured: Measure, tmp_path: Path, engine: str
) -> None:
    token_id, secret = await make_token(inga, "AUDIT_READ")
    async with process(server.database_url, tmp_path, check_interval="0") as (url, _):
        program, elsewhere = Client(url, token=secret), Client(url)
        elsewhere.http.cookies.set("session", inga.http.cookies["session"], domain="127.0.0.1")
        async with program.http, elsewhere.http, socket(url) as idle:
            await idle.initialize(secret)
            assert (await program.run(VIEWER))["actor"] == {"name": "Watcher"}
            assert (await elsewhere.run(VIEWER))["actor"] == {"name": "Inga Solheim"}

            with measured("a token revoked, in another process", most=1):
                assert codes(await inga.run(REVOKE_TOKEN, input={"apiTokenId": token_id})) == []
                refused = await program.http.post("/graphql", json={"query": VIEWER})
            assert refused.status_code == 401
            with measured("the end of its connection there", most=1):
                assert (await idle.close_reason())[0] == 4401

            await inga.run("mutation { signOut { userErrors { code } } }")
            assert await elsewhere.run(VIEWER) is None


async def test_refused_mutations_do_not_list_users(
    inga: Client, server: RunningServer, another_browser: Callable[..., Awaitable[Client]]
) -> None:
    _, secret = await make_token(inga, "USERS_WRITE")
    input = {"licenseId": UNKNOWN_ID, "userIds": [global_id("User")(number) for number in range(1, 101)]}
    program = await another_browser(token=secret)
    async with program.http:
        refused = await program.answer(ASSIGN, input={**input, "userIds": input["userIds"][:50]})
        others = [await program.answer(text, input=input) for text in (ASSIGN, REVOKE)]

    assert refused["data"]["assignUserLicenses"] == {
        "license": None, "users": [], "userErrors": [{"code": "NOT_FOUND"}],
    }  # fmt: skip
    assert not any(f'"{user.login}"' in json.dumps([refused, *others]) for user in await User.all())


async def test_assigning_shows_basic_user_fields_only(
    inga: Client, server: RunningServer, another_browser: Callable[..., Awaitable[Client]]
) -> None:
    _, secret = await make_token(inga, "USERS_WRITE")
    license, user = await License.get(key="superoffice.visible-for"), await User.get(login="tuva")
    input = {"licenseId": global_id("License")(license.id), "userIds": [global_id("User")(user.id)]}
    program = await another_browser(token=secret)
    async with program.http:
        assigned = await program.answer(ASSIGN, input=input)
        revoked = await program.answer(REVOKE, input=input)

    hidden = ["email", "group", "role", "lastLoginAt", "plan"]
    assert assigned["data"]["assignUserLicenses"] == {
        "license": None,
        "users": [{
            "id": input["userIds"][0], "name": user.name, "login": user.login, "category": "EMPLOYEE",
            "status": "ACTIVE", **dict.fromkeys(hidden),
        }],
        "userErrors": [],
    }  # fmt: skip
    assert forbidden_paths(assigned) == {"license", *(f"users.0.{name}" for name in hidden)}
    assert revoked["data"]["revokeUserLicenses"] == {
        "results": [{"outcome": "REVOKED", "user": None}], "license": None, "userErrors": [],
    }  # fmt: skip
    assert forbidden_paths(revoked) == {"license", "results.0.user"}


def forbidden_paths(answer: dict[str, Any]) -> set[str]:
    """Return the paths of the errors below the root field, all of which must be FORBIDDEN."""
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"FORBIDDEN"}
    return {".".join(map(str, error["path"][1:])) for error in answer["errors"]}


@pytest.mark.parametrize("engine", ["postgres"])
async def test_token_revoked_while_waiting_for_the_lock_changes_nothing(
    inga: Client, server: RunningServer, another_browser: Callable[..., Awaitable[Client]], engine: str
) -> None:
    _, secret = await make_token(inga, "USERS_WRITE")
    assignment = await Assignment.first()
    assert assignment is not None
    input = {
        "licenseId": global_id("License")(assignment.license_id),
        "userIds": [global_id("User")(assignment.user_id)],
    }
    program, locked = await another_browser(token=secret), asyncio.Event()
    async with program.http, asyncio.timeout(20):

        async def revoke() -> dict[str, Any]:
            await locked.wait()
            return await program.answer(REVOKE, input=input)

        waiting = asyncio.create_task(revoke())  # outside the transaction, which its context would share
        async with in_transaction() as holder:
            await Installation.select_for_update().get(id=assignment.installation_id)
            locked.set()
            while not await holder.execute_query_dict(WAITING):
                pass
            await ApiToken.filter(name="Watcher").update(revoked_at=utc_now())
        answer = await waiting

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]
    assert answer["data"] == {"revokeUserLicenses": None}
    assert await Assignment.exists(id=assignment.id)


async def test_new_password_ends_all_sessions(
    inga: Client, server: RunningServer, another_browser: Callable[..., Awaitable[Client]]
) -> None:
    other = await another_browser()
    async with other.http:
        await other.sign_in()
        assert await other.run(VIEWER) and await inga.run(VIEWER)

        user = await User.get(login="inga")
        context = system_context(user.installation_id, actor=COMMAND_LINE, request_id="new-password")
        await set_password(context, login="inga", password="four seats too many")

        assert await other.run(VIEWER) is None and await inga.run(VIEWER) is None
        assert [error["code"] for error in (await other.sign_in())["userErrors"]] == ["CREDENTIALS_INVALID"]
        assert (await other.sign_in(password="four seats too many"))["userErrors"] == []


@pytest.mark.parametrize("changes", [{"status": "RETIRED", "is_administrator": False}, {"can_log_in": False}], ids=str)
async def test_disabled_administrator_is_signed_out(
    inga: Client, server: RunningServer, changes: dict[str, object]
) -> None:
    assert await inga.run(VIEWER)

    await User.filter(login="inga").update(**changes)

    assert await inga.run(VIEWER) is None
    assert [error["code"] for error in (await inga.sign_in())["userErrors"]] == ["CREDENTIALS_INVALID"]


async def test_every_response_has_security_headers(inga: Client, server: RunningServer) -> None:
    json, paths = {"query": VIEWER}, ("/healthz", "/readyz", "/schema.graphql", "/metrics", "/x", "/graphql")
    as_json, too_large = {"Content-Type": "application/json"}, b"x" * (1024 * 1024 + 1)
    answers = [
        await inga.http.post("/graphql", json=json),
        await inga.http.post("/graphql", json={"query": "{"}),
        await inga.http.post("/graphql", json=json, headers={"Authorization": "Bearer nonsense"}),
        await inga.http.post("/graphql", content=too_large, headers=as_json),
        await inga.http.post("/graphql", content=b"x", headers={"Content-Type": "text/plain"}),
        await inga.http.put("/graphql", json=json),
        *[await inga.http.get(path) for path in paths],
    ]
    assert {answer.status_code for answer in answers} >= {200, 401, 404, 405, 413, 415}
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["x-request-id"]
