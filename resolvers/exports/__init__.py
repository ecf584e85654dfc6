"""Whole lists as streams, and revocations imported from a list."""
