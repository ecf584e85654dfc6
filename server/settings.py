"""What is set from outside, by environment variables: read once, refused early and by name."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_network
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from licensing.documents.claims import SerialNumber
from models.db.config import connection_config, is_sqlite

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class SettingError(Exception):
    """A setting has a value that will not do."""


class LogFormat(StrEnum):
    """How the log is written."""

    AUTO = "auto"
    """Text in a terminal, else JSON."""
    JSON = "json"
    TEXT = "text"


class RateLimit(NamedTuple):
    """Points that a caller has, and how many come back each second."""

    points: int
    per_second: int


DEFAULT_RATE = RateLimit(20_000, 2_000)


@dataclass(frozen=True)
class Settings:
    """All settings; each is `SEATKEEPER_` and its name in capitals."""

    database_url: str = "sqlite://seatkeeper.db"
    """`sqlite://FILE` or `postgres://USER:PASSWORD@HOST:PORT/NAME`."""
    direct_url: str | None = None
    """The PostgreSQL itself, where `database_url` leads to a pooler before it."""
    replica_url: str | None = None
    """A PostgreSQL that follows the database, for queries to be read from."""
    public_url: str = "http://127.0.0.1:8000"
    """Where browsers reach this server: https, or http on loopback. It decides the kind of session cookie."""
    open_schema: bool = False
    """Whether those who are not signed in may read the schema, too."""
    allowed_origins: frozenset[str] = frozenset()
    """Other origins whose pages may call the API with the session cookie."""
    log_format: LogFormat = LogFormat.AUTO
    check_interval: float = 60.0
    """Seconds between two looks for what is due, such as vendors to ask; 0 for a process that does not look."""
    metrics_token: str = field(default="", repr=False)
    """The bearer token for `/metrics`; without one it answers this machine alone."""
    oidc_issuer: str = ""
    """The identity provider whose tokens count, exactly as they name it in `iss`; empty for none."""
    oidc_audience: str = ""
    """Whom its tokens must be for: this server's name there."""
    oidc_login_claim: str = "preferred_username"
    """The claim that holds the user's login."""
    oidc_role_claim: str = "roles"
    """The claim that holds the user's roles, one or a list."""
    oidc_administrator_role: str = "seatkeeper-administrator"
    oidc_auditor_role: str = "seatkeeper-auditor"
    oidc_installation: str = ""
    """The serial number of the installation that its users belong to; needed where there are several."""

    rate_limit: RateLimit = DEFAULT_RATE
    """What each caller may ask for: points at once, and points a second."""
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    """Networks of proxies that are believed where a request comes from, and whether it came by https."""
    pool_size: int = 8
    """Connections to PostgreSQL that a process has at most."""
    compiled_answers: bool = True
    """Whether answers are built by functions compiled for each document; graphql-core alone gives the same, slower."""

    webhook_hosts: frozenset[str] = frozenset()
    """Hosts that webhooks may be sent to though they are not public, also by http."""

    @property
    def unpooled_url(self) -> str:
        """Where to connect for what needs a connection of its own: live events, migrations, commands."""
        return self.direct_url or self.database_url

    @property
    def is_https(self) -> bool:
        """Whether browsers reach this server by https."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def trusted_origins(self) -> frozenset[str]:
        """Origins whose pages may call the API with the session cookie, its own first of all."""
        url = urlsplit(self.public_url)
        return self.allowed_origins | {f"{url.scheme}://{url.netloc}"}


def is_safe_address(text: str) -> bool:
    """Whether nobody on the way can read or change what is fetched there: by https, or on this machine."""
    url = urlsplit(text)
    return bool(url.hostname) and (url.scheme == "https" or (url.scheme == "http" and url.hostname in LOOPBACK))


def _database_url(text: str) -> str:
    connection_config(text)
    return text


def _postgres_url(text: str) -> str:
    connection_config(text)
    if is_sqlite(text):
        raise ValueError("it is the address of a PostgreSQL, postgres://USER:PASSWORD@HOST:PORT/NAME")
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


def _rate_limit(text: str) -> RateLimit:
    points, slash, per_second = text.partition("/")
    if not (slash and points.isdecimal() and per_second.isdecimal() and int(points) and int(per_second)):
        raise ValueError("it is a number of points, a slash, and the points that come back each second")
    return RateLimit(int(points), int(per_second))


def _networks(text: str) -> tuple[str, ...]:
    networks = tuple(part.strip() for part in text.split(",") if part.strip())
    try:
        for network in networks:
            ip_network(network)
    except ValueError:
        raise ValueError("it lists addresses or networks, such as 10.0.0.0/8, separated by commas") from None
    return networks


def _pool_size(text: str) -> int:
    size = int(text) if text.isdecimal() else 0
    if not 1 <= size <= 1_000:
        raise ValueError("it is a number of connections from 1 to 1,000")
    return size


def _metrics_token(text: str) -> str:
    if len(text) < 20 or not text.isascii():
        raise ValueError("it has 20 characters or more, without accents")
    return text


def _issuer(text: str) -> str:
    if not is_safe_address(text) or urlsplit(text).query or urlsplit(text).fragment:
        raise ValueError("it is the issuer's address as its tokens name it, such as https://login.example.com/realm")
    return text


def _serial_number(text: str) -> str:
    try:
        return msgspec.convert(text, SerialNumber)
    except msgspec.ValidationError:
        raise ValueError("it is a serial number of ten digits") from None


_PARSERS: dict[str, Callable[[str], Any]] = {
    "database_url": _database_url,
    "direct_url": _postgres_url,
    "replica_url": _postgres_url,
    "public_url": _public_url,
    "open_schema": _switch,
    "compiled_answers": _switch,
    "allowed_origins": _origins,
    "log_format": _log_format,
    "check_interval": _seconds,
    "rate_limit": _rate_limit,
    "trusted_proxies": _networks,
    "pool_size": _pool_size,
    "metrics_token": _metrics_token,
    "oidc_issuer": _issuer,
    "oidc_audience": str,
    "oidc_login_claim": str,
    "oidc_role_claim": str,
    "oidc_administrator_role": str,
    "oidc_auditor_role": str,
    "oidc_installation": _serial_number,
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
    settings = Settings(**given)
    for one, other in (("oidc_issuer", "oidc_audience"), ("oidc_audience", "oidc_issuer")):
        if getattr(settings, one) and not getattr(settings, other):
            message = f"SEATKEEPER_{one.upper()} does nothing without SEATKEEPER_{other.upper()}. Set both, or neither."
            raise SettingError(message)
    return settings
