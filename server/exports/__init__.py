"""Downloads of complete lists as CSV or NDJSON."""
