"""The application: routes and lifespan."""

import sqlite3

import httpx2
import pytest
import strawberry

from server.app import DatabaseOutdated, create_app
from server.settings import Settings


async def test_welcome_page_links_to_the_api(client):
    response = await client.get("/")

    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "/graphql" in response.text


async def test_unknown_path_returns_a_json_error(client):
    response = await client.get("/nothing")

    assert response.status_code == 404
    assert response.json() == {"errors": [{"message": "Not Found", "extensions": {}}]}


async def test_schema_file_requires_authentication(client):
    response = await client.get("/schema.graphql")

    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_lifespan_connects_to_the_database(app_schema, database_url):
    app = create_app(Settings(database_url=database_url), app_schema)

    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://127.0.0.1:8000") as client,
    ):
        assert (await client.get("/readyz")).status_code == 200


async def test_outdated_database_stops_the_startup(app_schema, tmp_path):
    sqlite3.connect(tmp_path / "empty.db").close()
    app = create_app(Settings(database_url=f"sqlite://{tmp_path / 'empty.db'}"), app_schema)

    with pytest.raises(DatabaseOutdated, match="seatkeeper migrate"):
        async with app.router.lifespan_context(app):
            pass


@pytest.fixture
def app_schema(app):
    schema: strawberry.Schema = app.state.schema
    return schema
