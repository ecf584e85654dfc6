"""Fixtures of the tests that run third-party clients against the server."""

import pytest

from tests.interop.programs import HERE, install_packages
from tests.support.demo_fixtures import browser, copied_demo, inga, is_trial, postgres_demos, server, sqlite_demos

__all__ = ["browser", "copied_demo", "inga", "is_trial", "postgres_demos", "server", "sqlite_demos"]


@pytest.fixture(scope="session")
def packages() -> None:
    """Install the packages that the scripts of this folder import."""
    install_packages(HERE)


@pytest.fixture
def engine() -> str:
    """SQLite alone: clients do not depend on the engine."""
    return "sqlite"
