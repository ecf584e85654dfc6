"""Fixtures of the GraphQL endpoint's tests."""

from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from models.user import User
from tests.server.credentials import PASSWORD
from tests.support.factories import quick_hash


@pytest.fixture
async def inga(app: Starlette, client: httpx2.AsyncClient, administrator: User, log: Any) -> httpx2.AsyncClient:
    """Return a client that is signed in as the administrator."""
    await User.filter(id=administrator.id).update(password_hash=quick_hash(PASSWORD))
    client.headers["GraphQL-Require-Preflight"] = "1"
    client.headers["Accept"] = "application/graphql-response+json"
    query = "mutation ($input: SignInInput!) { signIn(input: $input) { viewer { scopes } } }"
    variables = {"input": {"login": "inga", "password": PASSWORD}}
    signed_in = await client.post("/graphql", json={"query": query, "variables": variables})
    assert signed_in.json()["data"]["signIn"]["viewer"]
    return client
