"""Timeouts: slow operations, exhausted pools and an unreachable database."""

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
def short_timeout(monkeypatch):
    """Let operations time out after 0.2 seconds."""
    monkeypatch.setattr(operations, "OPERATION_TIMEOUT", 0.2)


@pytest.mark.parametrize("accept", [GRAPHQL_RESPONSE, "application/json"])
async def test_slow_operation_times_out(post, short_timeout, accept):
    async with asyncio.timeout(2):
        response = await post("{ hello slow }", headers={"Accept": accept})

    assert response.status_code == 504
    [error] = response.json()["errors"]
    assert error == {
        "message": "The operation timed out, and nothing was changed. Request less, or try again in a moment.",
        "extensions": {"code": "TIMEOUT"},
    }


async def test_timed_out_mutation_is_rolled_back(post, short_timeout, context):
    _, secret = await create_api_token(
        context, name="x", scopes=[ApiScope.LICENSES_WRITE], vendor_id=None, expires_at=None
    )
    before = await AuditEvent.all().count()
    bearer = {"Authorization": f"Bearer {secret}"}

    # More often than there are connections: each must be returned to the pool.
    for _ in range(10):
        assert (await post("mutation { slowChange }", headers=bearer)).status_code == 504

    assert await AuditEvent.all().count() == before


async def test_exhausted_pool_returns_503_within_two_seconds(postgres_url, post, measured):
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=tortoise_config(postgres_url, pool_size=2), _enable_global_fallback=True)
    release = asyncio.Event()

    async def hold_connection():
        async with in_transaction():
            await release.wait()

    holders = [asyncio.create_task(hold_connection()) for _ in range(2)]
    await asyncio.sleep(0)
    try:
        # 1.5 seconds of waiting for a connection, and some for 21 responses on a busy machine
        with measured("503 with all connections in use, to 21 at once", most=4):
            responses = await asyncio.gather(
                *(post("{ installations }", headers={"Accept": GRAPHQL_RESPONSE}) for _ in range(20)),
                post("{ hello }", headers={"Authorization": "Bearer skp_1_" + "x" * 43}),
            )
        release.set()
        await asyncio.gather(*holders)
        assert (await post("{ installations }")).json()["data"] == {"installations": 0}
    finally:
        await Tortoise.close_connections()

    assert {response.json()["errors"][0]["extensions"]["code"] for response in responses} == {"UNAVAILABLE"}
    assert responses[-1].status_code == 503


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("failure", ["cut", "silent"])
async def test_readiness_follows_the_database(database_url, client, post, measured, failure):
    EXECUTOR_CACHE.clear()
    async with tcp_proxy(database_url) as (url, proxy):
        await Tortoise.init(config=tortoise_config(url), _enable_global_fallback=True)
        try:
            assert (await client.get("/readyz")).status_code == 200
            await asyncio.gather(*(post("{ installations }") for _ in range(16)))  # opens all connections of the pool
            if failure == "cut":
                await proxy.cut()
            else:
                proxy.stall()
            for _ in range(3):
                with measured("not ready without a database", most=2):
                    assert (await client.get("/readyz")).status_code == 503
            async with asyncio.timeout(12):
                bearer = {"Authorization": "Bearer skp_1_" + "x" * 43}
                responses = await asyncio.gather(
                    *(post("{ hello }", headers=bearer) for _ in range(5)),  # the token is looked up before execution
                    *(post("{ installations }") for _ in range(10)),
                )
            codes = {response.json()["errors"][0]["extensions"]["code"] for response in responses}
            assert codes <= {"UNAVAILABLE", "TIMEOUT"}
            await proxy.restore()
            with measured("ready again with the database", most=10):
                for _ in range(100):
                    if (await client.get("/readyz")).status_code == 200:
                        break
                    await asyncio.sleep(0.1)
            assert (await post("{ installations }")).json()["data"] == {"installations": 0}
        finally:
            await proxy.restore()  # otherwise closing the connections would hang
            await Tortoise.close_connections()
