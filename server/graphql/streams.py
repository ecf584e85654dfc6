"""Limits on streaming connections: send timeouts, and a maximum number of streams per caller."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from typing import Any

import structlog
from starlette.requests import HTTPConnection
from starlette.types import Message as ASGIMessage
from starlette.types import Receive, Send
from strawberry.types import ExecutionResult

from licensing.messages import Message
from resolvers.principals import Principal
from server.errors import RequestRejected, is_server_error
from server.middleware.uvicorn_protocol import abort

SEND_TIMEOUT = 15.0
"""Seconds after which a client that reads nothing of what was sent is disconnected."""
MAX_STREAMS = 20
"""Concurrent streams (server-sent events and multipart) per caller and process."""

_log = structlog.get_logger("seatkeeper.streams")


class SlowConsumer(Exception):
    """The client has not read what was sent within the send timeout."""


def with_send_timeout(send: Send, seconds: float) -> Send:
    """Return an ASGI `send` that raises `SlowConsumer` if the write buffer stays full for `seconds`."""

    async def send_within_timeout(message: ASGIMessage) -> None:
        try:
            async with asyncio.timeout(seconds):
                await send(message)
        except TimeoutError:
            raise SlowConsumer from None

    return send_within_timeout


async def disconnect_slow_consumer(connection: HTTPConnection, receive: Receive) -> None:
    """Abort the connection of a slow consumer, and log it."""
    log_slow_consumer()
    await abort(connection, receive)


def log_slow_consumer() -> None:
    """Log that a slow consumer is disconnected."""
    _log.warning("a reader was dropped", reason="it did not read in time; it can resume after its last cursor")


class StreamLimiter:
    """Counts the open streams of each caller in this process."""

    def __init__(self) -> None:
        """Start without open streams."""
        self._counts: Counter[Principal | None] = Counter()

    @contextmanager
    def slot(self, caller: Principal | None) -> Iterator[None]:
        """Hold one of the caller's slots while a stream is open.

        Raises:
            RequestRejected: The caller has `MAX_STREAMS` open streams.
        """
        if self._counts[caller] >= MAX_STREAMS:
            message = Message("You have {most} open streams already. Close one, then try again.", most=MAX_STREAMS)
            raise RequestRejected(429, message, "RATE_LIMITED")
        self._counts[caller] += 1
        try:
            yield
        finally:
            self._counts[caller] -= 1
            if not self._counts[caller]:
                del self._counts[caller]


async def stop_after_error(results: Any) -> AsyncGenerator[Any, None]:
    """Yield results up to and including the first with a server error.

    Continuing would make the client's cursor skip the event that could not be sent.
    """
    async with aclosing(results):
        async for result in results:
            yield result
            if isinstance(result, ExecutionResult) and any(is_server_error(error) for error in result.errors or ()):
                return
