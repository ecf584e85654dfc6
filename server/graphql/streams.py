"""Limits on streaming connections: send timeouts, and a maximum number per credential and per address."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import AbstractContextManager, aclosing, contextmanager
from typing import Any

import structlog
from starlette.requests import HTTPConnection
from starlette.types import Message as ASGIMessage
from starlette.types import Receive, Send
from strawberry.types import ExecutionResult

from licensing.messages import Message
from resolvers.auth.login_throttling import network_of
from resolvers.principals import Principal
from server.errors import RequestRejected, is_server_error
from server.middleware.uvicorn_protocol import abort

SEND_TIMEOUT = 15.0
"""Seconds after which a client that reads nothing of what was sent is disconnected."""
MAX_STREAMS = 20
"""Concurrent streams (server-sent events and multipart) per credential and process."""
MAX_SOCKETS = 20
"""Concurrent WebSockets per credential and process."""
MAX_SOCKETS_PER_ADDRESS = 50
"""Concurrent WebSockets per client address and process, signed in or not."""

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
    _log.warning("slow consumer disconnected", reason="it did not read in time; it can resume after its last cursor")


class StreamLimiter:
    """Counts the streams and WebSockets of each credential and each address in this process."""

    def __init__(self) -> None:
        """Start without open streams."""
        self._counts: Counter[str] = Counter()

    def slot(self, caller: Principal | None) -> AbstractContextManager[None]:
        """Hold one of the streams of the caller's credential while a stream is open.

        Raises:
            RequestRejected: The credential has `MAX_STREAMS` open streams.
        """
        message = Message("You have {most} open streams already. Close one, then try again.", most=MAX_STREAMS)
        return self._hold(f"streams of {caller.credential if caller else None}", MAX_STREAMS, message)

    def socket_slot(self, caller: Principal) -> AbstractContextManager[None]:
        """Hold one of the WebSockets of the caller's credential.

        Raises:
            RequestRejected: The credential has `MAX_SOCKETS` WebSockets.
        """
        message = Message("You have {most} WebSockets already. Close one, then try again.", most=MAX_SOCKETS)
        return self._hold(f"sockets of {caller.credential}", MAX_SOCKETS, message)

    def address_slot(self, client_ip: str | None) -> AbstractContextManager[None]:
        """Hold one of the WebSockets of an address; of IPv6, of its /64 network.

        Raises:
            RequestRejected: The address has `MAX_SOCKETS_PER_ADDRESS` WebSockets.
        """
        message = Message(
            "There are {most} WebSockets from this address already. Close one.", most=MAX_SOCKETS_PER_ADDRESS
        )
        return self._hold(f"sockets from {network_of(client_ip or '')}", MAX_SOCKETS_PER_ADDRESS, message)

    @contextmanager
    def _hold(self, key: str, most: int, message: Message) -> Iterator[None]:
        if self._counts[key] >= most:
            raise RequestRejected(429, message, "RATE_LIMITED")
        self._counts[key] += 1
        try:
            yield
        finally:
            self._counts[key] -= 1
            if not self._counts[key]:
                del self._counts[key]


async def stop_after_error(results: Any) -> AsyncGenerator[Any, None]:
    """Yield results up to and including the first with a server error.

    Continuing would make the client's cursor skip the event that could not be sent.
    """
    async with aclosing(results):
        async for result in results:
            yield result
            if isinstance(result, ExecutionResult) and any(is_server_error(error) for error in result.errors or ()):
                return
