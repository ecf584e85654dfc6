"""The log: one structured line for each request, and never a secret."""

import json
import logging
import logging.config
import re
import sys
import time
from contextlib import suppress
from functools import partial
from secrets import token_hex
from typing import Any, TextIO

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as ASGIMessage

from models.db.query_count import count_queries
from server.errors import failure_response
from server.settings import LogFormat

_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_json = json.JSONEncoder(default=repr)
_log = structlog.get_logger("seatkeeper.requests")


class Lines(structlog.WriteLogger):
    """Writes each line, or loses it: what is asked of the server does not fail because the log is full."""

    def __init__(self, file: TextIO, name: str) -> None:
        super().__init__(file)
        self.name = name

    def msg(self, message: str) -> None:
        """Writes a line."""
        with suppress(OSError, ValueError):
            super().msg(message)

    info = warning = error = msg


def configure_logs(log_format: LogFormat) -> None:
    """Sends everything that is logged, by the libraries too, to standard error in one format."""
    as_text = sys.stderr.isatty() if log_format is LogFormat.AUTO else log_format is LogFormat.TEXT
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    endings: list[structlog.typing.Processor] = (
        [escape_control_characters, structlog.dev.ConsoleRenderer()]
        if as_text
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_write_json)]
    )
    structlog.configure(
        processors=[*shared, *endings],
        logger_factory=partial(Lines, sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *endings],
                    "foreign_pre_chain": shared,
                }
            },
            "filters": {"uvicorn": {"()": lambda: _is_not_uvicorn_websocket_noise}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": "INFO"},
            "loggers": {
                "strawberry.execution": {"level": "CRITICAL"},  # logs whole documents; server.errors logs what matters
                "asyncpg": {"level": "ERROR"},  # server.errors tells of a lost database, in a line
                "httpx2": {"level": "WARNING"},
                "tortoise": {"level": "WARNING"},
                "uvicorn.error": {"filters": ["uvicorn"]},
                "uvicorn.access": {"level": "WARNING"},  # its lines would say the same as ours
            },
        }
    )


def _write_json(event: structlog.typing.EventDict, **_: Any) -> str:
    return _json.encode(event)


def _is_not_uvicorn_websocket_noise(record: logging.LogRecord) -> bool:
    """Leaves out what uvicorn says of WebSockets: it tells addresses whole and calls each refusal a mistake of ours."""
    return not any(text in str(record.msg) for text in ('"WebSocket %s"', "returned without completing handshake"))


def escape_control_characters(
    logger: Any, method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """What others wrote cannot move the cursor of a terminal, nor make up a line; JSON escapes by itself."""
    return {name: _printable(value) if isinstance(value, str) else value for name, value in event.items()}


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


class RequestLogMiddleware:
    """Gives each request an id and, once it is answered, its line in the log.

    Whatever else the line says (principal, operation, outcome) is bound to structlog's context on the way.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers with the id, also where the application broke."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _SANE_REQUEST_ID.fullmatch(given) else token_hex(16)
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started, status = time.perf_counter(), 0

        async def send_with_id(message: ASGIMessage) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        with count_queries() as statements:
            try:
                await self.app(scope, receive, send_with_id)
            except Exception as failure:
                response = failure_response(failure, request_id, scope)
                if not status:
                    await response(scope, receive, send_with_id)
            finally:
                _log.info(
                    "request",
                    method=scope["method"],
                    path=scope["path"][:200],
                    status=status,
                    milliseconds=round((time.perf_counter() - started) * 1000, 1),
                    statements=statements.number,
                )
