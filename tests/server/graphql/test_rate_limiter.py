"""Rate limiting by points."""

import asyncio
import json
import time

import pytest

from licensing.enums import ApiScope
from resolvers.auth.api_tokens import create_api_token
from resolvers.context import Context
from resolvers.principals import ALL_SCOPES, COMMAND_LINE, Principal
from server.graphql import rate_limiter
from server.graphql.rate_limiter import RateLimiter, RateLimitExceeded
from server.settings import RateLimit, Settings

SIGNED_IN = Settings(rate_limit=RateLimit(3, 1))


class Clock:
    """A clock that tests advance by hand."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def settings():
    return SIGNED_IN


@pytest.fixture
async def bearer(context):
    """Return the Authorization header of an API token."""
    _, secret = await create_api_token(
        context, name="Export", scopes=[ApiScope.LICENSES_READ], vendor_id=None, expires_at=None
    )
    return {"Authorization": f"Bearer {secret}"}


def caller(**ids):
    return Context(Principal(1, COMMAND_LINE, ALL_SCOPES, **ids), "request")


def anonymous(address):
    return Context(None, "request", client_ip=address)


def test_operation_is_charged_its_cost(clock):
    result = RateLimiter(RateLimit(20_000, 2_000), clock=clock).charge(caller(token_id=1), 52)

    assert result.to_extension() == {"requested": 52, "available": 19_948, "limit": 20_000, "restoreRate": 2_000}


def test_insufficient_points_are_not_charged(clock):
    limiter = RateLimiter(RateLimit(20_000, 2_000), clock=clock)
    limiter.charge(caller(token_id=1), 15_000)

    with pytest.raises(RateLimitExceeded) as exceeded:
        limiter.charge(caller(token_id=1), 9_001)

    assert exceeded.value.headers == {"Retry-After": "3"}
    assert exceeded.value.extensions
    assert exceeded.value.extensions["cost"]["available"] == 5_000
    assert limiter.charge(caller(token_id=1), 5_000).available == 0


def test_points_are_restored_up_to_the_limit(clock):
    limiter = RateLimiter(RateLimit(20_000, 2_000), clock=clock)
    limiter.charge(caller(token_id=1), 20_000)

    clock.now += 2.5
    assert limiter.charge(caller(token_id=1), 1).available == 4_999
    clock.now += 3600
    assert limiter.charge(caller(token_id=1), 1).available == 19_999


def test_each_caller_has_a_bucket(clock):
    limiter = RateLimiter(RateLimit(2, 1), clock=clock)
    for context in (caller(token_id=1), caller(token_id=2), caller(user_id=1, session_id=7)):
        limiter.charge(context, 2)

    with pytest.raises(RateLimitExceeded):
        limiter.charge(caller(user_id=1, session_id=8), 1)  # another session of the same user


def test_cost_above_the_limit_takes_a_full_bucket(clock):
    limiter = RateLimiter(RateLimit(100, 10), clock=clock)

    assert limiter.charge(caller(token_id=1), 5_000).available == 0
    with pytest.raises(RateLimitExceeded) as exceeded:
        limiter.charge(caller(token_id=1), 5_000)
    assert exceeded.value.headers == {"Retry-After": "10"}


def test_anonymous_limit_is_per_network(clock):
    limiter = RateLimiter(RateLimit(20_000, 2_000), clock=clock)
    for _ in range(60):
        limiter.charge(anonymous("192.0.2.1"), 1)

    with pytest.raises(RateLimitExceeded):
        limiter.charge(anonymous("192.0.2.1"), 1)
    limiter.charge(anonymous("192.0.2.2"), 1)
    clock.now += 1
    limiter.charge(anonymous("192.0.2.1"), 1)


def test_ipv6_network_is_one_caller(clock):
    limiter = RateLimiter(RateLimit(20_000, 2_000), clock=clock)
    for host in range(60):
        limiter.charge(anonymous(f"2001:db8::{host:x}"), 1)

    with pytest.raises(RateLimitExceeded):
        limiter.charge(anonymous("2001:db8::ffff"), 1)


def test_number_of_buckets_is_bounded(clock, monkeypatch):
    monkeypatch.setattr(rate_limiter, "MAX_CALLERS", 100)
    limiter = RateLimiter(RateLimit(20_000, 2_000), clock=clock)
    for number in range(1_000):
        limiter.charge(anonymous(f"10.0.{number // 256}.{number % 256}"), 1)

    assert len(limiter._points) == 100


async def test_response_reports_the_remaining_points(post, bearer):
    for available in (2, 1):
        body = (await post("{ hello }", headers=bearer)).json()
        assert body["extensions"]["cost"]["available"] == available
    body = (await post("{ nothing }", headers=bearer)).json()  # an invalid document is charged as well
    assert body["extensions"]["cost"] == {"requested": 1, "available": 0, "limit": 3, "restoreRate": 1}


async def test_exhausted_bucket_returns_429_with_retry_after(post, bearer):
    for _ in range(3):
        await post("{ hello }", headers=bearer)

    response = await post("{ hello }", headers=bearer)

    assert (response.status_code, response.headers["retry-after"]) == (429, "1")
    [error] = response.json()["errors"]
    assert error == {
        "message": "There were too many requests. Wait 1 second, then try again.",
        "extensions": {"code": "RATE_LIMITED"},
    }
    assert response.json()["extensions"]["cost"]["available"] == 0
    assert "data" not in response.json()


async def test_concurrent_requests_share_the_bucket(post, bearer):
    responses = await asyncio.gather(*(post("{ hello }", headers=bearer) for _ in range(10)))

    assert sorted(response.status_code for response in responses) == [200] * 3 + [429] * 7


async def test_anonymous_operations_are_limited_but_pages_are_not(post, client):
    started, executed = time.monotonic(), 0
    while (await post("{ hello }")).status_code == 200:
        executed += 1

    assert 60 <= executed <= 61 + (time.monotonic() - started)  # one point is restored per second
    assert (await client.get("/")).status_code == 200
    assert (await client.get("/graphql", params={"query": "{ hello }"})).status_code == 429


async def test_opening_a_stream_is_charged(client, bearer):
    async def open_stream():
        body, headers = {"query": "subscription { ticks }"}, {"Accept": "text/event-stream", **bearer}
        return await client.post("/graphql", json=body, headers=headers)

    responses = [await open_stream() for _ in range(4)]

    assert [response.status_code for response in responses] == [200, 200, 200, 429]
    assert json.loads(responses[3].text)["errors"][0]["extensions"] == {"code": "RATE_LIMITED"}
