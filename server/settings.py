"""Settings, read from environment variables and validated at startup."""

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
    """An environment variable has an invalid value."""


class LogFormat(StrEnum):
    """The format of the log."""

    AUTO = "auto"
    """Text if standard error is a terminal, otherwise JSON."""
    JSON = "json"
    TEXT = "text"


class RateLimit(NamedTuple):
    """The size of a caller's bucket in points, and the points restored per second."""

    points: int
    per_second: int


DEFAULT_RATE_LIMIT = RateLimit(20_000, 2_000)


@dataclass(frozen=True)
class Settings:
    """The settings; the environment variable of each is `SEATKEEPER_` and its name in capitals."""

    database_url: str = "sqlite://seatkeeper.db"
    """The database: `sqlite://FILE` or `postgres://USER:PASSWORD@HOST:PORT/NAME`."""
    direct_url: str | None = None
    """The PostgreSQL server itself, if `database_url` names a connection pooler."""
    replica_url: str | None = None
    """A PostgreSQL read replica that serves queries."""
    public_url: str = "http://127.0.0.1:8000"
    """The URL of this server in browsers: https, or http on loopback. Decides the name of the session cookie."""
    open_schema: bool = False
    """Let anonymous callers read the schema, and open GraphiQL."""
    allowed_origins: frozenset[str] = frozenset()
    """Further origins whose pages may call the API with the session cookie."""
    log_format: LogFormat = LogFormat.AUTO
    """The format of the log."""
    check_interval: float = 60.0
    """Seconds between runs of the scheduler, which checks vendors among others; 0 turns it off in this process."""
    metrics_token: str = field(default="", repr=False)
    """The bearer token for `/metrics`; if empty, metrics are available from loopback only."""
    oidc_issuer: str = ""
    """The OpenID Connect issuer whose tokens are accepted, exactly as in their `iss`; empty for none."""
    oidc_audience: str = ""
    """The audience (`aud`) that tokens of the issuer must have."""
    oidc_login_claim: str = "preferred_username"
    """The claim that contains the user's login."""
    oidc_role_claim: str = "roles"
    """The claim that contains the user's roles, as a string or a list."""
    oidc_administrator_role: str = "seatkeeper-administrator"
    """The role of administrators."""
    oidc_auditor_role: str = "seatkeeper-auditor"
    """The role of auditors, who may only read."""
    oidc_installation: str = ""
    """The serial number of the installation of the issuer's users; required if there are several installations."""

    rate_limit: RateLimit = DEFAULT_RATE_LIMIT
    """The rate limit of each caller."""
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    """Networks of reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are trusted."""
    pool_size: int = 8
    """The maximum number of PostgreSQL connections per process."""
    max_connections: int = 1000
    """The maximum number of connections per process, including WebSockets; more are answered with 503."""
    compiled_answers: bool = True
    """Build results by functions compiled per document; graphql-core gives the same results, but is slower."""

    webhook_hosts: frozenset[str] = frozenset()
    """Hosts that webhooks may be sent to even if they are not public, and also by http."""

    @property
    def unpooled_url(self) -> str:
        """The database URL for connections that must not be pooled: notifications, migrations and commands."""
        return self.direct_url or self.database_url

    @property
    def is_https(self) -> bool:
        """True if the public URL is https."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def trusted_origins(self) -> frozenset[str]:
        """Origins whose pages may call the API with the session cookie, including the public URL's."""
        url = urlsplit(self.public_url)
        return self.allowed_origins | {f"{url.scheme}://{url.netloc}"}


def is_secure_url(text: str) -> bool:
    """Return whether a URL is protected from eavesdropping and tampering: by https, or by a loopback host."""
    url = urlsplit(text)
    return bool(url.hostname) and (url.scheme == "https" or (url.scheme == "http" and url.hostname in LOOPBACK))


def _database_url(text: str) -> str:
    connection_config(text)
    return text


def _postgres_url(text: str) -> str:
    connection_config(text)
    if is_sqlite(text):
        raise ValueError("it must be a PostgreSQL URL, postgres://USER:PASSWORD@HOST:PORT/NAME")
    return text


def _public_url(text: str) -> str:
    url = urlsplit(text)
    if url.scheme not in ("http", "https") or not url.hostname or url.path.strip("/") or url.query or url.fragment:
        raise ValueError("it must be a URL without a path, such as https://licenses.example.com")
    if url.scheme == "http" and url.hostname not in LOOPBACK:
        raise ValueError("it must begin with https://, unless the host is loopback, so that passwords are encrypted")
    return text.rstrip("/")


def _boolean(text: str) -> bool:
    match text.casefold():
        case "1" | "true" | "yes" | "on":
            return True
        case "0" | "false" | "no" | "off":
            return False
    raise ValueError("it must be 1 or 0")


def _origins(text: str) -> frozenset[str]:
    origins = frozenset(part.strip() for part in text.split(",") if part.strip())
    for origin in origins:
        url = urlsplit(origin)
        if origin != f"{url.scheme}://{url.netloc}" or url.scheme not in ("http", "https") or not url.netloc:
            raise ValueError("it must list origins, such as https://intranet.example.com, separated by commas")
    return origins


def _hosts(text: str) -> frozenset[str]:
    hosts = frozenset(part.strip().casefold() for part in text.split(",") if part.strip())
    for host in hosts:
        if urlsplit(f"//[{host}]" if ":" in host else f"//{host}").hostname != host:
            raise ValueError("it must list hosts without ports, such as erp.example.internal, separated by commas")
    return hosts


def _log_format(text: str) -> LogFormat:
    try:
        return LogFormat(text.casefold())
    except ValueError:
        raise ValueError("it must be auto, json or text") from None


def _seconds(text: str) -> float:
    seconds = float(text) if text.replace(".", "", 1).isdecimal() else -1.0
    if not 0 <= seconds <= 86_400:
        raise ValueError("it must be a number of seconds from 0 to 86,400")
    return seconds


def _rate_limit(text: str) -> RateLimit:
    points, slash, per_second = text.partition("/")
    if not (slash and points.isdecimal() and per_second.isdecimal() and int(points) and int(per_second)):
        raise ValueError("it must be POINTS/PER_SECOND, such as 20000/2000")
    return RateLimit(int(points), int(per_second))


def _networks(text: str) -> tuple[str, ...]:
    networks = tuple(part.strip() for part in text.split(",") if part.strip())
    try:
        for network in networks:
            ip_network(network)
    except ValueError:
        raise ValueError("it must list IP addresses or networks, such as 10.0.0.0/8, separated by commas") from None
    return networks


def _pool_size(text: str) -> int:
    size = int(text) if text.isdecimal() else 0
    if not 1 <= size <= 1_000:
        raise ValueError("it must be a number of connections from 1 to 1,000")
    return size


def _max_connections(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= 1_000_000:
        raise ValueError("it must be a number of connections from 1 to 1,000,000")
    return number


def _metrics_token(text: str) -> str:
    if len(text) < 20 or not text.isascii():
        raise ValueError("it must have at least 20 characters, all of them ASCII")
    return text


def _issuer(text: str) -> str:
    if not is_secure_url(text) or urlsplit(text).query or urlsplit(text).fragment:
        raise ValueError("it must be the issuer's URL as in its tokens, such as https://login.example.com/realm")
    return text


def _serial_number(text: str) -> str:
    try:
        return msgspec.convert(text, SerialNumber)
    except msgspec.ValidationError:
        raise ValueError("it must be a serial number of ten digits") from None


_PARSERS: dict[str, Callable[[str], Any]] = {
    "database_url": _database_url,
    "direct_url": _postgres_url,
    "replica_url": _postgres_url,
    "public_url": _public_url,
    "open_schema": _boolean,
    "compiled_answers": _boolean,
    "allowed_origins": _origins,
    "log_format": _log_format,
    "check_interval": _seconds,
    "rate_limit": _rate_limit,
    "trusted_proxies": _networks,
    "pool_size": _pool_size,
    "max_connections": _max_connections,
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
"""The name of the setting by environment variable."""


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings, with defaults for variables that are unset or blank.

    Raises:
        SettingError: A value is invalid; the message names the variable and the expected form.
    """
    values = {}
    for variable, name in VARIABLES.items():
        if text := environment.get(variable, "").strip():
            try:
                values[name] = _PARSERS[name](text)
            except ValueError as error:
                # The message omits the value, since a database URL may contain a password.
                raise SettingError(f"{variable} is invalid: {error}. Correct it, then start again.") from None
    settings = Settings(**values)
    for name, required in (("oidc_issuer", "oidc_audience"), ("oidc_audience", "oidc_issuer")):
        if getattr(settings, name) and not getattr(settings, required):
            message = f"SEATKEEPER_{name.upper()} requires SEATKEEPER_{required.upper()}. Set both, or neither."
            raise SettingError(message)
    return settings
