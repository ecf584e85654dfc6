"""Automatic persisted queries, in the requests that Apollo Client and urql send."""

import json
from hashlib import sha256

import pytest

from licensing.enums import ApiScope
from resolvers.auth.api_tokens import create_api_token
from resolvers.context import Context
from resolvers.principals import ALL_SCOPES, COMMAND_LINE, Principal
from server.graphql import persisted_queries

QUERY = "query Greeting($name: String!) {\n  hello(name: $name)\n}"
GREETING = {"hello": "Hello, Åse"}
NOT_FOUND = [{"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}]
ACCEPT = {"Accept": "application/graphql-response+json, application/json;q=0.9"}


def hash_of(query):
    return sha256(query.encode()).hexdigest()


def apollo(query, *, with_query):
    """Return a request of `PersistedQueryLink`."""
    body = {
        "operationName": "Greeting",
        "variables": {"name": "Åse"},
        "extensions": {
            "clientLibrary": {"name": "@apollo/client", "version": "4.3.8"},
            "persistedQuery": {"version": 1, "sha256Hash": hash_of(query)},
        },
    }
    return {**body, "query": query} if with_query else body


def urql(query, *, with_query):
    """Return a request of `persistedExchange`, which marks the second one as a miss."""
    persisted = {"version": 1, "sha256Hash": hash_of(query)}
    body = {"operationName": "Greeting", "variables": {"name": "Åse"}}
    if with_query:
        return {**body, "query": query, "extensions": {"persistedQuery": {**persisted, "miss": True}}}
    return {**body, "extensions": {"persistedQuery": persisted}}


@pytest.fixture
def make_headers():
    """Return a function that creates an API token of an installation and returns its headers."""

    async def make(installation_id):
        context = Context(Principal(installation_id, COMMAND_LINE, ALL_SCOPES), "request")
        _, secret = await create_api_token(
            context, name="Export", scopes=[ApiScope.LICENSES_READ], vendor_id=None, expires_at=None
        )
        return {"Authorization": f"Bearer {secret}"}

    return make


@pytest.fixture
async def bearer(make_headers, installation):
    return await make_headers(installation)


@pytest.fixture
def send(client):
    """Return a function that sends a request by POST or GET."""

    async def send(body, headers=None, method="POST"):
        if method == "POST":
            return await client.post("/graphql", json=body, headers=headers)
        parameters = {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}
        return await client.get("/graphql", params=parameters, headers=headers)

    return send


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("library", [apollo, urql])
async def test_query_is_stored_under_its_hash(send, bearer, library, method):
    unknown = await send(library(QUERY, with_query=False), bearer, method)
    assert (unknown.status_code, unknown.json()["errors"]) == (200, NOT_FOUND)

    stored = await send(library(QUERY, with_query=True), bearer, method)
    assert stored.json()["data"] == GREETING

    known = await send(library(QUERY, with_query=False), bearer, method)
    assert known.json()["data"] == GREETING


async def test_unknown_hash_has_no_data_in_the_graphql_media_type(send, bearer):
    response = await send(apollo(QUERY, with_query=False), {**bearer, **ACCEPT})

    assert (response.status_code, response.json()["errors"]) == (400, NOT_FOUND)
    assert "data" not in response.json()


async def test_null_as_the_query_counts_as_omitted(send, bearer):
    await send(urql(QUERY, with_query=True), bearer)
    body = {**urql(QUERY, with_query=False), "query": None}

    assert (await send(body, bearer)).json()["data"] == GREETING


async def test_hash_of_another_query_is_rejected(send, bearer):
    body = {**apollo("{ hello }", with_query=False), "query": QUERY}

    response = await send(body, bearer)

    assert response.status_code == 400
    [error] = response.json()["errors"]
    assert error["message"] == "The hash in persistedQuery is not that of the query. Send its SHA-256 in hex."
    assert (await send(apollo("{ hello }", with_query=False), bearer)).json()["errors"] == NOT_FOUND


async def test_null_as_the_hash_counts_as_omitted(send):
    response = await send({"query": QUERY, "variables": {"name": "Åse"}, "extensions": {"persistedQuery": None}})

    assert response.json()["data"] == GREETING


MALFORMED = {
    "no object": "x",
    "no hash": {"version": 1},
    "another version": {"version": 2, "sha256Hash": hash_of(QUERY)},
    "short": {"version": 1, "sha256Hash": "ab"},
    "capitals": {"version": 1, "sha256Hash": hash_of(QUERY).upper()},
    "number": {"version": 1, "sha256Hash": 7},
    "line break": {"version": 1, "sha256Hash": hash_of(QUERY) + "\n"},
}


@pytest.mark.parametrize("query", [{}, {"query": QUERY}], ids=["hash only", "with query"])
@pytest.mark.parametrize("persisted", MALFORMED.values(), ids=MALFORMED)
async def test_malformed_hash_is_rejected(send, persisted, query):
    response = await send({"variables": {"name": "Åse"}, "extensions": {"persistedQuery": persisted}, **query})

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize("library", [apollo, urql])
async def test_anonymous_callers_store_nothing(send, bearer, library):
    assert (await send(library(QUERY, with_query=True))).json()["data"] == GREETING

    for headers in (None, bearer):
        assert (await send(library(QUERY, with_query=False), headers)).json()["errors"] == NOT_FOUND
    await send(library(QUERY, with_query=True), bearer)
    assert (await send(library(QUERY, with_query=False))).json()["errors"] == NOT_FOUND


async def test_query_is_unknown_to_other_installations(send, bearer, make_headers, other_installation):
    other = await make_headers(await other_installation())
    await send(apollo(QUERY, with_query=True), bearer)

    assert (await send(apollo(QUERY, with_query=False), other)).json()["errors"] == NOT_FOUND
    assert (await send(apollo(QUERY, with_query=False), bearer)).json()["data"] == GREETING


async def test_invalid_query_is_not_stored(send, bearer):
    query = QUERY.replace("hello", "nothing")
    await send(apollo(query, with_query=True), bearer)

    assert (await send(apollo(query, with_query=False), bearer)).json()["errors"] == NOT_FOUND


async def test_number_of_stored_queries_is_bounded(send, bearer, monkeypatch):
    monkeypatch.setattr(persisted_queries, "MAX_QUERIES", 3)
    queries = [f"{QUERY} # {number}" for number in range(4)]
    for query in queries[:3]:
        await send(apollo(query, with_query=True), bearer)
    await send(apollo(queries[0], with_query=False), bearer)  # now queries[1] is the least recently used

    await send(apollo(queries[3], with_query=True), bearer)

    known = ["data" in (await send(apollo(query, with_query=False), bearer)).json() for query in queries]
    assert known == [True, False, True, True]


async def test_number_of_installations_with_queries_is_bounded(
    send, bearer, make_headers, other_installation, monkeypatch
):
    monkeypatch.setattr(persisted_queries, "MAX_INSTALLATIONS", 1)
    other = await make_headers(await other_installation())
    for headers in (bearer, other):
        await send(apollo(QUERY, with_query=True), headers)

    known = ["data" in (await send(apollo(QUERY, with_query=False), headers)).json() for headers in (bearer, other)]
    assert known == [False, True]
