"""Licensing rules: pure functions of plain values, without database, clock or framework."""
