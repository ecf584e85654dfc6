"""Mutations that are repeated until they are answered, with one effect."""

import time
import uuid
from collections.abc import Callable
from typing import TypeVar

import httpx
from seatkeeper_client.exceptions import GraphQLClientHttpError

Input = TypeVar("Input")
Answer = TypeVar("Answer")

MAX_ATTEMPTS = 6
TOO_MANY_REQUESTS = 429


def send_once(mutation: Callable[..., Answer], input: Input) -> Answer:
    """Send a mutation, repeating it under the same `Idempotency-Key` while its result is unknown.

    A program that may be stopped in between stores the key and the input, and continues with them.
    """
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    for attempt in range(MAX_ATTEMPTS):
        try:
            return mutation(input, headers=headers)
        except (httpx.TransportError, GraphQLClientHttpError) as failure:
            if not _is_temporary(failure) or attempt == MAX_ATTEMPTS - 1:
                raise
            time.sleep(0.1 * 4**attempt)
    raise AssertionError("not reached")


def _is_temporary(failure: Exception) -> bool:
    status = failure.status_code if isinstance(failure, GraphQLClientHttpError) else 503
    return status == TOO_MANY_REQUESTS or status >= 500
