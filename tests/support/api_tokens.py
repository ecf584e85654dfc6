"""API tokens created over the API."""

from typing import Any

from tests.support.api_client import Client, codes
from tests.support.operations import CREATE_TOKEN


async def make_token(inga: Client, *scopes: str, **input: Any) -> tuple[str, str]:
    """Create an API token and return its ID and secret."""
    given = {"name": "Watcher", "scopes": scopes or ["AUDIT_READ", "LICENSES_READ", "USERS_READ"], **input}
    payload = await inga.run(CREATE_TOKEN, input=given)
    assert codes(payload) == []
    return payload["apiToken"]["id"], payload["secret"]


def bearer(token: str) -> dict[str, str]:
    """Return the `Authorization` header of a token."""
    return {"Authorization": f"Bearer {token}"}
