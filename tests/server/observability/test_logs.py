import io
import json
import logging
import re
import sys
from hashlib import sha256
from urllib.parse import quote

import httpx2
import pytest
import structlog

from models.user import User
from server.observability.logs import RequestLogMiddleware, configure_logs
from server.settings import LogFormat
from tests.support.factories import quick_hash

PASSWORD = "correct horse battery"


@pytest.fixture
def log(monkeypatch):
    """What is written to standard error, line by line."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    before = logging.getLogger().handlers[:]
    configure_logs(LogFormat.JSON)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().handlers[:] = before
    for name in ("strawberry.execution", "httpx2", "tortoise", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.reset_defaults()


def line_of_request(log):
    [line] = [line for line in log() if line["event"] == "request"]
    return line


async def test_a_request_is_one_line(log, post):
    await post("query Greeting { hello }", headers={"X-Request-Id": "req-1"})

    line = line_of_request(log)
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


async def test_the_line_names_the_codes_of_errors(log, post):
    await post("{ forbidden broken }")

    assert line_of_request(log)["outcome"] == "FORBIDDEN,INTERNAL"


async def test_the_line_names_a_refusal(log, client):
    await client.put("/graphql")

    assert line_of_request(log)["outcome"] == "BAD_USER_INPUT"


async def test_the_line_counts_statements(log, installation, post):
    await post("{ installations again: installations }")

    assert line_of_request(log)["statements"] == 2


async def test_a_stream_has_its_line_too(log, client):
    body = {"query": "subscription Ticks { ticks }", "operationName": "Ticks"}
    await client.post("/graphql", json=body, headers={"Accept": "text/event-stream"})

    line = line_of_request(log)
    assert (line["operation"], line["outcome"], line["cost"]) == ("Ticks", "STREAM", 1)
    assert line["document"] == sha256(b"subscription Ticks { ticks }").hexdigest()[:16]


HOSTILE = {
    "lines": 'a\r\n{"event": "forged"}\x1b[2J\u2028\u202e',
    "cursor": "\x1b[2Jforged\u202e",
    "cursor in one character": "\x9b2Jforged",
}


@pytest.mark.parametrize("log_format", [LogFormat.JSON, LogFormat.TEXT])
@pytest.mark.parametrize("written", HOSTILE.values(), ids=HOSTILE)
async def test_what_others_write_cannot_forge_a_line_or_move_a_cursor(monkeypatch, client, log_format, written):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    before = logging.getLogger().handlers[:]
    configure_logs(log_format)
    await client.post("/graphql", json={"query": "{ hello }", "operationName": written})
    await client.get("/graphql/" + quote(written))
    logging.getLogger().handlers[:] = before
    structlog.reset_defaults()

    text = stream.getvalue()
    if log_format is LogFormat.TEXT:
        text = re.sub(r"\x1b\[\d*m", "", text)  # the log's own colors
    assert len(text.splitlines()) == 2
    assert all(char.isprintable() for char in text.replace("\n", ""))
    assert "forged" in text


async def test_one_request_says_nothing_of_another(log, client, post):
    await post("query Greeting { hello }")
    await client.get("/healthz")

    assert "operation" not in log()[-1]


async def test_an_unexpected_error_is_logged_with_its_traceback_and_request_id(log, post):
    await post("{ broken }", headers={"X-Request-Id": "req-1"})

    [line] = [line for line in log() if line["event"] == "unexpected error"]
    assert line["request_id"] == "req-1"
    assert "ZeroDivisionError: the inside" in line["exception"]


async def test_bad_input_logs_no_traceback_and_no_document(log, post):
    await post("{ nothing(secret: 42) }")
    await post("{ number(value: 99999999999) }")

    assert [line["event"] for line in log()] == ["request", "request"]
    assert "secret" not in json.dumps(log())


async def test_no_secret_is_ever_logged(log, administrator, client, post):
    await User.filter(id=administrator.id).update(password_hash=quick_hash(PASSWORD))
    await post(f'mutation {{ signIn(login: "inga", password: "{PASSWORD}") }}')
    secret = client.cookies["session"]
    await post("{ who }", headers={"GraphQL-Require-Preflight": "1"})
    await post("{ who }", headers={"Authorization": "Bearer skp_1_" + "t" * 43})
    await post(
        f'mutation {{ signIn(login: "inga", password: "{PASSWORD}x") }}', headers={"GraphQL-Require-Preflight": "1"}
    )
    await post(
        f'subscription {{ nothing(password: "{PASSWORD}") }}',
        headers={"GraphQL-Require-Preflight": "1", "Accept": "text/event-stream"},
    )

    text = json.dumps(log())
    assert len(log()) == 5
    assert PASSWORD not in text
    assert secret not in text
    assert "t" * 43 not in text
    assert log()[1]["principal"] == f"ADMINISTRATOR {administrator.id}"


async def test_the_log_is_readable_in_a_terminal(monkeypatch, client):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    before = logging.getLogger().handlers[:]
    configure_logs(LogFormat.TEXT)
    await client.get("/healthz")
    logging.getLogger().handlers[:] = before
    structlog.reset_defaults()

    assert "path" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (ZeroDivisionError("the inside"), 500, "INTERNAL"),
        (ConnectionRefusedError("the inside"), 503, "UNAVAILABLE"),
        (TimeoutError("the inside"), 504, "TIMEOUT"),
    ],
)
async def test_what_breaks_outside_of_graphql_is_answered_and_logged_too(log, failure, status, code):
    async def broken(scope, receive, send):
        raise failure

    transport = httpx2.ASGITransport(RequestLogMiddleware(broken))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        response = await client.get("/", headers={"X-Request-Id": "req-1"})

    assert response.status_code == status
    assert response.json()["errors"][0]["extensions"] == {"code": code, "requestId": "req-1"}
    assert "the inside" not in response.text
    assert (log()[-1]["status"], log()[-1]["outcome"]) == (status, code)
