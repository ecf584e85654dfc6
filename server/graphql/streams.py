"""Connections that would not end: who takes nothing is dropped, who goes on sending too, and nobody holds many."""

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
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from licensing.messages import Message
from resolvers.context import Principal
from server.errors import RequestRejected, is_failure

SEND_TIMEOUT = 15.0
"""Seconds until something must be taken of what was sent."""
LONGEST_REST = 5.0
"""Seconds in which what is left of a body may come after it was answered, as where it is too large."""
MAX_STREAMS = 20
"""Streams, be they server-sent events or multipart, that one caller may hold in a process at once."""

_CUT_OFF = "cut_off"
_log = structlog.get_logger("seatkeeper.streams")


class SlowConsumer(Exception):
    """Nothing of what was sent has been taken for too long."""


class Protocol(HttpToolsProtocol):
    """Uvicorn's, which lets the application cut a connection off: closing waits until all that was sent is taken.

    It throws away what comes of a body that was answered already, but not for ever.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Hands the way to cut it off to every request, and to the WebSocket that the connection may become."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _CUT_OFF: transport.abort}

    def on_message_complete(self) -> None:
        """Notes the end of a body also where it was answered before."""
        super().on_message_complete()
        if self.cycle:
            self.cycle.more_body = False

    def on_response_complete(self) -> None:
        """Gives the rest of the body some time."""
        answered = self.cycle
        super().on_response_complete()
        if answered.more_body:
            self.loop.call_later(LONGEST_REST, self._cut_off_unless_complete, answered)

    def _cut_off_unless_complete(self, answered: RequestResponseCycle) -> None:
        if answered.more_body:
            self.transport.abort()


def with_send_timeout(send: Send, seconds: float) -> Send:
    """The same way to send, which raises `SlowConsumer` where the server waits too long for room to send more."""

    async def send_in_time(message: ASGIMessage) -> None:
        try:
            async with asyncio.timeout(seconds):
                await send(message)
        except TimeoutError:
            raise SlowConsumer from None

    return send_in_time


async def drop(connection: HTTPConnection, receive: Receive) -> None:
    """Cuts a reader off, with a line in the log."""
    note_dropped()
    if (revoke := connection.scope["state"].get(_CUT_OFF)) is not None:
        revoke()
        # Uvicorn calls an answer that ends half way an error, unless it knows that nobody is there any more.
        while (await receive())["type"] != "http.disconnect":
            pass


def cut_off_later(connection: HTTPConnection, seconds: float) -> None:
    """Cuts a connection off that by then should be closed."""
    if (revoke := connection.scope["state"].get(_CUT_OFF)) is not None:
        asyncio.get_running_loop().call_later(seconds, revoke)


def note_dropped() -> None:
    """Says why a reader is gone."""
    _log.warning("a reader was dropped", reason="it took nothing for too long; it may resume after its last cursor")


class StreamLimiter:
    """How many streams each caller holds in this process."""

    def __init__(self) -> None:
        """None yet."""
        self._taken: Counter[Principal | None] = Counter()

    @contextmanager
    def taken(self, caller: Principal | None) -> Iterator[None]:
        """A place for one stream.

        Raises:
            Refused: The caller has none left.
        """
        if self._taken[caller] >= MAX_STREAMS:
            message = Message("You hold {most} streams already. End one of them, then try again.", most=MAX_STREAMS)
            raise RequestRejected(429, message, "RATE_LIMITED")
        self._taken[caller] += 1
        try:
            yield
        finally:
            self._taken[caller] -= 1
            if not self._taken[caller]:
                del self._taken[caller]


async def until_failure(results: Any) -> AsyncGenerator[Any, None]:
    """Results up to the first in which something broke: who went on would never see what it should have shown."""
    async with aclosing(results):
        async for result in results:
            yield result
            if isinstance(result, ExecutionResult) and any(is_failure(error) for error in result.errors or ()):
                return
