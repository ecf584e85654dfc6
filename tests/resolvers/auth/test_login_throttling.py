"""Passwords cannot be guessed: tries are counted by account and by network, in the database."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from licensing.errors import CredentialsInvalid, LicensingError, RateLimited
from models.audit_event import AuditEvent
from models.sign_in_attempt import SignInAttempt
from resolvers.auth import sessions
from resolvers.auth.login_throttling import network_of, purge_attempts
from resolvers.auth.sessions import sign_in
from resolvers.context import Context, Principal

RIGHT, WRONG = "correct horse battery", "another password"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Clock:
    """Noon, until time passes."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now

    def passes(self, **time):
        self.now += timedelta(**time)


class Verifier:
    """Accepts the right password, and notes how many were looked at."""

    def __init__(self):
        self.looked_at = 0

    def verify(self, password_hash, password):
        self.looked_at += 1
        return password == RIGHT


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def verifier(monkeypatch):
    verifier = Verifier()
    monkeypatch.setattr(sessions, "_hasher", verifier)
    return verifier


@pytest.fixture
def attempt(administrator, clock, verifier):
    """Tries to sign in, and says what came of it."""

    async def do(login="inga", password=WRONG, client_ip="192.0.2.1", serial_number=None):
        context = Context(None, "login-request", now=clock, client_ip=client_ip)
        try:
            await sign_in(context, login, password, serial_number)
        except LicensingError as error:
            return error
        return context.principal

    return do


async def fail(attempt, times, **given):
    for _ in range(times):
        assert isinstance(await attempt(**given), CredentialsInvalid)


async def test_after_five_failures_the_account_is_locked_for_half_a_minute(attempt, clock, verifier):
    await fail(attempt, 5)

    refusal = await attempt()
    assert isinstance(refusal, RateLimited)
    assert str(refusal) == "There were too many tries. Wait 30 seconds, then try again."
    clock.passes(seconds=29, milliseconds=500)
    assert (await attempt()).message.facts == {"retry_after": 1}
    assert verifier.looked_at == 5

    clock.passes(seconds=1)
    assert isinstance(await attempt(), CredentialsInvalid)


async def test_each_failure_more_doubles_the_lock_up_to_a_quarter_of_an_hour(attempt, clock):
    await fail(attempt, 5)
    waits = []
    for _ in range(7):
        waits.append((await attempt()).message.facts["retry_after"])
        clock.passes(seconds=waits[-1])
        await fail(attempt, 1)

    assert waits == [30, 60, 120, 240, 480, 900, 900]


async def test_the_right_password_is_refused_too_while_the_account_is_locked(attempt, clock, verifier):
    await fail(attempt, 5)

    assert isinstance(await attempt(password=RIGHT), RateLimited)
    assert verifier.looked_at == 5
    clock.passes(seconds=30)
    assert (await attempt(password=RIGHT)).actor.name == "Inga Solheim"


async def test_signing_in_gives_the_free_tries_back(attempt):
    await fail(attempt, 4)
    await attempt(password=RIGHT)

    await fail(attempt, 5)


async def test_a_login_that_nobody_has_is_locked_alike(attempt, verifier):
    await fail(attempt, 5, login="nobody")
    await fail(attempt, 5, login="inga")

    unknown, known = await attempt(login="nobody"), await attempt(login="inga")
    assert (unknown.code, unknown.message) == (known.code, known.message)
    assert verifier.looked_at == 10


async def test_an_installation_that_is_not_there_is_locked_alike(attempt):
    await fail(attempt, 5, serial_number="9999999999")

    assert isinstance(await attempt(serial_number="9999999999"), RateLimited)
    await fail(attempt, 1)


async def test_the_account_is_the_same_however_it_is_written(attempt):
    await fail(attempt, 2, login="inga")
    await fail(attempt, 3, login="INGA", serial_number="1204417838", client_ip="198.51.100.7")

    assert isinstance(await attempt(), RateLimited)


async def test_other_accounts_are_not_locked(attempt):
    await fail(attempt, 5, login="nobody")

    assert (await attempt(password=RIGHT)).actor.name == "Inga Solheim"


async def test_thirty_failures_of_a_network_in_five_minutes_lock_it_for_all_accounts(attempt, clock):
    for number in range(30):
        await fail(attempt, 1, login=f"user-{number}")
        clock.passes(seconds=1)

    refusal = await attempt(password=RIGHT)
    assert refusal.message.facts == {"retry_after": 270}  # when the first of them is five minutes old
    assert isinstance(await attempt(password=RIGHT, client_ip="192.0.2.2"), Principal)
    clock.passes(seconds=270)
    assert isinstance(await attempt(login="one-more"), CredentialsInvalid)
    assert isinstance(await attempt(login="too-many"), RateLimited)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("testclient", "testclient"),
        ("x" * 99, "x" * 50),
    ],
)
def test_a_network_is_what_one_caller_has(address, network):
    assert network_of(address) == network


async def test_only_what_is_looked_at_leaves_an_event(attempt):
    await fail(attempt, 5)
    for _ in range(10):
        await attempt()

    assert await AuditEvent.filter(action="SIGN_IN_REFUSED").count() == 5


async def test_of_thirty_at_once_five_are_looked_at(attempt, verifier):
    outcomes = await asyncio.gather(*(attempt() for _ in range(30)))

    assert verifier.looked_at == 5
    assert sum(isinstance(one, CredentialsInvalid) for one in outcomes) == 5
    assert sum(isinstance(one, RateLimited) for one in outcomes) == 25


async def test_a_day_later_nothing_is_left(attempt, clock):
    await fail(attempt, 5)
    assert await purge_attempts(clock.now + timedelta(hours=23)) == 0
    assert await purge_attempts(clock.now + timedelta(hours=24)) == 5
    assert await SignInAttempt.all().count() == 0
