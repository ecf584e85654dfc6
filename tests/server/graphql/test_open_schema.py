"""Where SEATKEEPER_OPEN_SCHEMA is set."""

import pytest

from server.settings import Settings


@pytest.fixture
def settings():
    return Settings(open_schema=True)


async def test_anyone_may_print_the_schema(client):
    assert "type Query" in (await client.get("/schema.graphql")).text


async def test_anyone_may_introspect(post):
    response = await post("{ __schema { queryType { name } } }")

    assert response.json()["data"] == {"__schema": {"queryType": {"name": "Query"}}}


async def test_names_are_suggested_to_anyone(post):
    assert "Did you mean 'hello'?" in (await post("{ helo }")).text
