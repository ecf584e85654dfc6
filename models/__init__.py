"""Tortoise models, their migrations and hand-written SQL."""
