"""Limits on the size of request bodies, and on the time in which they arrive."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as ASGIMessage

from licensing.messages import Message
from server.errors import RequestRejected, rejection_response

MAX_BODY_SIZE = 1024 * 1024
"""Bytes."""
BODY_TIMEOUT = 15.0
"""Seconds in which a body must arrive."""


class BodyLimitMiddleware:
    """ASGI middleware that rejects bodies that are too large, with or without `Content-Length`, or too slow."""

    def __init__(self, app: ASGIApp, *, max_bytes: int = MAX_BODY_SIZE, seconds: float = BODY_TIMEOUT) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, counting the body as the application reads it; WebSockets are passed on unchanged."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > self.max_bytes:
            return await rejection_response(self._too_large(), scope)(scope, receive, send)
        deadline = asyncio.get_running_loop().time() + self.seconds
        received, complete = 0, False

        async def receive_within_limits() -> ASGIMessage:
            nonlocal received, complete
            if complete:  # from now on `receive` waits for the client to disconnect, which is not limited
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise RequestRejected(
                    408,
                    Message(
                        "The body did not arrive within {seconds} seconds. Send it again.", seconds=f"{self.seconds:g}"
                    ),
                ) from None
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                raise self._too_large()
            complete = not message.get("more_body", False)
            return message

        await self.app(scope, receive_within_limits, send)

    def _too_large(self) -> RequestRejected:
        return RequestRejected(
            413, Message("The body is larger than {most:,} bytes. Send less at once.", most=self.max_bytes)
        )
