"""Database errors are classified on both engines."""

import sqlite3

import asyncpg
import pytest
from tortoise.exceptions import OperationalError

from models.db.errors import is_too_slow, is_unreachable


def sqlite_error(code: int) -> OperationalError:
    """Return a SQLite error with a result code, wrapped as by Tortoise."""
    error = sqlite3.OperationalError("simulated")
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
def test_stopped_or_full_database_is_unreachable(failure: Exception) -> None:
    assert is_unreachable(failure) and not is_too_slow(failure)


@pytest.mark.parametrize(
    "failure", [TimeoutError(), asyncpg.LockNotAvailableError(), sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT)]
)
def test_busy_database_is_too_slow(failure: Exception) -> None:
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
def test_other_errors_are_neither(failure: Exception) -> None:
    assert not is_unreachable(failure) and not is_too_slow(failure)
