"""Fixtures of the acceptance tests that the fault injection tests share: a copy of the demo's database."""

from tests.acceptance.conftest import copied_demo, engine, is_trial, postgres_demos, sqlite_demos

__all__ = ["copied_demo", "engine", "is_trial", "postgres_demos", "sqlite_demos"]
