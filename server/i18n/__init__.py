"""Language negotiation and message catalogs."""
