"""Locks that only one transaction of all processes can hold at a time."""

from tortoise.connection import get_connection

from models.db.replica import PRIMARY

SIGN_IN_LOCK = 0x5EA7_0001


async def acquire_advisory_lock(key: int) -> None:
    """Wait until no other transaction holds a lock, and hold it until the current transaction ends."""
    connection = get_connection(PRIMARY)
    if connection.capabilities.dialect == "postgres":  # on SQLite, only one transaction is open at a time
        await connection.execute_query("SELECT pg_advisory_xact_lock($1)", [key])
