"""Notifications to all server processes, sent on commit, that an installation has new events."""

from tortoise.connection import get_connection

from models.db.replica import PRIMARY

CHANNEL = "seatkeeper"
"""PostgreSQL's notification channel. SQLite has none: there, each process polls for commits."""


async def notify(installation_id: int, position: int = 0) -> None:
    """Notify the server processes, on commit, of events up to a position; position 0 means that a session has ended."""
    connection = get_connection(PRIMARY)
    if connection.capabilities.dialect == "postgres":
        await connection.execute_query("SELECT pg_notify($1, $2)", [CHANNEL, f"{installation_id}:{position}"])
