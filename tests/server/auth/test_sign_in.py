"""Sign-in over HTTP: throttling, and the client address behind a proxy."""

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


async def test_throttled_sign_in_is_a_user_error(database_url, tmp_path):
    async with process(database_url, tmp_path) as (url, _), httpx2.AsyncClient(base_url=url) as client:
        codes = [(await sign_in(client))["code"] for _ in range(5)]
        throttled = await sign_in(client)

    assert codes == ["CREDENTIALS_INVALID"] * 5
    assert throttled["code"] == "RATE_LIMITED"
    assert re.fullmatch(r"There were too many attempts\. Wait \d+ seconds?, then try again\.", throttled["message"])


@pytest.mark.parametrize(
    ("proxies", "network"), [("127.0.0.1", "203.0.113.9"), ("10.0.0.0/8", "127.0.0.1"), ("", "203.0.113.9")]
)
async def test_forwarded_for_is_trusted_from_proxies_only(sqlite_url, tmp_path, proxies, network):
    async with (
        process(sqlite_url, tmp_path, trusted_proxies=proxies) as (url, _),
        httpx2.AsyncClient(base_url=url) as client,
    ):
        await sign_in(client, **{"X-Forwarded-For": "203.0.113.9"})

    assert networks(sqlite_url) == {network}
