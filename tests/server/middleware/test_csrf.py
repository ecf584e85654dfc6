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
    """A session cookie, which a browser sends whether or not it is still good."""
    client.cookies["session"] = "x" * 43


def is_refused(response):
    return response.status_code == 403 and response.json()["errors"][0]["extensions"] == {"code": "FORBIDDEN"}


async def test_an_operation_with_the_cookie_needs_the_preflight_header(cookie, post):
    assert is_refused(await post(QUERY))
    assert (await post(QUERY, headers=PREFLIGHT)).status_code == 200


async def test_a_query_by_get_with_the_cookie_needs_the_preflight_header(cookie, client):
    assert is_refused(await client.get("/graphql", params={"query": QUERY}))
    assert (await client.get("/graphql", params={"query": QUERY}, headers=PREFLIGHT)).status_code == 200


async def test_a_form_needs_the_preflight_header_with_or_without_the_cookie(client):
    assert is_refused(await client.post("/graphql", files=FORM))
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
async def test_a_page_of_another_origin_may_not_use_the_cookie(cookie, post, headers):
    assert is_refused(await post(QUERY, headers={**PREFLIGHT, **headers}))


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
async def test_the_own_pages_and_those_of_allowed_origins_may(cookie, post, headers):
    assert (await post(QUERY, headers={**PREFLIGHT, **headers})).status_code == 200


async def test_without_a_cookie_there_is_nothing_to_steal(post):
    assert (await post(QUERY, headers={"Origin": "https://evil.example"})).status_code == 200


async def test_a_page_that_runs_no_operation_needs_no_header(cookie, client):
    assert (await client.get("/")).status_code == 200
