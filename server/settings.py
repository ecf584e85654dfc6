"""What is set from outside, by environment variables: read once, refused early and by name."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from models.config import connection_config

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class SettingError(Exception):
    """A setting has a value that will not do."""


class LogFormat(StrEnum):
    """How the log is written."""

    AUTO = "auto"
    """Text in a terminal, else JSON."""
    JSON = "json"
    TEXT = "text"


@dataclass(frozen=True)
class Settings:
    """All settings; each is `SEATKEEPER_` and its name in capitals."""

    database_url: str = "sqlite://seatkeeper.db"
    """`sqlite://FILE` or `postgres://USER:PASSWORD@HOST:PORT/NAME`."""
    public_url: str = "http://127.0.0.1:8000"
    """Where browsers reach this server: https, or http on loopback. It decides the kind of session cookie."""
    open_schema: bool = False
    """Whether those who are not signed in may read the schema, too."""
    allowed_origins: frozenset[str] = frozenset()
    """Other origins whose pages may call the API with the session cookie."""
    log_format: LogFormat = LogFormat.AUTO
    check_interval: float = 60.0
    """Seconds between two looks for what is due, such as vendors to ask; 0 for a process that does not look."""

    webhook_hosts: frozenset[str] = frozenset()
    """Hosts that webhooks may be sent to though they are not public, also by http."""

    @property
    def is_https(self) -> bool:
        """Whether browsers reach this server by https."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def trusted_origins(self) -> frozenset[str]:
        """Origins whose pages may call the API with the session cookie, its own first of all."""
        url = urlsplit(self.public_url)
        return self.allowed_origins | {f"{url.scheme}://{url.netloc}"}


def _database_url(text: str) -> str:
    connection_config(text)
    return text


def _public_url(text: str) -> str:
    url = urlsplit(text)
    if url.scheme not in ("http", "https") or not url.hostname or url.path.strip("/") or url.query or url.fragment:
        raise ValueError("it is an address without a path, such as https://licenses.example.com")
    if url.scheme == "http" and url.hostname not in LOOPBACK:
        raise ValueError("outside this machine it begins with https://, or passwords could be read on the way")
    return text.rstrip("/")


def _switch(text: str) -> bool:
    match text.casefold():
        case "1" | "true" | "yes" | "on":
            return True
        case "0" | "false" | "no" | "off":
            return False
    raise ValueError("it is 1 or 0")


def _origins(text: str) -> frozenset[str]:
    origins = frozenset(part.strip() for part in text.split(",") if part.strip())
    for origin in origins:
        url = urlsplit(origin)
        if origin != f"{url.scheme}://{url.netloc}" or url.scheme not in ("http", "https") or not url.netloc:
            raise ValueError("it lists origins, such as https://intranet.example.com, separated by commas")
    return origins


def _hosts(text: str) -> frozenset[str]:
    hosts = frozenset(part.strip().casefold() for part in text.split(",") if part.strip())
    for host in hosts:
        if urlsplit(f"//[{host}]" if ":" in host else f"//{host}").hostname != host:
            raise ValueError("it lists hosts without ports, such as erp.example.internal, separated by commas")
    return hosts


def _log_format(text: str) -> LogFormat:
    try:
        return LogFormat(text.casefold())
    except ValueError:
        raise ValueError("it is auto, json or text") from None


def _seconds(text: str) -> float:
    seconds = float(text) if text.replace(".", "", 1).isdecimal() else -1.0
    if not 0 <= seconds <= 86_400:
        raise ValueError("it is a number of seconds, at most a day, or 0")
    return seconds


_PARSERS: dict[str, Callable[[str], Any]] = {
    "database_url": _database_url,
    "public_url": _public_url,
    "open_schema": _switch,
    "allowed_origins": _origins,
    "log_format": _log_format,
    "check_interval": _seconds,
    "webhook_hosts": _hosts,
}

VARIABLES = {f"SEATKEEPER_{name.upper()}": name for name in _PARSERS}
"""Every variable that is read, with the name of its setting."""


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings, with defaults for what is not set or blank.

    Raises:
        SettingError: A value will not do; the message names the variable and says what would.
    """
    given = {}
    for variable, name in VARIABLES.items():
        if text := environment.get(variable, "").strip():
            try:
                given[name] = _PARSERS[name](text)
            except ValueError as error:
                # The value is not repeated: a database address may hold a password.
                raise SettingError(f"{variable} will not do: {error}. Correct it, then start again.") from None
    return Settings(**given)
