"""Signing in as clients see it, from behind a proxy too."""

import re
import sqlite3
from contextlib import closing

import httpx2
import pytest

from tests.support.processes import process

SIGN_IN = """
mutation SignIn($login: String!) {
  signIn(input: {login: $login, password: "not the password"}) { viewer { scopes } userErrors { code message } }
}
"""


async def sign_in(client, login="inga", **headers):
    response = await client.post("/graphql", json={"query": SIGN_IN, "variables": {"login": login}}, headers=headers)
    [error] = response.json()["data"]["signIn"]["userErrors"]
    return error


def networks(sqlite_url):
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite://"))) as connection:
        return {network for (network,) in connection.execute("SELECT network FROM sign_in_attempt")}


async def test_too_many_tries_are_told_in_user_errors_with_the_wait(database_url, tmp_path):
    async with process(database_url, tmp_path) as (url, _), httpx2.AsyncClient(base_url=url) as client:
        codes = [(await sign_in(client))["code"] for _ in range(5)]
        refused = await sign_in(client)

    assert codes == ["CREDENTIALS_INVALID"] * 5
    assert refused["code"] == "RATE_LIMITED"
    assert re.fullmatch(r"There were too many tries\. Wait \d+ seconds?, then try again\.", refused["message"])


@pytest.mark.parametrize(
    ("proxies", "network"), [("127.0.0.1", "203.0.113.9"), ("10.0.0.0/8", "127.0.0.1"), ("", "203.0.113.9")]
)
async def test_where_a_request_comes_from_is_believed_of_trusted_proxies_alone(sqlite_url, tmp_path, proxies, network):
    async with (
        process(sqlite_url, tmp_path, trusted_proxies=proxies) as (url, _),
        httpx2.AsyncClient(base_url=url) as client,
    ):
        await sign_in(client, **{"X-Forwarded-For": "203.0.113.9"})

    assert networks(sqlite_url) == {network}
