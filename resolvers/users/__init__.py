"""Users, administrators and imports from a directory."""
