"""`SecurityHeadersMiddleware`."""

import pytest


@pytest.mark.parametrize("path", ["/", "/healthz", "/graphql", "/nothing", "/schema.graphql"])
async def test_every_response_has_the_security_headers(client, path):
    headers = (await client.get(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
