"""Whatever happens to the database, whoever asks gets an answer in time."""

import asyncio

import pytest
from tortoise import Tortoise
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.transactions import in_transaction

from licensing.enums import ApiScope
from models.audit_event import AuditEvent
from models.db.config import tortoise_config
from resolvers.auth.api_tokens import create_api_token
from server.graphql import operations
from tests.support.tcp_proxy import tcp_proxy

GRAPHQL_RESPONSE = "application/graphql-response+json"


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(operations, "OPERATION_TIMEOUT", 0.2)


@pytest.mark.parametrize("accept", [GRAPHQL_RESPONSE, "application/json"])
async def test_an_operation_that_takes_too_long_is_ended(post, impatient, accept):
    async with asyncio.timeout(2):
        response = await post("{ hello slow }", headers={"Accept": accept})

    assert response.status_code == 504
    [error] = response.json()["errors"]
    assert error == {
        "message": "This took too long, and nothing was changed. Ask for less, or try again in a moment.",
        "extensions": {"code": "TIMEOUT"},
    }


async def test_a_mutation_that_is_ended_leaves_all_as_it_was(post, impatient, context):
    _, secret = await create_api_token(
        context, name="x", scopes=[ApiScope.LICENSES_WRITE], vendor_id=None, expires_at=None
    )
    before = await AuditEvent.all().count()
    bearer = {"Authorization": f"Bearer {secret}"}

    # More often than there are connections: each must be given back.
    for _ in range(10):
        assert (await post("mutation { slowChange }", headers=bearer)).status_code == 504

    assert await AuditEvent.all().count() == before


async def test_with_all_connections_in_use_the_answer_is_503_within_two_seconds(postgres_url, post, measured):
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=tortoise_config(postgres_url, pool_size=2), _enable_global_fallback=True)
    release = asyncio.Event()

    async def hold():
        async with in_transaction():
            await release.wait()

    holding = [asyncio.create_task(hold()) for _ in range(2)]
    await asyncio.sleep(0)
    try:
        # 1.5 in which it waits, and what a busy machine takes for 21 answers at once
        with measured("503 with all connections in use, to 21 at once", most=4):
            answers = await asyncio.gather(
                *(post("{ installations }", headers={"Accept": GRAPHQL_RESPONSE}) for _ in range(20)),
                post("{ hello }", headers={"Authorization": "Bearer skp_1_" + "x" * 43}),
            )
        release.set()
        await asyncio.gather(*holding)
        assert (await post("{ installations }")).json()["data"] == {"installations": 0}
    finally:
        await Tortoise.close_connections()

    assert {answer.json()["errors"][0]["extensions"]["code"] for answer in answers} == {"UNAVAILABLE"}
    assert answers[-1].status_code == 503


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("failure", ["cut", "silent"])
async def test_the_server_is_not_ready_while_the_database_is_away_and_ready_again_soon_after(
    database_url, client, post, measured, failure
):
    EXECUTOR_CACHE.clear()
    async with tcp_proxy(database_url) as (url, relay):
        await Tortoise.init(config=tortoise_config(url), _enable_global_fallback=True)
        try:
            assert (await client.get("/readyz")).status_code == 200
            await asyncio.gather(*(post("{ installations }") for _ in range(16)))  # all connections are open now
            if failure == "cut":
                await relay.cut()
            else:
                relay.fall_silent()
            for _ in range(3):
                with measured("not ready without a database", most=2):
                    assert (await client.get("/readyz")).status_code == 503
            async with asyncio.timeout(12):
                bearer = {"Authorization": "Bearer skp_1_" + "x" * 43}
                asked = await asyncio.gather(
                    *(post("{ hello }", headers=bearer) for _ in range(5)),  # tokens are looked for beforehand
                    *(post("{ installations }") for _ in range(10)),
                )
            codes = {one.json()["errors"][0]["extensions"]["code"] for one in asked}
            assert codes <= {"UNAVAILABLE", "TIMEOUT"}
            await relay.restore()
            with measured("ready again with the database", most=10):
                for _ in range(100):
                    if (await client.get("/readyz")).status_code == 200:
                        break
                    await asyncio.sleep(0.1)
            assert (await post("{ installations }")).json()["data"] == {"installations": 0}
        finally:
            await relay.restore()  # or connections would not end
            await Tortoise.close_connections()
