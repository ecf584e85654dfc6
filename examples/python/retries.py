"""Mutations that are sent until they are answered, and have one effect."""

import time
import uuid
from collections.abc import Callable
from typing import TypeVar

import httpx
from seatkeeper_client.exceptions import GraphQLClientHttpError

Input = TypeVar("Input")
Answer = TypeVar("Answer")

TRIES = 6
TOO_MANY_REQUESTS = 429


def send_once(mutation: Callable[..., Answer], input: Input) -> Answer:
    """Sends a mutation again, under the same `Idempotency-Key`, while nobody knows what became of it.

    A program that may be stopped in between keeps the key, and the input, with its work, and goes on with them.
    """
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    for tried in range(TRIES):
        try:
            return mutation(input, headers=headers)
        except (httpx.TransportError, GraphQLClientHttpError) as failure:
            if not _may_pass(failure) or tried == TRIES - 1:
                raise
            time.sleep(0.1 * 4**tried)
    raise AssertionError("not reached")


def _may_pass(failure: Exception) -> bool:
    status = failure.status_code if isinstance(failure, GraphQLClientHttpError) else 503
    return status == TOO_MANY_REQUESTS or status >= 500
