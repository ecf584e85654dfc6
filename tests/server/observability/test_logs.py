import io
import json
import logging
import re
import sys
from urllib.parse import quote

import pytest
import structlog

from models.user import User
from server.observability.logs import configure_logs
from server.settings import LogFormat
from tests.server.credentials import PASSWORD
from tests.support.factories import quick_hash

CONTROL_CHARACTERS = {
    "lines": 'a\r\n{"event": "forged"}\x1b[2J\u2028\u202e',
    "cursor": "\x1b[2Jforged\u202e",
    "cursor in one character": "\x9b2Jforged",
}


@pytest.mark.parametrize("log_format", [LogFormat.JSON, LogFormat.TEXT])
@pytest.mark.parametrize("operation_name", CONTROL_CHARACTERS.values(), ids=CONTROL_CHARACTERS)
async def test_control_characters_are_escaped(monkeypatch, client, log_format, operation_name):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    before = logging.getLogger().handlers[:]
    configure_logs(log_format)
    await client.post("/graphql", json={"query": "{ hello }", "operationName": operation_name})
    await client.get("/graphql/" + quote(operation_name))
    logging.getLogger().handlers[:] = before
    structlog.reset_defaults()

    text = stream.getvalue()
    if log_format is LogFormat.TEXT:
        text = re.sub(r"\x1b\[\d*m", "", text)  # colors of the renderer
    assert len(text.splitlines()) == 2
    assert all(char.isprintable() for char in text.replace("\n", ""))
    assert "forged" in text


async def test_log_context_is_reset_between_requests(log, client, post):
    await post("query Greeting { hello }")
    await client.get("/healthz")

    assert "operation" not in log()[-1]


async def test_unexpected_error_is_logged_with_traceback(log, post):
    await post("{ broken }", headers={"X-Request-Id": "req-1"})

    [line] = [line for line in log() if line["event"] == "unexpected error"]
    assert line["request_id"] == "req-1"
    assert "ZeroDivisionError: internal details" in line["exception"]


async def test_bad_input_is_logged_without_traceback(log, post):
    await post("{ nothing(secret: 42) }")
    await post("{ number(value: 99999999999) }")

    assert [line["event"] for line in log()] == ["request", "request"]
    assert "secret" not in json.dumps(log())


async def test_secrets_are_not_logged(log, administrator, client, post):
    await User.filter(id=administrator.id).update(password_hash=quick_hash(PASSWORD))
    await post(f'mutation {{ signIn(login: "inga", password: "{PASSWORD}") }}')
    secret = client.cookies["session"]
    await post("{ caller }", headers={"GraphQL-Require-Preflight": "1"})
    await post("{ caller }", headers={"Authorization": "Bearer skp_1_" + "t" * 43})
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


async def test_text_format(monkeypatch, client):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    before = logging.getLogger().handlers[:]
    configure_logs(LogFormat.TEXT)
    await client.get("/healthz")
    logging.getLogger().handlers[:] = before
    structlog.reset_defaults()

    assert "path" in stream.getvalue()
    assert not stream.getvalue().startswith("{")
