import sqlite3

import httpx2
import pytest
import strawberry

from server.app import DatabaseOutdated, create_app
from server.settings import Settings


async def test_the_first_page_says_where_things_are(client):
    response = await client.get("/")

    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "/graphql" in response.text


async def test_the_process_answers_without_a_database(client):
    response = await client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_the_server_is_ready_with_a_database(database, client):
    response = await client.get("/readyz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_the_server_is_not_ready_without_a_database(client):
    response = await client.get("/readyz")

    assert (response.status_code, response.json()) == (503, {"status": "the database does not answer"})


async def test_an_unknown_path_is_answered_as_json(client):
    response = await client.get("/nothing")

    assert response.status_code == 404
    assert response.json() == {"errors": [{"message": "Not Found", "extensions": {}}]}


@pytest.mark.parametrize("path", ["/", "/healthz", "/graphql", "/nothing", "/schema.graphql"])
async def test_every_answer_has_the_security_headers(client, path):
    headers = (await client.get(path)).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


async def test_the_printed_schema_is_hidden_from_those_who_are_not_signed_in(client):
    response = await client.get("/schema.graphql")

    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_a_sane_request_id_is_taken_over(client):
    response = await client.get("/healthz", headers={"X-Request-Id": "trace-7.a_b"})

    assert response.headers["x-request-id"] == "trace-7.a_b"


@pytest.mark.parametrize("given", ["", "with blank", "x" * 65, "a\tb", "<script>"])
async def test_another_request_id_is_replaced(client, given):
    response = await client.get("/healthz", headers={"X-Request-Id": given})

    assert response.headers["x-request-id"] != given
    assert len(response.headers["x-request-id"]) == 32


async def test_the_server_connects_to_the_database_while_it_runs(app_schema, database_url):
    app = create_app(Settings(database_url=database_url), app_schema)

    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://127.0.0.1:8000") as client,
    ):
        assert (await client.get("/readyz")).status_code == 200


async def test_an_outdated_database_is_refused(app_schema, tmp_path):
    sqlite3.connect(tmp_path / "empty.db").close()
    app = create_app(Settings(database_url=f"sqlite://{tmp_path / 'empty.db'}"), app_schema)

    with pytest.raises(DatabaseOutdated, match="seatkeeper migrate"):
        async with app.router.lifespan_context(app):
            pass


@pytest.fixture
def app_schema(app):
    schema: strawberry.Schema = app.state.schema
    return schema
