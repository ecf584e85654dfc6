"""Fixtures of the fault injection tests: a copy of the demo's database, and a PostgreSQL server."""

from collections.abc import Iterator

import pytest

from tests.chaos.servers import Postgres, running_postgres
from tests.support.demo_fixtures import copied_demo, engine, is_trial, postgres_demos, sqlite_demos

__all__ = ["copied_demo", "engine", "is_trial", "postgres_demos", "sqlite_demos"]


@pytest.fixture(scope="session")
def common_postgres() -> Iterator[Postgres]:
    """A PostgreSQL server shared by the tests that need no disk of their own."""
    with running_postgres() as postgres:
        yield postgres
