"""Validation, cost analysis and execution of GraphQL documents."""
