"""The pipeline that answers every operation over HTTP, and the order of its steps."""

import json

import pytest

from licensing.enums import ApiScope
from resolvers.auth.api_tokens import create_api_token
from schema.execution import document
from server.graphql import rate_limiter
from server.settings import RateLimit, Settings

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = {"Content-Type": "application/json"}
PREFLIGHT = {"GraphQL-Require-Preflight": "1"}
BOM = b"\xef\xbb\xbf"


@pytest.fixture
def settings():
    return Settings(rate_limit=RateLimit(100, 1))


@pytest.fixture
def database_url(sqlite_url):
    """Use SQLite only: no step of the pipeline depends on the engine."""
    return sqlite_url


@pytest.fixture
async def bearer(context):
    """Return the Authorization header of an API token."""
    scopes = [ApiScope.LICENSES_READ]
    _, secret = await create_api_token(context, name="t", scopes=scopes, vendor_id=None, expires_at=None)
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def unparsable(monkeypatch):
    """Return a function after whose call parsing a document is an error."""

    def forbid():
        def parse(*args):
            raise AssertionError("A document is parsed.")

        monkeypatch.setattr(document, "parse_document", parse)

    return forbid


async def exhaust(post, headers=None):
    while (await post("{ hello }", headers=headers)).status_code == 200:
        pass


def cost_of(response):
    return response.json()["extensions"]["cost"]


# The same responses to JSON, query strings and forms


OPERATIONS = {
    "a query": {"query": "{ hello }"},
    "variables": {"query": "query A($n: String!) { hello(name: $n) }", "variables": {"n": "Åse"}},
    "one of several": {"query": "query A { hello } query B { number(value: 1) }", "operationName": "B"},
    "a partial result": {"query": "{ hello broken }"},
    "a syntax error": {"query": "{"},
    "an unknown field": {"query": "{ helo }"},
    "an ambiguous operation": {"query": "query A { hello } query B { hello }"},
    "an unknown operation": {"query": "query A { hello }", "operationName": "B"},
    "a missing variable": {"query": "query ($v: Int!) { number(value: $v) }"},
    "introspection": {"query": "{ __schema { description } }"},
    "too many aliases": {"query": "{" + " ".join(f"a{n}: hello" for n in range(40)) + "}"},
    "no query": {},
    "variables in a list": {"query": "{ hello }", "variables": []},
    "extensions": {"query": "{ hello }", "extensions": {"a": 1}},
}
ACCEPTED = ["*/*", "application/json", GRAPHQL_RESPONSE, f"{GRAPHQL_RESPONSE}, text/event-stream", "text/event-stream",
            'multipart/mixed;subscriptionSpec="1.0"', "text/event-stream;q", ""]  # fmt: skip


@pytest.mark.parametrize("accept", ACCEPTED)
@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
async def test_json_query_string_and_form_have_the_same_response(client, operation, accept):
    headers = {"Accept": accept, "X-Request-Id": "mine", **PREFLIGHT}
    parts = {"operations": (None, json.dumps(operation)), "map": (None, "{}")}
    params = {name: value if isinstance(value, str) else json.dumps(value) for name, value in operation.items()}

    responses = [
        await client.post("/graphql", json=operation, headers=headers),
        await client.get("/graphql", params=params, headers=headers),
        await client.post("/graphql", files=parts, headers=headers),
    ]

    assert len({response.status_code for response in responses}) == 1
    assert len({response.headers["content-type"] for response in responses}) == 1
    bodies = [response.json() for response in responses]
    for body in bodies:
        body.get("extensions", {"cost": {}})["cost"].pop("available", None)
    assert bodies[0] == bodies[1] == bodies[2]


async def test_subscription_without_a_stream_is_rejected(post):
    response = await post("subscription { ticks }", headers={"Accept": f"{GRAPHQL_RESPONSE}, */*"})

    assert response.status_code == 400
    assert response.json()["errors"][0]["message"].startswith("Subscriptions need a streaming response.")


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_subscription_is_streamed_where_accepted(client, method):
    operation = {"query": "query Q { hello } subscription S { ticks }", "operationName": "S"}
    body = {"params": operation} if method == "GET" else {"json": operation}

    response = await client.request(method, "/graphql", **body, headers={"Accept": "text/event-stream"})

    assert response.headers["content-type"] == "text/event-stream"
    assert response.headers["cache-control"] == "no-store, no-transform"
    assert '{"data":{"ticks":1}}' in response.text


async def test_byte_order_mark_is_accepted(client):
    body = BOM + b'{"query": "{ hello }"}'
    files = {"operations": (None, body), "map": (None, BOM + b"{}")}

    in_json = await client.post("/graphql", content=body, headers=JSON)
    in_form = await client.post("/graphql", files=files, headers=PREFLIGHT)

    assert in_json.json()["data"] == in_form.json()["data"] == {"hello": "Hello, world"}


async def test_empty_parameters_of_a_query_string_are_ignored(client):
    params = {"query": "{ hello }", "variables": "", "extensions": "", "operationName": ""}

    response = await client.get("/graphql", params=params)

    assert response.json()["data"] == {"hello": "Hello, world"}


# Rejections


REJECTIONS = {
    405: {"method": "PUT"},
    415: {"headers": {"Content-Type": "text/plain"}},
    403: {"headers": {"Content-Type": "multipart/form-data; boundary=a"}},
    401: {"headers": {**JSON, "Authorization": "Bearer x"}},
    400: {"headers": JSON, "content": b"{"},
    413: {"headers": JSON, "content": b" " * 1_100_000},
}


@pytest.mark.parametrize(("status", "request_"), REJECTIONS.items(), ids=REJECTIONS)
@pytest.mark.parametrize("accept", [GRAPHQL_RESPONSE, "application/json"])
async def test_rejection_has_the_accepted_media_type(client, status, request_, accept):
    headers = {"Accept": accept, **request_.get("headers", {})}

    response = await client.request(**{"method": "POST", "url": "/graphql", **request_, "headers": headers})

    assert response.status_code == status
    assert response.headers["content-type"].partition(";")[0] == accept
    assert "data" not in response.json()


async def test_large_body_without_length_has_the_accepted_media_type(client):
    async def chunks():
        for _ in range(20):
            yield b" " * 100_000

    headers = {**JSON, "Accept": GRAPHQL_RESPONSE}

    response = await client.post("/graphql", content=chunks(), headers=headers)

    assert (response.status_code, response.headers["content-type"]) == (413, f"{GRAPHQL_RESPONSE}; charset=utf-8")


# Charges


async def test_anonymous_request_is_charged_before_it_is_parsed(client, post):
    await exhaust(post)

    for content in (b"{", b'{"query": "{ hello }"}', b'{"query": "{"}'):
        response = await client.post("/graphql", content=content, headers={**JSON, "Accept": GRAPHQL_RESPONSE})

        assert response.status_code == 429
        assert response.headers["content-type"] == f"{GRAPHQL_RESPONSE}; charset=utf-8"
        assert response.json()["errors"][0]["extensions"] == {"code": "RATE_LIMITED"}


async def test_unreadable_anonymous_requests_are_charged(client):
    statuses = [(await client.post("/graphql", content=b"{", headers=JSON)).status_code for _ in range(62)]

    assert set(statuses[:60]) == {400}
    assert 429 in statuses[60:]


async def test_document_is_not_parsed_without_points_for_its_rejection(post, bearer, unparsable):
    await exhaust(post, bearer)
    unparsable()

    response = await post("{ hello } #" + "a" * 5_000, headers=bearer)

    assert response.status_code == 429
    assert cost_of(response)["requested"] == 6


@pytest.mark.parametrize("is_anonymous", [True, False])
@pytest.mark.parametrize(
    ("query", "points"),
    [
        ("{", 1),
        ("{ nothing }" + " " * 989, 1),
        ("{ nothing }" + " " * 990, 2),
        ("{" + " " * 9_500, 10),
        ("#" * 25_000, 20),
        ("query A { hello } query B { hello }" + " " * 3_000, 4),
    ],
)
async def test_rejected_document_costs_a_point_per_thousand_characters(post, bearer, is_anonymous, query, points):
    headers = {} if is_anonymous else bearer
    before = cost_of(await post("{ hello }", headers=headers))["available"]

    response = await post(query, headers=headers, operationName="C")

    assert "data" not in response.json()
    assert cost_of(response)["requested"] == points
    assert before - points <= cost_of(response)["available"] <= before - points + 1  # one is restored per second


async def test_executed_operation_is_charged_once(post, bearer):
    anonymous: dict[str, str] = {}
    for headers in (anonymous, bearer):
        first = cost_of(await post("{ hello }" + " " * 5_000, headers=headers))
        second = cost_of(await post("{ hello }" + " " * 5_000, headers=headers))

        assert first["requested"] == second["requested"] == 1
        assert first["available"] - second["available"] in (0, 1)


async def test_anonymous_documents_do_not_evict_others(post, bearer, monkeypatch, unparsable):
    monkeypatch.setattr(rate_limiter, "ANONYMOUS", RateLimit(1_000, 1))
    await post("{ caller }", headers=bearer)
    for number in range(150):
        await post(f"{{ hello }} # {number}")
    for number in range(3):
        await post(f"subscription {{ ticks }} # {number}", headers={"Accept": "text/event-stream"})
    unparsable()

    response = await post("{ caller }", headers=bearer)

    assert response.json()["data"] == {"caller": "t"}
