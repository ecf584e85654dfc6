"""Each caller has points, which operations take and time gives back."""

import asyncio
import json
import time

import pytest

from licensing.enums import ApiScope
from resolvers.auth.api_tokens import create_api_token
from resolvers.context import ALL_SCOPES, COMMAND_LINE, Context, Principal
from server.graphql import rate_limiter
from server.graphql.rate_limiter import RateLimited, RateLimiter
from server.settings import RateLimit, Settings

SIGNED_IN = Settings(rate_limit=RateLimit(3, 1))


class Clock:
    """A clock that stands still until it is moved."""

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
    """The header of a token."""
    _, secret = await create_api_token(
        context, name="Export", scopes=[ApiScope.LICENSES_READ], vendor_id=None, expires_at=None
    )
    return {"Authorization": f"Bearer {secret}"}


def caller(**ids):
    return Context(Principal(1, COMMAND_LINE, ALL_SCOPES, **ids), "request")


def nobody(address):
    return Context(None, "request", client_ip=address)


def test_an_operation_takes_its_cost(clock):
    charge = RateLimiter(RateLimit(20_000, 2_000), clock=clock).charge(caller(token_id=1), 52)

    assert charge.shown() == {"requested": 52, "available": 19_948, "limit": 20_000, "restoreRate": 2_000}


def test_too_few_points_are_told_with_the_wait_and_none_are_taken(clock):
    points = RateLimiter(RateLimit(20_000, 2_000), clock=clock)
    points.charge(caller(token_id=1), 15_000)

    with pytest.raises(RateLimited) as refusal:
        points.charge(caller(token_id=1), 9_001)

    assert refusal.value.headers == {"Retry-After": "3"}
    assert refusal.value.extensions
    assert refusal.value.extensions["cost"]["available"] == 5_000
    assert points.charge(caller(token_id=1), 5_000).available == 0


def test_points_come_back_with_time_and_never_beyond_the_limit(clock):
    points = RateLimiter(RateLimit(20_000, 2_000), clock=clock)
    points.charge(caller(token_id=1), 20_000)

    clock.now += 2.5
    assert points.charge(caller(token_id=1), 1).available == 4_999
    clock.now += 3600
    assert points.charge(caller(token_id=1), 1).available == 19_999


def test_each_caller_has_points_of_their_own(clock):
    points = RateLimiter(RateLimit(2, 1), clock=clock)
    for one in (caller(token_id=1), caller(token_id=2), caller(user_id=1, session_id=7)):
        points.charge(one, 2)

    with pytest.raises(RateLimited):
        points.charge(caller(user_id=1, session_id=8), 1)  # another session of the same user


def test_what_costs_more_than_there_can_be_takes_all(clock):
    points = RateLimiter(RateLimit(100, 10), clock=clock)

    assert points.charge(caller(token_id=1), 5_000).available == 0
    with pytest.raises(RateLimited) as refusal:
        points.charge(caller(token_id=1), 5_000)
    assert refusal.value.headers == {"Retry-After": "10"}


def test_nobody_has_sixty_operations_and_one_more_a_second_by_network(clock):
    points = RateLimiter(RateLimit(20_000, 2_000), clock=clock)
    for _ in range(60):
        points.charge(nobody("192.0.2.1"), 500)

    with pytest.raises(RateLimited):
        points.charge(nobody("192.0.2.1"), 1)
    points.charge(nobody("192.0.2.2"), 1)
    clock.now += 1
    points.charge(nobody("192.0.2.1"), 1)


def test_an_ipv6_network_is_one_caller(clock):
    points = RateLimiter(RateLimit(20_000, 2_000), clock=clock)
    for host in range(60):
        points.charge(nobody(f"2001:db8::{host:x}"), 1)

    with pytest.raises(RateLimited):
        points.charge(nobody("2001:db8::ffff"), 1)


def test_ever_so_many_addresses_take_no_more_memory(clock, monkeypatch):
    monkeypatch.setattr(rate_limiter, "MAX_CALLERS", 100)
    points = RateLimiter(RateLimit(20_000, 2_000), clock=clock)
    for number in range(1_000):
        points.charge(nobody(f"10.0.{number // 256}.{number % 256}"), 1)

    assert len(points._points) == 100


async def test_each_answer_tells_where_the_caller_stands(post, bearer):
    for left in (2, 1):
        answer = (await post("{ hello }", headers=bearer)).json()
        assert answer["extensions"]["cost"]["available"] == left
    answer = (await post("{ nothing }", headers=bearer)).json()  # what is refused takes points, too
    assert answer["extensions"]["cost"] == {"requested": 1, "available": 0, "limit": 3, "restoreRate": 1}


async def test_with_no_points_left_the_answer_is_429_with_the_wait(post, bearer):
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


async def test_of_many_at_once_as_many_are_run_as_there_are_points(post, bearer):
    answers = await asyncio.gather(*(post("{ hello }", headers=bearer) for _ in range(10)))

    assert sorted(one.status_code for one in answers) == [200] * 3 + [429] * 7


async def test_nobody_runs_sixty_one_operations_and_pages_do_not_count(post, client):
    started, run = time.monotonic(), 0
    while (await post("{ hello }")).status_code == 200:
        run += 1

    assert 60 <= run <= 61 + (time.monotonic() - started)  # one comes back each second
    assert (await client.get("/")).status_code == 200
    assert (await client.get("/graphql", params={"query": "{ hello }"})).status_code == 429


async def test_a_stream_that_begins_is_an_operation(client, bearer):
    async def begin():
        body, headers = {"query": "subscription { ticks }"}, {"Accept": "text/event-stream", **bearer}
        return await client.post("/graphql", json=body, headers=headers)

    answers = [await begin() for _ in range(4)]

    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert json.loads(answers[3].text)["errors"][0]["extensions"] == {"code": "RATE_LIMITED"}
