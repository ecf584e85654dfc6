"""Logging: structured lines on standard error, as JSON or as text."""

import json
import logging
import logging.config
import sys
from contextlib import suppress
from functools import partial
from typing import Any, TextIO

import structlog

from server.middleware.uvicorn_protocol import is_websocket_log
from server.settings import LogFormat

_json = json.JSONEncoder(default=repr)


class BestEffortLogger(structlog.WriteLogger):
    """A logger that ignores write errors, so that no request fails because the disk of the log is full."""

    def __init__(self, file: TextIO, name: str) -> None:
        super().__init__(file)
        self.name = name

    def msg(self, message: str) -> None:
        """Write a line."""
        with suppress(OSError, ValueError):
            super().msg(message)

    info = warning = error = msg


def configure_logs(log_format: LogFormat) -> None:
    """Send all log records, including those of libraries, to standard error in one format."""
    as_text = sys.stderr.isatty() if log_format is LogFormat.AUTO else log_format is LogFormat.TEXT
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderers: list[structlog.typing.Processor] = (
        [escape_control_characters, structlog.dev.ConsoleRenderer()]
        if as_text
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_write_json)]
    )
    structlog.configure(
        processors=[*shared, *renderers],
        logger_factory=partial(BestEffortLogger, sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
                    "foreign_pre_chain": shared,
                }
            },
            "filters": {"uvicorn": {"()": lambda: _is_not_websocket_log}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": "INFO"},
            "loggers": {
                "strawberry.execution": {"level": "CRITICAL"},  # logs whole documents; see server.errors instead
                "asyncpg": {"level": "ERROR"},  # server.errors logs a lost connection in one line
                "httpx2": {"level": "WARNING"},
                "tortoise": {"level": "WARNING"},
                "uvicorn.error": {"filters": ["uvicorn"]},
                "uvicorn.access": {"level": "WARNING"},  # RequestLogMiddleware writes a line per request
            },
        }
    )


def _write_json(event: structlog.typing.EventDict, **_: Any) -> str:
    return _json.encode(event)


def _is_not_websocket_log(record: logging.LogRecord) -> bool:
    # Uvicorn's lines about handshakes contain query strings, and report each rejection as an error.
    return not is_websocket_log(record)


def escape_control_characters(
    logger: Any, method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Escape non-printable characters, so that client input can neither forge a line nor control the terminal.

    JSON needs no such processor, since its encoder escapes these characters.
    """
    return {name: _escape(value) if isinstance(value, str) else value for name, value in event.items()}


def _escape(text: str) -> str:
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
