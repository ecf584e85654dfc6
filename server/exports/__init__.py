"""Downloads of whole lists as CSV or NDJSON."""
