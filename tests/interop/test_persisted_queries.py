"""Apollo Client and urql send the hashes of queries instead of their texts."""

import asyncio
import json

import pytest

from tests.interop.programs import node
from tests.support.api_client import Client
from tests.support.api_tokens import make_token
from tests.support.demo_server import RunningServer

pytestmark = pytest.mark.usefixtures("packages")

KEYS = ["superoffice.ten-sales", "superoffice.ten-service"]


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("library", ["apollo", "urql"])
async def test_client_sends_the_query_once(inga: Client, server: RunningServer, library: str, method: str) -> None:
    _, secret = await make_token(inga)
    async with (
        asyncio.timeout(30),
        node("persisted_queries.mjs", library, method, f"{server.url}/graphql", secret) as script,
    ):
        output, errors = await script.communicate()

    assert output, errors.decode()
    seen = json.loads(output)
    assert seen["results"] == [KEYS, KEYS]
    by_hash, with_query, again = seen["requests"]
    assert by_hash == again == {"method": method, "hasQuery": False}
    assert with_query["hasQuery"]
