"""Request counters and durations."""

import time

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as ASGIMessage

from server.observability.metrics import Metrics


class RequestMetricsMiddleware:
    """ASGI middleware that records each HTTP request in the metrics.

    It wraps `RequestLogMiddleware`, since it reads the outcome that inner layers bound to structlog's context
    variables.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, and record it when it is complete; WebSockets are passed on unchanged."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started, status, seconds = time.perf_counter(), 0, 0.0

        async def send_and_time(message: ASGIMessage) -> None:
            nonlocal status, seconds
            if message["type"] == "http.response.start":
                status, seconds = message["status"], time.perf_counter() - started
            await send(message)

        try:
            await self.app(scope, receive, send_and_time)
        finally:
            outcome = structlog.contextvars.get_contextvars().get("outcome", "OK")
            self.metrics.count_request(scope, status, seconds or time.perf_counter() - started, outcome)
            self.metrics.update_pool_gauges()
