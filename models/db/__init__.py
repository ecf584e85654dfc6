"""Connections, transactions and hand-written SQL for SQLite and PostgreSQL."""
