"""Turns: what no two transactions of any process do at the same time."""

from tortoise.connection import get_connection

from models.db.replica import PRIMARY

SIGNING_IN = 0x5EA7_0001


async def acquire_advisory_lock(key: int) -> None:
    """Waits until no other open transaction has this turn; it ends with the transaction that is open here."""
    connection = get_connection(PRIMARY)
    if connection.capabilities.dialect == "postgres":  # on SQLite each transaction is alone anyway
        await connection.execute_query("SELECT pg_advisory_xact_lock($1)", [key])
