"""Subcommands of `seatkeeper`, a module per noun."""
