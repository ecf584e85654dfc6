"""Delivery: HTTP, WebSockets, the command line and background jobs."""
