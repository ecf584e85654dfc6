"""Tortoise tables, their migrations and hand-written SQL."""
