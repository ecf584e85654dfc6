"""The health endpoints."""


async def test_healthz_needs_no_database(client):
    response = await client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_readyz_with_a_database(database, client):
    response = await client.get("/readyz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_readyz_without_a_database(client):
    response = await client.get("/readyz")

    assert (response.status_code, response.json()) == (503, {"status": "the database does not answer"})
