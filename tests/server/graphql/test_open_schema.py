"""With SEATKEEPER_OPEN_SCHEMA set."""

import pytest

from server.settings import Settings


@pytest.fixture
def settings():
    return Settings(open_schema=True)


async def test_schema_file_is_public(client):
    assert "type Query" in (await client.get("/schema.graphql")).text


async def test_introspection_is_public(post):
    response = await post("{ __schema { queryType { name } } }")

    assert response.json()["data"] == {"__schema": {"queryType": {"name": "Query"}}}


async def test_suggestions_are_public(post):
    assert "Did you mean 'hello'?" in (await post("{ helo }")).text
