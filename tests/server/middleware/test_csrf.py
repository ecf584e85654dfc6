"""Protection against cross-site request forgery."""

import json

import pytest

from server.settings import Settings

QUERY = "{ hello }"
PREFLIGHT = {"GraphQL-Require-Preflight": "1"}
FORM = {"operations": (None, json.dumps({"query": "mutation { change }"})), "map": (None, "{}")}


@pytest.fixture
def settings():
    return Settings(allowed_origins=frozenset({"https://intranet.example.com"}))


@pytest.fixture
def cookie(database, client):
    """Set a session cookie; it need not belong to a session."""
    client.cookies["session"] = "x" * 43


def is_forbidden(response):
    return response.status_code == 403 and response.json()["errors"][0]["extensions"] == {"code": "FORBIDDEN"}


async def test_cookie_requires_the_preflight_header(cookie, post):
    assert is_forbidden(await post(QUERY))
    assert (await post(QUERY, headers=PREFLIGHT)).status_code == 200


async def test_cookie_requires_the_preflight_header_for_get(cookie, client):
    assert is_forbidden(await client.get("/graphql", params={"query": QUERY}))
    assert (await client.get("/graphql", params={"query": QUERY}, headers=PREFLIGHT)).status_code == 200


async def test_form_requires_the_preflight_header(client):
    assert is_forbidden(await client.post("/graphql", files=FORM))
    assert (await client.post("/graphql", files=FORM, headers=PREFLIGHT)).json()["data"] == {"change": True}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9000"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://licenses.example.com", "Host": "licenses.example.com", "Sec-Fetch-Site": "same-site"},
    ],
)
async def test_cookie_is_rejected_from_other_origins(cookie, post, headers):
    assert is_forbidden(await post(QUERY, headers={**PREFLIGHT, **headers}))


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost:8000", "Host": "localhost:8000"},
        {"Origin": "https://behind-a-proxy.example.com", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://intranet.example.com", "Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_cookie_is_accepted_from_trusted_origins(cookie, post, headers):
    assert (await post(QUERY, headers={**PREFLIGHT, **headers})).status_code == 200


async def test_other_origins_are_accepted_without_cookie(post):
    assert (await post(QUERY, headers={"Origin": "https://evil.example"})).status_code == 200


async def test_pages_require_no_preflight_header(cookie, client):
    assert (await client.get("/")).status_code == 200
