"""Fixtures of the schema's tests: executed operations, imported license documents and an ID of each type of node."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from models.webhook import Webhook
from resolvers.context import utc_now
from tests.support.documents import grant
from tests.support.executed_operations import execute, run, statements
from tests.support.license_imports import import_file, offer, trusted_vendor

__all__ = ["execute", "import_file", "offer", "run", "statements", "trusted_vendor"]


@pytest.fixture
async def node_ids(
    run: Callable[..., Awaitable[dict[str, Any]]],
    installation: int,
    make_license: Callable[..., Awaitable[Any]],
    offer: Callable[..., Awaitable[Any]],
) -> dict[str, str]:
    """Return the global ID of one object of each type, all of the main vendor."""
    await make_license("superoffice.plan", name="plan", total=5, held_by=4, plan=True)
    await offer({}, licenses=[grant("plan", name="plan", total=3, plan=True)])
    await run('mutation { createApiToken(input: {name: "t", scopes: [AUDIT_READ]}) { userErrors { code } } }')
    now = utc_now()
    await Webhook.create(
        installation_id=installation, name="w", url="https://erp.example", secret="s", created_at=now, position=0,
        next_try_at=now,
    )  # fmt: skip
    data = await run(
        """{
          installation { id } vendors { id } licenses { nodes { id assignments { nodes { id user { id } } } } }
          pendingChanges { id changes { id } surplusRequirements { id } } auditEvents { nodes { id } } apiTokens { id }
          webhooks { id }
        }"""
    )
    [pending], [license] = data["pendingChanges"], data["licenses"]["nodes"]
    return {
        "Installation": data["installation"]["id"],
        "Vendor": data["vendors"][0]["id"],
        "License": license["id"],
        "LicenseAssignment": license["assignments"]["nodes"][0]["id"],
        "User": license["assignments"]["nodes"][0]["user"]["id"],
        "LicenseChangeSet": pending["id"],
        "LicenseChange": pending["changes"][0]["id"],
        "SurplusRequirement": pending["surplusRequirements"][0]["id"],
        "AuditEvent": data["auditEvents"]["nodes"][0]["id"],
        "ApiToken": data["apiTokens"][0]["id"],
        "Webhook": data["webhooks"][0]["id"],
    }
