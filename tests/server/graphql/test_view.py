"""GraphQL over HTTP: methods, media types, statuses and error format."""

import json

import pytest
from structlog.testing import capture_logs

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"


def error_of(response):
    [error] = response.json()["errors"]
    return error


async def test_operation_returns_json(post):
    response = await post("{ hello }")

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.json()["data"] == {"hello": "Hello, world"}


async def test_graphql_response_media_type_is_negotiated(post):
    response = await post("{ hello }", headers={"Accept": f"{GRAPHQL_RESPONSE}, application/json;q=0.9"})

    assert response.status_code == 200
    assert response.headers["content-type"] == f"{GRAPHQL_RESPONSE}; charset=utf-8"


async def test_variables_and_operation_name(post):
    query = "query A($name: String!) { hello(name: $name) } query B { hello }"

    response = await post(query, operationName="A", variables={"name": "Åse"})

    assert response.json()["data"] == {"hello": "Hello, Åse"}


async def test_query_by_get(client):
    response = await client.get("/graphql", params={"query": "{ hello }"})

    assert response.json()["data"] == {"hello": "Hello, world"}


async def test_mutation_by_get_is_rejected(client):
    response = await client.get("/graphql", params={"query": "mutation { change }"})

    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert error_of(response)["message"] == "Send mutations by POST."


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_rejected(client, method):
    response = await client.request(method, "/graphql")

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"
    assert "errors" in response.json()


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
async def test_other_media_types_are_rejected(client, content_type):
    response = await client.post("/graphql", content=b'{"query":"{ hello }"}', headers={"Content-Type": content_type})

    assert response.status_code == 415
    assert "errors" in response.json()


REQUEST_ERRORS = {
    "syntax": {"query": "{"},
    "unknown field": {"query": "{ nothing }"},
    "missing variable": {"query": "query ($v: Int!) { number(value: $v) }"},
    "variable of another type": {"query": "query ($v: Int!) { number(value: $v) }", "variables": {"v": "x"}},
    "number out of range": {"query": "query ($v: Int!) { number(value: $v) }", "variables": {"v": 2**31}},
    "several operations without a name": {"query": "query A { hello } mutation B { change }"},
    "unknown operation name": {"query": "query A { hello }", "operationName": "B"},
    "no operation": {"query": "fragment F on Query { hello }"},
    "subscription": {"query": "subscription { ticks }"},
}


@pytest.mark.parametrize("body", REQUEST_ERRORS.values(), ids=REQUEST_ERRORS)
async def test_request_error_is_400_in_the_graphql_media_type(client, body):
    response = await client.post("/graphql", json=body, headers={"Accept": GRAPHQL_RESPONSE})

    assert response.status_code == 400
    assert "data" not in response.json()
    assert error_of(response)["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("body", REQUEST_ERRORS.values(), ids=REQUEST_ERRORS)
async def test_request_error_is_200_in_plain_json(client, body):
    response = await client.post("/graphql", json=body, headers={"Accept": JSON})

    assert response.status_code == 200
    assert "errors" in response.json()


UNREADABLE_BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "a number": b"42",
    "a text": b'"x"',
    "null": b"null",
    "a batch": b'[{"query":"{ hello }"}]',
    "no query": b"{}",
    "blank query": b'{"query":" "}',
    "query of another type": b'{"query":{}}',
    "variables of another type": b'{"query":"{ hello }","variables":[]}',
    "extensions of another type": b'{"query":"{ hello }","extensions":1}',
    "operation name of another type": b'{"query":"{ hello }","operationName":7}',
    "bad UTF-8": b'{"query":"{ hello(name: \\"\xff\\") }"}',
    "UTF-16": '{"query":"{ hello }"}'.encode("utf-16"),
    "lone surrogate": b'{"query":"query ($n: String!) { hello(name: $n) }","variables":{"n":"\\ud800"}}',
    "not a number": b'{"query":"{ hello }","variables":{"n":NaN}}',
    "an endless number": b'{"query":"{ hello }","variables":{"n":' + b"9" * 5000 + b"}}",
    "nested beyond reason": b'{"query":"{ hello }","variables":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
}


@pytest.mark.parametrize("body", UNREADABLE_BODIES.values(), ids=UNREADABLE_BODIES)
async def test_unreadable_body_is_rejected(client, body, caplog):
    response = await client.post("/graphql", content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == 400
    assert error_of(response)["extensions"]["code"] == "BAD_USER_INPUT"
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("accept", ["*/*", "text/event-stream"])
async def test_media_type_is_case_insensitive(client, accept):
    headers = {"Content-Type": "Application/JSON", "Accept": accept}
    response = await client.post("/graphql", content=b'{"query":"{ hello }"}', headers=headers)

    assert response.json()["data"] == {"hello": "Hello, world"}


async def test_ambiguous_operation_is_rejected(post):
    error = error_of(await post("query A { hello } query B { hello }"))

    assert error["message"] == "The document holds several operations. Name the one to run in operationName."


async def test_get_without_a_query_is_rejected(client):
    response = await client.get("/graphql", headers={"Accept": "text/html"})

    assert response.status_code == 400
    assert "errors" in response.json()


async def test_unexpected_error_discloses_only_the_request_id(post):
    with capture_logs() as logged:
        response = await post("{ hello broken }", headers={"X-Request-Id": "req-1"})

    assert response.json()["data"] == {"hello": "Hello, world", "broken": None}
    error = error_of(response)
    assert error["extensions"] == {"code": "INTERNAL", "requestId": "req-1"}
    assert error["path"] == ["broken"]
    assert "internal details" not in response.text
    assert isinstance(logged[0]["exc_info"], ZeroDivisionError)


async def test_unreachable_database_is_reported_as_unavailable(post):
    error = error_of(await post("{ unreachable }"))

    assert error["extensions"] == {"code": "UNAVAILABLE"}
    assert "10.0.0.7" not in error["message"]


async def test_request_error_keeps_message_and_code(post):
    error = error_of(await post("{ forbidden }"))

    assert error["message"] == "This needs the scope LICENSES_WRITE."
    assert error["extensions"] == {"code": "FORBIDDEN"}


@pytest.mark.parametrize(
    "query", ["{ __schema { description } }", '{ hello ...F } fragment F on Query { __type(name: "Query") { name } }']
)
async def test_introspection_requires_authentication(post, query):
    response = await post(query, headers={"Accept": GRAPHQL_RESPONSE})

    assert response.status_code == 401
    assert error_of(response)["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ helo }", {}),
        ('{ hello(nam: "x") }', {}),
        ("{ __typenam }", {}),
        ("mutation { chang }", {}),
    ],
)
async def test_suggestions_require_authentication(post, query, variables):
    response = await post(query, variables=variables)

    assert "Did you mean" not in response.text
    assert "errors" in response.json()


async def test_typename_is_public(post):
    assert (await post("{ __typename }")).json()["data"] == {"__typename": "Query"}


UPLOAD = "mutation ($file: Upload!) { size(file: $file) }"


def form(operations, file_map):
    return {"operations": (None, json.dumps(operations)), "map": (None, json.dumps(file_map)), "0": ("a.lic", b"12345")}


async def test_file_upload_in_a_form(client):
    files = form({"query": UPLOAD, "variables": {"file": None}}, {"0": ["variables.file"]})

    response = await client.post("/graphql", files=files, headers={"GraphQL-Require-Preflight": "1"})

    assert response.json()["data"] == {"size": 5}


@pytest.mark.parametrize(
    ("operations", "file_map"),
    [
        ({"query": UPLOAD, "variables": {"file": None}}, {"0": ["variables.other.deeper"]}),
        ({"query": UPLOAD, "variables": {"file": None}}, {"0": [7]}),
        ({"query": UPLOAD, "variables": {"file": None}}, {"0": "variables.file"}),
        ({"query": UPLOAD, "variables": {"file": None}}, {"9": ["variables.file"]}),
        ({"query": UPLOAD, "variables": {"file": None}}, [1]),
        ({"query": UPLOAD, "variables": None}, {"0": ["variables.file"]}),
        ({"query": UPLOAD, "variables": {"file": []}}, {"0": ["variables.file.3"]}),
        (["x"], {"0": ["0.x"]}),
    ],
)
async def test_malformed_form_is_rejected(client, operations, file_map):
    files = form(operations, file_map)

    response = await client.post("/graphql", files=files, headers={"GraphQL-Require-Preflight": "1"})

    assert response.status_code == 400
    assert "errors" in response.json()
