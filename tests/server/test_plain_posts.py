"""Plain POSTs take a shorter way through the server than Strawberry's view, and nobody can tell."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.enums import ApiScope
from resolvers.api_tokens import create_api_token
from resolvers.context import Context
from server import graphql
from server.settings import RateLimit, Settings
from tests.server.test_fuzz import EXAMPLES, ON_SQLITE, POST, VALUES, app, log
from tests.server.test_hostile_documents import inga

__all__ = ["app", "inga", "log"]

QUERIES = [
    "{ viewer { scopes } }",
    POST["query"],
    "query A { __typename } query B { licenses { totalCount } }",
    "query ($n: Int) { licenses(first: $n) { nodes { id seats { total } } } users { totalCount } }",
    'mutation { acknowledgeChangeSet(input: {changeSetId: "no-id"}) { userErrors { code message path } } }',
    "mutation ($id: ID!) { revokeApiToken(input: {apiTokenId: $id}) { userErrors { code message } } }",
    'subscription { auditEvents(after: "!") { node { id } } }',
    "{ nothing }",
    "{ viewer",
    "{ __schema { queryType { name } } }",
    "fragment F on Query { viewer { scopes } }",
    "{ users(first: 1000) { nodes { id } } }",
    " ",
    "",
]
BODIES = st.fixed_dictionaries(
    {"query": st.sampled_from(QUERIES) | VALUES},
    optional={
        "variables": VALUES | st.sampled_from([{"a": 1}, {"n": 0}, {"n": 2}, {"id": "QXBpVG9rZW46MQ=="}]),
        "operationName": st.sampled_from([None, "", "A", "B", "C", 7]) | VALUES,
        "extensions": VALUES | st.none(),
        "id": VALUES,
    },
)
ACCEPTED = [
    "*/*", "application/json", "application/graphql-response+json", "application/graphql-response+json, */*",
    "text/event-stream", "TEXT/EVENT-STREAM", "multipart/mixed", 'multipart/mixed;subscriptionSpec="1.0"', "",
]  # fmt: skip
HEADERS = st.fixed_dictionaries(
    {"Accept": st.sampled_from(ACCEPTED)},
    optional={
        "Content-Type": st.sampled_from(
            [
                "application/json",
                "application/json; charset=utf-8",
                "APPLICATION/JSON",
                "text/plain",
                "multipart/form-data",
            ]
        ),
        "Accept-Language": st.sampled_from(["nb", "en", "de;q=0.5, nn", ";;"]),
        "Authorization": st.sampled_from(["Bearer ours", "Bearer skp_1_" + "x" * 43, "Basic abc", "Bearer"]),
        "Idempotency-Key": st.sampled_from(["key", "", "é"]),
        "Origin": st.sampled_from(["https://elsewhere.example", "null"]),
        "X-Request-Id": st.sampled_from(["mine", "not mine"]),
    },
)


@pytest.fixture
def settings() -> Settings:
    """With points for more than is sent here."""
    return Settings(rate_limit=RateLimit(10**9, 10**9))


@pytest.fixture
async def token(context: Context) -> str:
    """An API token that may read users and manage tokens."""
    scopes = [ApiScope.USERS_READ, ApiScope.TOKENS_WRITE]
    return (await create_api_token(context, name="t", scopes=scopes, vendor_id=None, expires_at=None))[1]


@ON_SQLITE
@EXAMPLES
@given(
    body=BODIES.map(lambda members: json.dumps(members).encode()) | VALUES.map(json.dumps).map(str.encode),
    cut=st.none() | st.integers(0, 60),
    headers=HEADERS,
)
async def test_the_shorter_way_answers_as_the_longer(inga, token, monkeypatch, body, cut, headers):
    given_ = {name: value.replace("Bearer ours", f"Bearer {token}").encode() for name, value in headers.items()}
    sent = {"Content-Type": b"application/json", "GraphQL-Require-Preflight": b"1"} | given_

    shorter = await inga.post("/graphql", content=body[:cut], headers=sent)
    with monkeypatch.context() as patch:
        patch.setattr(graphql, "wants_one_answer", lambda request: False)
        longer = await inga.post("/graphql", content=body[:cut], headers=sent)

    assert shorter.status_code == longer.status_code
    assert comparable_headers(shorter) == comparable_headers(longer)
    assert comparable_body(shorter) == comparable_body(longer)


def comparable_headers(response: Any) -> list[tuple[str, str]]:
    """Without what differs from request to request."""
    ours = response.headers.get("x-request-id") == "mine"
    left_out = ("content-length",) if ours else ("content-length", "x-request-id")
    return sorted((name, value) for name, value in response.headers.multi_items() if name not in left_out)


def comparable_body(response: Any) -> str:
    """Without what differs from request to request."""
    return re.sub(r'"available":\d+|"requestId":"\w+"|[0-9a-f]{32}', "", response.text)
