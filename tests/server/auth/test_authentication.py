"""Authentication by session cookie and API token."""

from datetime import UTC, datetime, timedelta

import pytest

from licensing.enums import ApiScope
from models.session import Session
from models.user import User
from resolvers.auth.api_tokens import create_api_token, revoke_api_token
from tests.server.credentials import PASSWORD, SIGN_IN
from tests.support.factories import quick_hash

PREFLIGHT = {"GraphQL-Require-Preflight": "1"}


@pytest.fixture
async def signed_in(administrator, post):
    """Sign in the administrator, whose cookie `client` has afterwards; return the response."""
    await User.filter(id=administrator.id).update(password_hash=quick_hash(PASSWORD))
    return await post(SIGN_IN, variables={"login": "inga", "password": PASSWORD})


@pytest.fixture
async def token(context):
    """Return the secret of an API token."""
    _, secret = await create_api_token(
        context, name="Export", scopes=[ApiScope.LICENSES_READ], vendor_id=None, expires_at=None
    )
    return secret


async def caller_name(post, **headers):
    return (await post("{ caller }", headers={**PREFLIGHT, **headers})).json()["data"]["caller"]


async def test_request_without_credentials_is_anonymous(post):
    assert await caller_name(post) is None


async def test_sign_in_sets_an_httponly_cookie(signed_in, post):
    cookie = signed_in.headers["set-cookie"]

    assert cookie.startswith("session=")
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie
    assert "Secure" not in cookie
    assert await caller_name(post) == "Inga Solheim"


async def test_failed_sign_in_sets_no_cookie(administrator, post):
    response = await post(SIGN_IN, variables={"login": "inga", "password": PASSWORD})

    assert "set-cookie" not in response.headers
    assert "errors" in response.json()


async def test_sign_out_deletes_cookie_and_session(signed_in, client, post):
    secret = client.cookies["session"]

    response = await post("mutation { signOut }", headers=PREFLIGHT)

    assert response.headers["set-cookie"].startswith('session=""; ')
    assert "session" not in client.cookies
    client.cookies["session"] = secret
    assert await caller_name(post) is None


async def test_expired_session_is_anonymous(signed_in, post):
    await Session.all().update(last_seen_at=datetime.now(UTC) - timedelta(minutes=30))

    assert await caller_name(post) is None


async def test_token_in_the_authorization_header(token, post):
    assert await caller_name(post, Authorization=f"Bearer {token}") == "Export"
    assert await caller_name(post, Authorization=f"bearer {token}") == "Export"


async def test_token_takes_precedence_over_the_cookie(signed_in, token, post):
    response = await post("{ caller }", headers={"Authorization": f"Bearer {token}"})

    assert response.json()["data"] == {"caller": "Export"}


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer nonsense", "Bearer skp_1_" + "x" * 43, "Basic aW5nYTp4", "Token å"]
)
async def test_wrong_token_is_never_anonymous(signed_in, client, authorization):
    response = await client.post(
        "/graphql", json={"query": "{ caller }"}, headers=[("Authorization", authorization.encode())]
    )

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_revoked_token_is_rejected(context, token, post):
    await revoke_api_token(context, int(token.split("_")[1]))

    response = await post("{ caller }", headers={"Authorization": f"Bearer {token}"})

    assert response.status_code == 401


async def test_token_in_the_query_string_is_ignored(token, client):
    response = await client.get("/graphql", params={"query": "{ caller }", "access_token": token})

    assert response.json()["data"] == {"caller": None}


async def test_schema_file_when_signed_in(signed_in, client):
    response = await client.get("/schema.graphql")

    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert "type Query" in response.text


async def test_introspection_when_signed_in(signed_in, post):
    response = await post("{ __schema { queryType { name } } }", headers=PREFLIGHT)

    assert response.json()["data"] == {"__schema": {"queryType": {"name": "Query"}}}


async def test_suggestions_when_signed_in(signed_in, post):
    response = await post("{ helo }", headers=PREFLIGHT)

    assert "Did you mean 'hello'?" in response.text
