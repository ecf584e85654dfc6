"""Fixtures of the acceptance tests: a server with the demo installation, its license server, and API clients."""

from tests.support.demo_fixtures import (
    another_browser,
    browser,
    copied_demo,
    engine,
    inga,
    is_trial,
    postgres_demos,
    server,
    sqlite_demos,
    vendor,
)

__all__ = [
    "another_browser",
    "browser",
    "copied_demo",
    "engine",
    "inga",
    "is_trial",
    "postgres_demos",
    "server",
    "sqlite_demos",
    "vendor",
]
