"""Hostile requests are rejected within half a second of CPU time, without server errors."""

import gc
import json
import time
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from schema.build import schema
from schema.execution.graphql_core import MAX_ERRORS, MAX_SUGGESTIONS
from schema.relay.node import global_id
from server.app import create_app
from server.settings import Settings
from tests.support.timing import Measure

MAX_CPU_TIME = 0.5
"""Seconds of CPU time per request."""

USER, LICENSE = global_id("User"), global_id("License")
IDS = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
USERS = "query ($filter: UserFilter, $first: Int) { users(filter: $filter, first: $first) { totalCount } }"
EVENTS = "query ($filter: AuditFilter) { auditEvents(filter: $filter) { totalCount } }"
REVOKE = """mutation ($license: ID!, $users: [ID!]!) {
  revokeUserLicenses(input: {licenseId: $license, userIds: $users}) { userErrors { code } }
}"""
ACTIVATE = """mutation ($input: ActivateLicensesInput!) { activateLicenses(input: $input) { userErrors { code } } }"""
IMPORT = "mutation ($input: ImportLicenseFileInput!) { importLicenseFile(input: $input) { userErrors { code } } }"
SIGN_IN = 'signIn(input: {login: "inga", password: "wrong wrong wrong"}) { userErrors { code } }'


def bomb(fragments: int, last: str) -> str:
    """Return a document in which each fragment spreads the next one twice."""
    body = "".join(f"fragment F{n} on Query {{...F{n + 1} ...F{n + 1}}}" for n in range(fragments))
    return "{...F0}" + body + f"fragment F{fragments} on Query {{{last}}}"


def cycle(fragments: int) -> str:
    """Return a document whose fragments form a cycle."""
    return "{...F0}" + "".join(f"fragment F{n} on Query {{...F{(n + 1) % fragments}}}" for n in range(fragments))


def in_schema(below: str) -> str:
    """Return an introspection query that selects fields of all types."""
    return "{__schema{types{" + below + "}}}"


WIDE = "fields{type{ofType{fields{name args{type{ofType{name}}} type{ofType{ofType{name}}}}}}}"

DOCUMENTS = {
    "100,000 fields deep": "{a" * 100_000 + "}" * 100_000,
    "5,000 fields deep": "{a" * 5_000 + "}" * 5_000,
    "300 fields deep": "{a" * 300 + "}" * 300,
    "100,000 fields deep and not closed": "{a" * 100_000,
    "250 inline fragments deep": "{" + "...{" * 250 + "viewer{scopes}" + "}" * 251,
    "500 lists deep": "{nodes(ids:" + "[" * 500 + "]" * 500 + "){id}}",
    "150 lists deep": "{nodes(ids:" + "[" * 150 + "]" * 150 + "){id}}",
    "150 objects deep": "{users(filter:" + "{a:" * 150 + "1" + "}" * 150 + "){totalCount}}",
    "150 list types deep": "query($a:" + "[" * 150 + "Int" + "]" * 150 + "){nodes(ids:$a){id}}",
    "a bomb of 60 fragments": bomb(60, "users(first: 100) {nodes {id}}"),
    "a bomb of 60 fragments with aliases": bomb(60, "a: viewer {scopes}"),
    "a cycle of 60 fragments": cycle(60),
    "a fragment that spreads itself": cycle(1),
    "25 fragments that spread ten others": "{...F0}"
    + "".join(f"fragment F{n} on Query {{" + " ".join(f"...F{m}" for m in range(10)) + "}" for n in range(25)),
    "10,000 aliases": "{" + " ".join(f"a{n}: __typename" for n in range(10_000)) + "}",
    "300 aliases": "{" + " ".join(f"a{n}: __typename" for n in range(300)) + "}",
    "10,000 directives": "{viewer " + "@skip(if: true) " * 10_000 + "{scopes}}",
    "10,000 short directives": "{viewer " + "@a" * 9_000 + "{scopes}}",
    "140 directives": "{viewer " + "@skip(if: true) " * 140 + "{scopes}}",
    "1,000 fields at the root": "{" + "viewer{scopes}" * 1_000 + "}",
    "1,000 fields of the same name": "{viewer{" + "scopes " * 990 + "}}",
    "800 unknown fields": "{" + " ".join(f"licens{n}" for n in range(800)) + "}",
    "300 unknown arguments": "{users(" + " ".join(f"filt{n}: 1" for n in range(300)) + ") {totalCount}}",
    "300 variables": "query (" + " ".join(f"$v{n}: UserFiltr" for n in range(240)) + ") {viewer{scopes}}",
    "20,000 characters of comments": "#" * 30_000 + "\n{viewer{scopes}}",
    "10,000 comments": "#\n" * 10_000 + "{viewer{scopes}}",
    "a cycle in the schema": in_schema("fields{type{" * 9 + "name" + "}}" * 9),
    "a short cycle in the schema": in_schema("fields{type{" * 3 + "name" + "}}" * 3),
    "the schema 15 times": in_schema(" ".join(f"a{n}: {WIDE}" for n in range(15))),
    "the schema 4 times": in_schema(" ".join(f"a{n}: {WIDE}" for n in range(4))),
    "2,100 tokens of the schema": in_schema("name " * 2_100),
    "nested connections of users": "{users(first:100){nodes{assignments{license{assignments(first:100){nodes{id}}}}}}}",
    "nested pages": "{vendors{licenses(first:100){nodes{assignments(first:100){nodes{user{name}}}}}}}",
    "two sign-ins": f"mutation {{ a: {SIGN_IN} b: {SIGN_IN} }}",
    "fifteen sign-ins in fragments": bomb(3, "viewer{scopes}")
    .replace("Query", "Mutation")
    .replace("viewer{scopes}", f"a: {SIGN_IN}")
    .replace("{...F0}", "mutation{...F0}", 1),
    "a number of 10,000 digits": "{users(first:" + "9" * 10_000 + "){totalCount}}",
    "a fraction out of range": "{users(first:1e999999){totalCount}}",
    "a number out of range": "{users(first:2147483648){totalCount}}",
    "a string of 19,000 characters": '{license(key:"' + "a" * 19_000 + '"){id}}',
    "a lone surrogate": '{license(key:"\\uD800"){id}}',
    "NUL": '{license(key:"\\u0000"){id}}',
    "two operations of one name": "query A {viewer{scopes}} query A {viewer{scopes}}",
    "two fragments of one name": "{...A} fragment A on Query {viewer{scopes}} fragment A on Query {viewer{scopes}}",
    "an argument twice": "{users(first:1 first:1){totalCount}}",
    "a field of an input twice": '{users(filter:{search:"a" search:"a"}){totalCount}}',
    "a type": "type A {a: Int}" * 50,
    "nothing but braces": "{}" * 400,
    "a control character": "{viewer{scopes}}\x07",
}

VARIABLES: dict[str, tuple[str, Any]] = {
    "30,000 ids": (IDS, {"ids": [USER(n) for n in range(30_000)]}),
    "101 ids": (IDS, {"ids": [USER(1)] * 101}),
    "30,000 users": (REVOKE, {"license": LICENSE(1), "users": [USER(n) for n in range(30_000)]}),
    "a user twice": (REVOKE, {"license": LICENSE(1), "users": [USER(1), USER(1)]}),
    "an id of a million characters": (IDS, {"ids": ["a" * 1_000_000]}),
    "an id out of range": (IDS, {"ids": [USER(10**18)]}),
    "a number for an id": (IDS, {"ids": [10**400]}),
    "100,000 objects": (ACTIVATE, {"input": {"changeSetId": USER(1), "revocations": [{}] * 100_000}}),
    "20,000 revocations": (
        ACTIVATE,
        {
            "input": {
                "changeSetId": global_id("LicenseChangeSet")(1),
                "revocations": [{"licenseId": LICENSE(1), "userIds": [USER(1)]}] * 12_000,
            }
        },
    ),
    "50,000 actions": (EVENTS, {"filter": {"actions": ["SIGNED_IN"] * 50_000}}),
    "50,000 unknown enum values": (EVENTS, {"filter": {"actions": ["SIGNED_OUT"] * 50_000}}),
    "a million characters": (USERS, {"filter": {"search": "a" * 1_000_000}}),
    "lists 900 deep": (USERS, {"filter": json.loads("[" * 900 + "]" * 900)}),
    "ids 900 lists deep": (IDS, {"ids": json.loads("[" * 900 + "]" * 900)}),
    "objects 900 deep": (USERS, {"filter": json.loads('{"search":' * 900 + "1" + "}" * 900)}),
    "50,000 unknown fields": (USERS, {"filter": {f"field{n}": n for n in range(50_000)}}),
    "a huge number": (USERS, {"first": 10**4_000}),
    "a huge negative number": (USERS, {"first": -(10**4_000)}),
    "a huge fraction": (USERS, {"first": 1e308}),
    "a number with a fraction": (USERS, {"first": 1.5}),
    "a page out of range": (USERS, {"first": 1_000_000}),
    "a string for a file": (IMPORT, {"input": {"file": {"upload": "a"}}}),
    "an object for a file": (IMPORT, {"input": {"file": {"upload": {"read": 1}}}}),
    "a date before year 1": (USERS, {"filter": {"inactiveSince": "0001-01-01T00:00:00+14:00"}}),
    "a date after year 9999": (USERS, {"filter": {"inactiveSince": "9999-12-31T23:59:59-14:00"}}),
}

BODIES = {
    "lists 10,000 deep": b'{"query":"{viewer{scopes}}","variables":{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}}",
    "objects 10,000 deep": b'{"query":"{viewer{scopes}}","variables":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001,
    "a number of a million digits": b'{"query":"{viewer{scopes}}","variables":{"a":' + b"9" * 1_000_000 + b"}}",
    "a batch of 10,000": b"[" + b",".join([b'{"query":"{viewer{scopes}}"}'] * 10_000) + b"]",
    "a name of 100,000 characters": b'{"query":"{viewer{scopes}}","operationName":"' + b"a" * 100_000 + b'"}',
    "NaN": b'{"query":"{viewer{scopes}}","variables":{"a":NaN}}',
    "two megabytes": b'{"query":"#' + b"a" * 2_000_000 + b'"}',
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Use SQLite only, since hostile requests are rejected before the database is queried."""
    return sqlite_url


@pytest.fixture
def app(settings: Settings) -> Starlette:
    """Return the application with the API's schema."""
    return create_app(settings, schema)


async def send_hostile(client: httpx2.AsyncClient, log: Any, measured: Measure, body: bytes) -> dict[str, Any]:
    """Send a body, check that it is rejected quickly and without a server error, and return the response body."""
    with measured("CPU of a hostile request", most=MAX_CPU_TIME, clock=time.process_time):
        response = await client.post("/graphql", content=body, headers={"Content-Type": "application/json"})
    print(response.status_code, response.text[:150])

    assert response.status_code < 500
    assert "INTERNAL" not in response.text
    assert len(response.content) < 150_000
    assert not [line for line in log() if "exception" in line or line["level"] in ("error", "critical")]
    result: dict[str, Any] = response.json()
    assert result.get("errors") or next(iter(result["data"].values()))["userErrors"]
    assert response.status_code >= 400 or not result.get("errors")
    return result


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
async def test_hostile_document_is_rejected(inga: httpx2.AsyncClient, log: Any, measured: Measure, document: str):
    await send_hostile(inga, log, measured, json.dumps({"query": document}).encode())


@pytest.mark.parametrize(("document", "variables"), VARIABLES.values(), ids=VARIABLES)
async def test_hostile_variables_are_rejected(
    inga: httpx2.AsyncClient, log: Any, measured: Measure, document: str, variables: Any
):
    await send_hostile(inga, log, measured, json.dumps({"query": document, "variables": variables}).encode())


@pytest.mark.parametrize("is_signed_in", [True, False])
async def test_mistyped_names_are_cheap(inga: httpx2.AsyncClient, log: Any, measured: Measure, is_signed_in: bool):
    """New digits in each name make each document differ from the cached ones."""
    if not is_signed_in:
        inga.cookies.clear()
    gc.collect()
    gc.disable()  # collections of the test process's objects would be measured
    try:
        with measured("CPU of 10 documents with 150 mistyped types", most=10 * 0.05, clock=time.process_time):
            for number in range(10):
                document = "{" + " ".join(f"... on LicenseChangeSe{number}x{n} {{id}}" for n in range(150)) + "}"
                response = await inga.post("/graphql", json={"query": document})
                errors = response.json()["errors"]
                assert (response.status_code, len(errors)) == (400, MAX_ERRORS + 1)
                shown = sum("Did you mean" in error["message"] for error in errors)
                assert shown == (MAX_SUGGESTIONS - 1 if is_signed_in else 0)
    finally:
        gc.enable()


async def test_empty_selection_is_rejected(inga: httpx2.AsyncClient):
    response = await inga.post("/graphql", json={"query": "{ installation { } }"})

    assert response.status_code == 400
    [error] = response.json()["errors"]
    assert error["message"] == "Syntax Error: Expected Name, found '}'."
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_hostile_body_is_rejected(inga: httpx2.AsyncClient, log: Any, measured: Measure, body: bytes):
    await send_hostile(inga, log, measured, body)


async def test_deeply_nested_lists_with_an_idempotency_key(inga: httpx2.AsyncClient, log: Any, measured: Measure):
    inga.headers["Idempotency-Key"] = "key"  # makes the server serialize the variables for the fingerprint
    for depth in range(860, 1_000):  # whichever exhausts the stack after the body was parsed
        lists = "[" * depth + "]" * depth
        await send_hostile(
            inga, log, measured, f'{{"query": {json.dumps(IDS)}, "variables": {{"ids": {lists}}}}}'.encode()
        )
