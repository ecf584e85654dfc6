"""People of a company that has an identity provider come with its token, and need no other."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.demo.installation import Demo
from tests.acceptance.conftest import Client, Refused
from tests.acceptance.test_3_live_updates import socket
from tests.support.identity_provider import AUDIENCE, AUDITOR, Provider, ec_key, running_provider
from tests.support.processes import process

ISSUE = 'mutation { createApiToken(input: {name: "Export", scopes: [LICENSES_READ]}) { userErrors { code } } }'
VIEWER = "{ viewer { actor { kind name } scopes } }"


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    """The company's."""
    async with running_provider(ec_key("company")) as provider:
        yield provider


@pytest.fixture
async def url(copied_demo: tuple[str, Demo], provider: Provider, tmp_path: Path) -> AsyncIterator[str]:
    """A server that knows it."""
    given: dict[str, Any] = {"oidc_issuer": provider.issuer, "oidc_audience": AUDIENCE, "check_interval": "0"}
    async with process(copied_demo[0], tmp_path, **given) as (url, _):
        yield url


async def test_an_administrator_does_everything_and_an_auditor_reads(url: str, provider: Provider) -> None:
    administrator, auditor = Client(url, token=provider.token()), Client(url, token=provider.token(roles=AUDITOR))
    async with administrator.http, auditor.http:
        assert (await auditor.run(VIEWER))["scopes"] == ["AUDIT_READ", "LICENSES_READ", "USERS_READ"]
        with pytest.raises(Refused, match="FORBIDDEN"):
            await auditor.run(ISSUE)
        assert (await administrator.run(VIEWER))["actor"] == {"kind": "ADMINISTRATOR", "name": "Inga Solheim"}
        assert await administrator.run(ISSUE) == {"userErrors": []}


async def test_they_listen_over_a_socket_as_long_as_the_provider_can_be_asked(url: str, provider: Provider) -> None:
    provider.is_away = True
    async with socket(url) as early:
        await early.send("connection_init", payload={"Authorization": f"Bearer {provider.token()}"})
        code, reason = await early.closing()
        assert code == 1013 and "Try again" in reason
