"""HTTP clients for license servers and webhooks."""
