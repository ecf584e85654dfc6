"""What is told apart when the database does not do as it is told."""

import sqlite3

import asyncpg
import pytest
from tortoise.exceptions import OperationalError

from models.db.errors import is_too_slow, is_unreachable


def sqlite_error(code: int) -> OperationalError:
    """As Tortoise wraps it."""
    error = sqlite3.OperationalError("made for the test")
    error.sqlite_errorcode = code
    return OperationalError(error)


@pytest.mark.parametrize(
    "failure",
    [
        ConnectionResetError(),
        asyncpg.AdminShutdownError(),
        asyncpg.DiskFullError(),
        asyncpg.InterfaceError("connection is closed"),
        sqlite_error(sqlite3.SQLITE_FULL),
        sqlite_error(sqlite3.SQLITE_IOERR_WRITE),
        ExceptionGroup("two", [ConnectionResetError(), asyncpg.CrashShutdownError()]),
    ],
)
def test_a_database_that_is_away_or_full(failure: Exception) -> None:
    assert is_unreachable(failure) and not is_too_slow(failure)


@pytest.mark.parametrize(
    "failure", [TimeoutError(), asyncpg.LockNotAvailableError(), sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT)]
)
def test_a_database_that_is_busy(failure: Exception) -> None:
    assert is_too_slow(failure) and not is_unreachable(failure)


@pytest.mark.parametrize(
    "failure",
    [
        ValueError(),
        sqlite_error(sqlite3.SQLITE_ERROR),
        asyncpg.UndefinedTableError(),
        ExceptionGroup("two", [ConnectionResetError(), ValueError()]),
    ],
)
def test_a_mistake_is_neither(failure: Exception) -> None:
    assert not is_unreachable(failure) and not is_too_slow(failure)
