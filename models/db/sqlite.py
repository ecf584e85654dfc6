"""The SQLite engine that `models.db.config` names.

Transactions acquire the write lock when they begin, so that none fails halfway because another holds it.
"""

from models.db.tortoise_internals import ImmediateSqliteClient


class SqliteClient(ImmediateSqliteClient):
    """A client that Tortoise's migrations recognize as SQLite by the name of its module."""


client_class = SqliteClient
"""The client that Tortoise creates for this engine."""
