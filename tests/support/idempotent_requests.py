"""Requests with an `Idempotency-Key`."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

from tests.support.api_client import Client
from tests.support.operations import IMPORT

CONCURRENCY = 50
"""Equal requests sent concurrently by `send_concurrently`."""
MAX_ATTEMPTS = 5
"""Attempts per request: on a busy machine, some of fifty time out waiting for one of eight connections."""


async def send(client: Client, key: str, operation: str, **variables: Any) -> dict[str, Any]:
    """Send an operation with a key, repeating it while the server is unavailable, and return the response."""
    sent = {"query": operation, "variables": variables}
    for _ in range(MAX_ATTEMPTS):
        response = await client.http.post("/graphql", json=sent, headers={"Idempotency-Key": key})
        answer = _without_extensions(response)
        if [error["extensions"]["code"] for error in answer.get("errors", ())] != ["UNAVAILABLE"]:
            break
        await asyncio.sleep(0.5)
    return answer


async def send_file(client: Client, key: str, content: bytes) -> dict[str, Any]:
    """Upload a license file with a key and return the response."""
    operations = {"query": IMPORT, "variables": {"input": {"file": {"upload": None}}}}
    response = await client.http.post(
        "/graphql",
        data={"operations": json.dumps(operations), "map": json.dumps({"0": ["variables.input.file.upload"]})},
        files={"0": ("license.lic", content)},
        headers={"Idempotency-Key": key},
    )
    return _without_extensions(response)


def _without_extensions(response: httpx2.Response) -> dict[str, Any]:
    """Return the response without the remaining rate limit, which differs from request to request."""
    answer: dict[str, Any] = response.json()
    answer.pop("extensions", None)
    return answer


async def send_concurrently(call: Callable[[], Awaitable[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Run equal requests concurrently and return their distinct responses."""
    answers = await asyncio.gather(*(call() for _ in range(CONCURRENCY)))
    assert len(answers) == CONCURRENCY
    return [answer for number, answer in enumerate(answers) if answer not in answers[:number]]
