"""Where browsers reach the server by https."""

import pytest

from models.user import User
from server.settings import Settings
from tests.support.factories import quick_hash

PASSWORD = "correct horse battery"


@pytest.fixture
def settings():
    return Settings(public_url="https://licenses.example.com")


async def test_the_session_cookie_is_for_this_host_and_https_alone(administrator, client, post):
    await User.filter(id=administrator.id).update(password_hash=quick_hash(PASSWORD))

    response = await post(f'mutation {{ signIn(login: "inga", password: "{PASSWORD}") }}')

    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie
    answer = await post("{ who }", headers={"GraphQL-Require-Preflight": "1"})
    assert answer.json()["data"] == {"who": "Inga Solheim"}


async def test_browsers_are_told_to_come_by_https_alone(client):
    response = await client.get("/healthz")

    assert response.headers["strict-transport-security"] == "max-age=31536000"
