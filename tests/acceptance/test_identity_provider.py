"""Administrators and auditors authenticate with the tokens of their company's identity provider."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.demo.installation import Demo
from tests.support.api_client import Client, OperationFailed
from tests.support.identity_provider import AUDIENCE, AUDITOR, IdentityProvider, ec_key, running_provider
from tests.support.processes import process
from tests.support.subscriptions import socket

ISSUE = 'mutation { createApiToken(input: {name: "Export", scopes: [LICENSES_READ]}) { userErrors { code } } }'
VIEWER = "{ viewer { actor { kind name } scopes } }"


@pytest.fixture
async def provider() -> AsyncIterator[IdentityProvider]:
    """The company's identity provider."""
    async with running_provider(ec_key("company")) as provider:
        yield provider


@pytest.fixture
async def url(copied_demo: tuple[str, Demo], provider: IdentityProvider, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a server that trusts the identity provider."""
    given: dict[str, Any] = {"oidc_issuer": provider.issuer, "oidc_audience": AUDIENCE, "check_interval": "0"}
    async with process(copied_demo[0], tmp_path, **given) as (url, _):
        yield url


async def test_identity_roles_determine_scopes(url: str, provider: IdentityProvider) -> None:
    administrator, auditor = Client(url, token=provider.token()), Client(url, token=provider.token(roles=AUDITOR))
    async with administrator.http, auditor.http:
        assert (await auditor.run(VIEWER))["scopes"] == ["AUDIT_READ", "LICENSES_READ", "USERS_READ"]
        with pytest.raises(OperationFailed, match="FORBIDDEN"):
            await auditor.run(ISSUE)
        assert (await administrator.run(VIEWER))["actor"] == {"kind": "ADMINISTRATOR", "name": "Inga Solheim"}
        assert await administrator.run(ISSUE) == {"userErrors": []}


async def test_socket_closes_while_the_provider_is_unreachable(url: str, provider: IdentityProvider) -> None:
    provider.is_unavailable = True
    async with socket(url) as early:
        await early.send("connection_init", payload={"Authorization": f"Bearer {provider.token()}"})
        code, reason = await early.close_reason()
        assert code == 1013 and "Try again" in reason
