"""Word to every process of the server that an installation has something new, sent with the commit."""

from tortoise.connection import get_connection

from models.db.replica import PRIMARY

CHANNEL = "seatkeeper"
"""PostgreSQL's name for where it is heard. SQLite has no such thing: there, each process looks for commits."""


async def announce(installation_id: int, position: int = 0) -> None:
    """Says, once this transaction is committed, that there are events up to a position; 0: that a session ended."""
    connection = get_connection(PRIMARY)
    if connection.capabilities.dialect == "postgres":
        await connection.execute_query("SELECT pg_notify($1, $2)", [CHANNEL, f"{installation_id}:{position}"])
