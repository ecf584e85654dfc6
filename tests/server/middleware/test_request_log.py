"""`RequestLogMiddleware`: request IDs, and one line per request."""

from hashlib import sha256

import httpx2
import pytest

from server.middleware.request_log import RequestLogMiddleware


def request_line(log):
    [line] = [line for line in log() if line["event"] == "request"]
    return line


async def test_request_is_logged_as_one_line(log, post):
    await post("query Greeting { hello }", headers={"X-Request-Id": "req-1"})

    line = request_line(log)
    assert line.pop("milliseconds") >= 0
    assert line.pop("timestamp")
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "seatkeeper.requests",
        "request_id": "req-1",
        "method": "POST",
        "path": "/graphql",
        "status": 200,
        "operation": "Greeting",
        "document": sha256(b"query Greeting { hello }").hexdigest()[:16],
        "cost": 1,
        "statements": 0,
        "outcome": "OK",
    }


async def test_log_line_contains_error_codes(log, post):
    await post("{ forbidden broken }")

    assert request_line(log)["outcome"] == "FORBIDDEN,INTERNAL"


async def test_log_line_contains_the_rejection_code(log, client):
    await client.put("/graphql")

    assert request_line(log)["outcome"] == "BAD_USER_INPUT"


async def test_log_line_counts_statements(log, installation, post):
    await post("{ installations again: installations }")

    assert request_line(log)["statements"] == 2


async def test_stream_is_logged(log, client):
    body = {"query": "subscription Ticks { ticks }", "operationName": "Ticks"}
    await client.post("/graphql", json=body, headers={"Accept": "text/event-stream"})

    line = request_line(log)
    assert (line["operation"], line["outcome"], line["cost"]) == ("Ticks", "STREAM", 1)
    assert line["document"] == sha256(b"subscription Ticks { ticks }").hexdigest()[:16]


async def test_well_formed_request_id_is_kept(client):
    response = await client.get("/healthz", headers={"X-Request-Id": "trace-7.a_b"})

    assert response.headers["x-request-id"] == "trace-7.a_b"


@pytest.mark.parametrize("request_id", ["", "with blank", "x" * 65, "a\tb", "<script>"])
async def test_malformed_request_id_is_replaced(client, request_id):
    response = await client.get("/healthz", headers={"X-Request-Id": request_id})

    assert response.headers["x-request-id"] != request_id
    assert len(response.headers["x-request-id"]) == 32


@pytest.mark.parametrize(
    ("exception", "status", "code"),
    [
        (ZeroDivisionError("internal details"), 500, "INTERNAL"),
        (ConnectionRefusedError("internal details"), 503, "UNAVAILABLE"),
        (TimeoutError("internal details"), 504, "TIMEOUT"),
    ],
)
async def test_exception_becomes_an_error_response(log, exception, status, code):
    async def failing_app(scope, receive, send):
        raise exception

    transport = httpx2.ASGITransport(RequestLogMiddleware(failing_app))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        response = await client.get("/", headers={"X-Request-Id": "req-1"})

    assert response.status_code == status
    assert response.json()["errors"][0]["extensions"] == {"code": code, "requestId": "req-1"}
    assert "internal details" not in response.text
    assert (log()[-1]["status"], log()[-1]["outcome"]) == (status, code)
