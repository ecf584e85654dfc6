"""Tests of a server with an HTTPS public URL."""

import pytest

from models.user import User
from server.settings import Settings
from tests.support.factories import quick_hash

PASSWORD = "correct horse battery"


@pytest.fixture
def settings():
    return Settings(public_url="https://licenses.example.com")


async def test_session_cookie_requires_https_and_this_host(administrator, client, post):
    await User.filter(id=administrator.id).update(password_hash=quick_hash(PASSWORD))

    response = await post(f'mutation {{ signIn(login: "inga", password: "{PASSWORD}") }}')

    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie
    answer = await post("{ caller }", headers={"GraphQL-Require-Preflight": "1"})
    assert answer.json()["data"] == {"caller": "Inga Solheim"}


async def test_hsts_header_is_sent_over_https(client):
    response = await client.get("/healthz")

    assert response.headers["strict-transport-security"] == "max-age=31536000"
