"""Simple JSON POSTs, which bypass Strawberry's view, have the same responses as through it."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.enums import ApiScope
from resolvers.auth.api_tokens import create_api_token
from resolvers.context import Context
from server.graphql import view
from server.settings import RateLimit, Settings
from tests.server.graphql.test_fuzz import EXAMPLES, ON_SQLITE, POST, VALUES, app, log
from tests.server.graphql.test_hostile_documents import inga

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
OPERATIONS = st.fixed_dictionaries(
    {"query": st.sampled_from(QUERIES)},
    optional={
        "variables": st.sampled_from([None, {}, {"a": 1}, {"n": 0}, {"n": 2}, {"id": "QXBpVG9rZW46OTk="}]),
        "operationName": st.sampled_from([None, "A"]),
        "extensions": st.sampled_from([None, {}]),
    },
)
ANYTHING = VALUES | st.dictionaries(st.sampled_from(["query", "variables", "operationName", "extensions"]), VALUES)
ACCEPTED = [
    "*/*", "application/json", "application/graphql-response+json", "application/graphql-response+json, */*",
    "text/event-stream", "TEXT/EVENT-STREAM", "multipart/mixed", 'multipart/mixed;subscriptionSpec="1.0"', "",
]  # fmt: skip
LANGUAGES = st.sampled_from(["nb", "en", "de;q=0.5, nn", ";;"])
HEADERS = st.fixed_dictionaries(
    {"Accept": st.sampled_from(ACCEPTED)},
    optional={
        "Content-Type": st.sampled_from(["application/json", "application/json; charset=utf-8", "APPLICATION/JSON"]),
        "Accept-Language": LANGUAGES,
        "Authorization": st.just("Bearer TOKEN"),
        "Idempotency-Key": st.sampled_from(["key", "", "é"]),
        "X-Request-Id": st.sampled_from(["mine", "not mine"]),
    },
)
REJECTED_HEADERS = st.fixed_dictionaries(
    {"Accept": st.sampled_from(ACCEPTED), "Accept-Language": LANGUAGES},
    optional={
        "Content-Type": st.sampled_from(["text/plain", "multipart/form-data", ""]),
        "Authorization": st.sampled_from(["Bearer skp_1_" + "x" * 43, "Basic abc", "Bearer"]),
        "Origin": st.sampled_from(["https://elsewhere.example", "null"]),
    },
)


@pytest.fixture
def settings() -> Settings:
    """Return settings with a rate limit that these tests do not reach."""
    return Settings(rate_limit=RateLimit(10**9, 10**9))


@pytest.fixture
async def token(context: Context) -> str:
    """Return the secret of an API token that may read users and manage tokens."""
    scopes = [ApiScope.USERS_READ, ApiScope.TOKENS_WRITE]
    return (await create_api_token(context, name="t", scopes=scopes, vendor_id=None, expires_at=None))[1]


@pytest.fixture
def compare(
    inga: httpx2.AsyncClient, token: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[[bytes, dict[str, str]], Awaitable[None]]:
    """Return a function that sends a request on both paths and compares the responses."""

    async def send(body: bytes, extra_headers: dict[str, str]) -> None:
        headers = {"Content-Type": "application/json", "GraphQL-Require-Preflight": "1", **extra_headers}
        raw: Any = {name: value.replace("Bearer TOKEN", f"Bearer {token}").encode() for name, value in headers.items()}
        direct = await inga.post("/graphql", content=body, headers=raw)
        with monkeypatch.context() as patch:
            patch.setattr(view, "accepts_single_response", lambda request: False)
            through_view = await inga.post("/graphql", content=body, headers=raw)
        assert direct.status_code == through_view.status_code
        assert comparable_headers(direct) == comparable_headers(through_view)
        assert comparable_body(direct) == comparable_body(through_view)

    return send


@ON_SQLITE
@EXAMPLES
@given(body=OPERATIONS, headers=HEADERS)
async def test_operations_match_strawberrys_view(compare, body, headers):
    await compare(json.dumps(body).encode(), headers)


@ON_SQLITE
@EXAMPLES
@given(body=OPERATIONS | ANYTHING, cut=st.none() | st.integers(0, 60), headers=HEADERS | REJECTED_HEADERS)
async def test_invalid_requests_match_strawberrys_view(compare, body, cut, headers):
    await compare(json.dumps(body).encode()[:cut], headers)


def comparable_headers(response: Any) -> list[tuple[str, str]]:
    """Return the headers without those that differ from request to request."""
    keeps_id = response.headers.get("x-request-id") == "mine"
    ignored = ("content-length",) if keeps_id else ("content-length", "x-request-id")
    return sorted((name, value) for name, value in response.headers.multi_items() if name not in ignored)


def comparable_body(response: Any) -> str:
    """Return the body without values that differ from request to request."""
    return re.sub(r'"available":\d+|"requestId":"\w+"|[0-9a-f]{32}', "", response.text)
