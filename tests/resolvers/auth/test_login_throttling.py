"""Throttling of sign-in attempts by account and by network."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from licensing.errors import CredentialsInvalid, LicensingError, RateLimited
from models.audit_event import AuditEvent
from models.sign_in_attempt import SignInAttempt
from resolvers.auth import sessions
from resolvers.auth.login_throttling import network_of, purge_attempts
from resolvers.auth.sessions import sign_in
from resolvers.context import Context
from resolvers.principals import Principal

CORRECT, WRONG = "correct horse battery", "another password"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that starts at noon and is advanced by hand."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now

    def advance(self, **duration):
        self.now += timedelta(**duration)


class Verifier:
    """A password hasher that accepts one password and counts its calls."""

    def __init__(self):
        self.call_count = 0

    def verify(self, password_hash, password):
        self.call_count += 1
        return password == CORRECT


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
    """A function that attempts to sign in and returns the principal or the error."""

    async def sign_in_once(login="inga", password=WRONG, client_ip="192.0.2.1", serial_number=None):
        context = Context(None, "login-request", now=clock, client_ip=client_ip)
        try:
            await sign_in(context, login, password, serial_number)
        except LicensingError as error:
            return error
        return context.principal

    return sign_in_once


async def fail(attempt, times, **arguments):
    for _ in range(times):
        assert isinstance(await attempt(**arguments), CredentialsInvalid)


async def test_five_failures_lock_the_account_for_30_seconds(attempt, clock, verifier):
    await fail(attempt, 5)

    refusal = await attempt()
    assert isinstance(refusal, RateLimited)
    assert str(refusal) == "There were too many attempts. Wait 30 seconds, then try again."
    clock.advance(seconds=29, milliseconds=500)
    assert (await attempt()).message.params == {"retry_after": 1}
    assert verifier.call_count == 5

    clock.advance(seconds=1)
    assert isinstance(await attempt(), CredentialsInvalid)


async def test_each_further_failure_doubles_the_lock(attempt, clock):
    await fail(attempt, 5)
    locks = []
    for _ in range(7):
        locks.append((await attempt()).message.params["retry_after"])
        clock.advance(seconds=locks[-1])
        await fail(attempt, 1)

    assert locks == [30, 60, 120, 240, 480, 900, 900]


async def test_locked_account_refuses_the_correct_password(attempt, clock, verifier):
    await fail(attempt, 5)

    assert isinstance(await attempt(password=CORRECT), RateLimited)
    assert verifier.call_count == 5
    clock.advance(seconds=30)
    assert (await attempt(password=CORRECT)).actor.name == "Inga Solheim"


async def test_signing_in_resets_the_failures(attempt):
    await fail(attempt, 4)
    await attempt(password=CORRECT)

    await fail(attempt, 5)


async def test_unknown_login_is_locked_as_well(attempt, verifier):
    await fail(attempt, 5, login="nobody")
    await fail(attempt, 5, login="inga")

    unknown, known = await attempt(login="nobody"), await attempt(login="inga")
    assert (unknown.code, unknown.message) == (known.code, known.message)
    assert verifier.call_count == 10


async def test_unknown_installation_is_locked_as_well(attempt):
    await fail(attempt, 5, serial_number="9999999999")

    assert isinstance(await attempt(serial_number="9999999999"), RateLimited)
    await fail(attempt, 1)


async def test_spellings_of_a_login_share_one_lock(attempt):
    await fail(attempt, 2, login="inga")
    await fail(attempt, 3, login="INGA", serial_number="1204417838", client_ip="198.51.100.7")

    assert isinstance(await attempt(), RateLimited)


async def test_other_accounts_are_not_locked(attempt):
    await fail(attempt, 5, login="nobody")

    assert (await attempt(password=CORRECT)).actor.name == "Inga Solheim"


async def test_thirty_failures_lock_the_network(attempt, clock):
    for number in range(30):
        await fail(attempt, 1, login=f"user-{number}")
        clock.advance(seconds=1)

    refusal = await attempt(password=CORRECT)
    assert refusal.message.params == {"retry_after": 270}  # until the first attempt is five minutes old
    assert isinstance(await attempt(password=CORRECT, client_ip="192.0.2.2"), Principal)
    clock.advance(seconds=270)
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
def test_network_of_an_address(address, network):
    assert network_of(address) == network


async def test_throttled_attempts_record_no_event(attempt):
    await fail(attempt, 5)
    for _ in range(10):
        await attempt()

    assert await AuditEvent.filter(action="SIGN_IN_REFUSED").count() == 5


async def test_concurrent_attempts_are_throttled(attempt, verifier):
    outcomes = await asyncio.gather(*(attempt() for _ in range(30)))

    assert verifier.call_count == 5
    assert sum(isinstance(one, CredentialsInvalid) for one in outcomes) == 5
    assert sum(isinstance(one, RateLimited) for one in outcomes) == 25


async def test_attempts_are_purged_after_a_day(attempt, clock):
    await fail(attempt, 5)
    assert await purge_attempts(clock.now + timedelta(hours=23)) == 0
    assert await purge_attempts(clock.now + timedelta(hours=24)) == 5
    assert await SignInAttempt.all().count() == 0
