"""`BodyLimitMiddleware`."""

import asyncio
import json

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from server.errors import RequestRejected
from server.middleware.body_limit import BodyLimitMiddleware


async def echo_length(scope, receive, send):
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


async def send_body(app, *chunks, headers=()):
    """Send chunks and return status and body; None ends the body, without it the client stalls."""
    messages = [{"type": "http.request", "body": chunk or b"", "more_body": chunk is not None} for chunk in chunks]
    sent = []

    async def receive():
        if not messages:
            await asyncio.Event().wait()
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    async with asyncio.timeout(5):
        await app({"type": "http", "method": "POST", "path": "/", "headers": list(headers)}, receive, send)
    return sent[0]["status"], sent[1]["body"]


async def test_body_within_the_limits_passes():
    app = BodyLimitMiddleware(echo_length, max_bytes=10)

    assert await send_body(app, b"12345", b"67890", None) == (200, b"10")


async def test_declared_oversized_body_is_rejected_unread():
    app = BodyLimitMiddleware(echo_length, max_bytes=10)

    status, body = await send_body(app, headers=[(b"content-length", b"11")])

    assert status == 413
    assert json.loads(body)["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_chunked_oversized_body_is_rejected():
    app = BodyLimitMiddleware(echo_length, max_bytes=10)

    with pytest.raises(RequestRejected) as rejected:
        await send_body(app, b"12345", b"678901")

    assert rejected.value.status_code == 413


async def test_incomplete_body_times_out():
    app = BodyLimitMiddleware(echo_length, seconds=0.01)

    with pytest.raises(RequestRejected) as rejected:
        await send_body(app, b"12345")

    assert rejected.value.status_code == 408


async def test_waiting_for_disconnect_is_unlimited():
    async def app_waiting_for_disconnect(scope, receive, send):
        await Request(scope, receive).body()
        try:
            async with asyncio.timeout(0.05):
                await receive()
        except TimeoutError:
            await PlainTextResponse("still there")(scope, receive, send)

    assert await send_body(BodyLimitMiddleware(app_waiting_for_disconnect, seconds=0.01), None) == (200, b"still there")


async def test_application_rejects_a_large_body(client):
    response = await client.post("/graphql", json={"query": "#" + "x" * 1024 * 1024})

    assert response.status_code == 413
    assert response.json()["errors"][0]["message"] == "The body is larger than 1,048,576 bytes. Send less at once."


async def test_application_rejects_a_large_chunked_body(client):
    async def chunks():
        for _ in range(20):
            yield b"x" * 65_536

    response = await client.post("/graphql", content=chunks(), headers={"Content-Type": "application/json"})

    assert response.status_code == 413
    assert "errors" in response.json()
