"""Database access: connections, transactions, migrations and hand-written SQL for SQLite and PostgreSQL."""
