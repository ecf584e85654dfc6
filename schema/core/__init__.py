"""Foundations of the schema: permissions, user errors, descriptions and row mapping."""
