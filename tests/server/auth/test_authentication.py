from datetime import UTC, datetime, timedelta

import pytest

from licensing.enums import ApiScope
from models.session import Session
from models.user import User
from resolvers.auth.api_tokens import create_api_token, revoke_api_token
from tests.support.factories import quick_hash

PASSWORD = "correct horse battery"
SIGN_IN = "mutation ($login: String!, $password: String!) { signIn(login: $login, password: $password) }"
PREFLIGHT = {"GraphQL-Require-Preflight": "1"}


@pytest.fixture
async def signed_in(administrator, post):
    """Gives the administrator a password and logs her in: from here on `client` has her cookie."""
    await User.filter(id=administrator.id).update(password_hash=quick_hash(PASSWORD))
    return await post(SIGN_IN, variables={"login": "inga", "password": PASSWORD})


@pytest.fixture
async def token(context):
    _, secret = await create_api_token(
        context, name="Export", scopes=[ApiScope.LICENSES_READ], vendor_id=None, expires_at=None
    )
    return secret


async def who(post, **headers):
    return (await post("{ who }", headers={**PREFLIGHT, **headers})).json()["data"]["who"]


async def test_nobody_is_nobody(post):
    assert await who(post) is None


async def test_signing_in_sets_a_cookie_that_scripts_cannot_read(signed_in, post):
    cookie = signed_in.headers["set-cookie"]

    assert cookie.startswith("session=")
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie
    assert "Secure" not in cookie
    assert await who(post) == "Inga Solheim"


async def test_a_refused_login_sets_no_cookie(administrator, post):
    response = await post(SIGN_IN, variables={"login": "inga", "password": PASSWORD})

    assert "set-cookie" not in response.headers
    assert "errors" in response.json()


async def test_signing_out_takes_the_cookie_back_and_ends_the_session(signed_in, client, post):
    secret = client.cookies["session"]

    response = await post("mutation { signOut }", headers=PREFLIGHT)

    assert response.headers["set-cookie"].startswith('session=""; ')
    assert "session" not in client.cookies
    client.cookies["session"] = secret
    assert await who(post) is None


async def test_a_session_that_is_over_is_nobody(signed_in, post):
    await Session.all().update(last_seen_at=datetime.now(UTC) - timedelta(minutes=30))

    assert await who(post) is None


async def test_a_token_is_taken_from_the_header(token, post):
    assert await who(post, Authorization=f"Bearer {token}") == "Export"
    assert await who(post, Authorization=f"bearer {token}") == "Export"


async def test_with_a_token_the_cookie_is_ignored(signed_in, token, post):
    response = await post("{ who }", headers={"Authorization": f"Bearer {token}"})

    assert response.json()["data"] == {"who": "Export"}


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer nonsense", "Bearer skp_1_" + "x" * 43, "Basic aW5nYTp4", "Token å"]
)
async def test_a_wrong_token_is_refused_and_never_nobody(signed_in, client, authorization):
    response = await client.post(
        "/graphql", json={"query": "{ who }"}, headers=[("Authorization", authorization.encode())]
    )

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_a_revoked_token_is_refused(context, token, post):
    await revoke_api_token(context, int(token.split("_")[1]))

    response = await post("{ who }", headers={"Authorization": f"Bearer {token}"})

    assert response.status_code == 401


async def test_a_token_in_the_address_is_nobodys(token, client):
    response = await client.get("/graphql", params={"query": "{ who }", "access_token": token})

    assert response.json()["data"] == {"who": None}


async def test_the_schema_is_printed_for_those_who_are_signed_in(signed_in, client):
    response = await client.get("/schema.graphql")

    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert "type Query" in response.text


async def test_introspection_is_for_those_who_are_signed_in(signed_in, post):
    response = await post("{ __schema { queryType { name } } }", headers=PREFLIGHT)

    assert response.json()["data"] == {"__schema": {"queryType": {"name": "Query"}}}


async def test_names_are_suggested_to_those_who_are_signed_in(signed_in, post):
    response = await post("{ helo }", headers=PREFLIGHT)

    assert "Did you mean 'hello'?" in response.text
