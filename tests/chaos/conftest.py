"""The demo in a database that a test may do anything to; the stories' own."""

from tests.acceptance.conftest import copied_demo, engine, is_trial, postgres_demos, sqlite_demos

__all__ = ["copied_demo", "engine", "is_trial", "postgres_demos", "sqlite_demos"]
