import asyncio
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from licensing.enums import AuditAction, UserStatus
from licensing.errors import CredentialsInvalid, Invalid
from models.audit_event import AuditEvent
from models.session import Session
from models.user import User
from resolvers.auth import sessions
from resolvers.auth.sessions import (
    authenticate_session,
    check_password_rules,
    end_sessions,
    hash_password,
    sign_in,
    sign_out,
)
from resolvers.context import ALL_SCOPES, Context

PASSWORD = "correct horse battery"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def password_hash():
    return asyncio.run(hash_password(PASSWORD))


@pytest.fixture
async def inga(administrator, password_hash):
    administrator.password_hash = password_hash
    await administrator.save()
    return administrator


@pytest.fixture
def door():
    """A request of nobody's, at noon."""
    return Context(None, request_id="login-request", now=lambda: NOON)


async def events():
    return (
        await AuditEvent.all()
        .order_by("position")
        .values_list("action", "actor_kind", "actor_name", "user_id", "facts")
    )


async def test_an_administrator_signs_in(door, inga, installation):
    principal = await sign_in(door, "inga", PASSWORD, None)

    assert door.principal is principal
    assert principal.installation_id == installation
    assert principal.actor.name == "Inga Solheim"
    assert principal.scopes == ALL_SCOPES
    assert principal.vendor_id is None
    assert await events() == [("SIGNED_IN", "ADMINISTRATOR", "Inga Solheim", inga.id, {"user": "Inga Solheim"})]


async def test_a_login_is_known_in_any_case(door, inga):
    assert (await sign_in(door, "INGA", PASSWORD, None)).user_id == inga.id


async def test_only_the_hash_of_the_secret_is_kept(door, inga):
    await sign_in(door, "inga", PASSWORD, None)

    session = await Session.get()
    assert len(door.session_secret) == 43
    assert session.secret_sha256 == sha256(door.session_secret.encode()).hexdigest()
    assert (session.created_at, session.last_seen_at) == (NOON, NOON)


async def test_every_session_has_a_secret_of_its_own(door, inga):
    await sign_in(door, "inga", PASSWORD, None)
    first, door.principal = door.session_secret, None
    await sign_in(door, "inga", PASSWORD, None)

    assert door.session_secret != first
    assert await Session.all().count() == 2


@pytest.mark.parametrize(
    ("login", "password", "facts"),
    [
        ("inga", "another password", {}),
        ("inga", "", {}),
        ("nobody", PASSWORD, {}),
        ("inga", PASSWORD, {"is_administrator": False}),
        ("inga", PASSWORD, {"can_log_in": False}),
        ("inga", PASSWORD, {"password_hash": None}),
        ("inga", PASSWORD, {"password_hash": "no hash at all"}),
        ("inga", PASSWORD, {"status": UserStatus.WAITING_FOR_APPROVAL.value}),
    ],
)
async def test_all_refusals_are_alike_and_recorded(door, inga, login, password, facts):
    if facts:
        await User.filter(id=inga.id).update(**facts)

    with pytest.raises(CredentialsInvalid) as refusal:
        await sign_in(door, login, password, None)

    assert str(refusal.value) == "No administrator has this login and password. Check both, then try again."
    assert (door.principal, door.session_secret) == (None, None)
    assert await Session.all().count() == 0
    known = inga.id if login == "inga" else None
    assert await events() == [("SIGN_IN_REFUSED", "SYSTEM", "system", known, {"login": login})]


async def test_an_unknown_login_costs_a_verification_too(door, inga, monkeypatch):
    verified: list[tuple[str, str]] = []
    monkeypatch.setattr(sessions, "_hasher", Verifier(verified))

    with pytest.raises(CredentialsInvalid):
        await sign_in(door, "nobody", PASSWORD, None)

    assert [password for _, password in verified] == [PASSWORD]


@pytest.mark.parametrize("serial_number", ["9999999999", "00000000000", "", "abc"])
async def test_an_unknown_installation_is_refused_alike_and_leaves_no_trace(door, inga, serial_number):
    with pytest.raises(CredentialsInvalid):
        await sign_in(door, "inga", PASSWORD, serial_number)

    assert await events() == []


async def test_with_several_installations_the_serial_number_is_needed(door, inga, other_installation):
    await other_installation("2000000006")

    with pytest.raises(CredentialsInvalid):
        await sign_in(door, "inga", PASSWORD, None)
    assert (await sign_in(door, "inga", PASSWORD, "1204417838")).user_id == inga.id


async def test_the_administrator_of_one_installation_is_nobody_in_another(door, inga, other_installation):
    await other_installation("2000000006")

    with pytest.raises(CredentialsInvalid):
        await sign_in(door, "inga", PASSWORD, "2000000006")


async def test_a_password_that_was_changed_meanwhile_is_refused(door, inga, monkeypatch):
    monkeypatch.setattr(sessions, "_hasher", Verifier([]))
    real_find = sessions._verify

    async def verify_and_change(password, password_hash):
        matches = await real_find(password, password_hash)
        await User.filter(id=inga.id).update(password_hash="another")
        return matches

    monkeypatch.setattr(sessions, "_verify", verify_and_change)

    with pytest.raises(CredentialsInvalid):
        await sign_in(door, "inga", PASSWORD, None)

    assert await Session.all().count() == 0
    assert [action for action, *_ in await events()] == [AuditAction.SIGN_IN_REFUSED]


async def test_signing_in_again_ends_the_session_before_and_clears_what_is_over(door, inga):
    await sign_in(door, "inga", PASSWORD, None)
    await Session.create(
        installation_id=inga.installation_id,
        user_id=inga.id,
        secret_sha256="0" * 64,
        created_at=NOON - timedelta(hours=1),
        last_seen_at=NOON - timedelta(minutes=31),
    )
    before = door.session_secret

    await sign_in(door, "inga", PASSWORD, None)

    assert await Session.all().count() == 1
    assert await authenticate_session(before, NOON) is None
    assert await authenticate_session(door.session_secret, NOON)


async def test_a_secret_leads_back_to_the_administrator(door, inga):
    principal = await sign_in(door, "inga", PASSWORD, None)

    assert await authenticate_session(door.session_secret, NOON) == principal
    assert await authenticate_session("x" * 43, NOON) is None
    assert await authenticate_session("", NOON) is None


async def test_a_session_ends_after_half_an_hour_of_silence(door, inga):
    await sign_in(door, "inga", PASSWORD, None)

    assert await authenticate_session(door.session_secret, NOON + timedelta(minutes=29))
    assert await authenticate_session(door.session_secret, NOON + timedelta(minutes=58))
    assert await authenticate_session(door.session_secret, NOON + timedelta(minutes=88)) is None


async def test_a_session_ends_after_half_a_day_however_busy(door, inga):
    await sign_in(door, "inga", PASSWORD, None)
    await Session.all().update(last_seen_at=NOON + timedelta(hours=11, minutes=59))

    assert await authenticate_session(door.session_secret, NOON + timedelta(hours=11, minutes=59))
    assert await authenticate_session(door.session_secret, NOON + timedelta(hours=12)) is None


async def test_it_is_written_down_once_a_minute_that_a_session_is_used(door, inga):
    await sign_in(door, "inga", PASSWORD, None)

    await authenticate_session(door.session_secret, NOON + timedelta(seconds=59))
    assert (await Session.get()).last_seen_at == NOON
    await authenticate_session(door.session_secret, NOON + timedelta(seconds=60))
    assert (await Session.get()).last_seen_at == NOON + timedelta(seconds=60)


@pytest.mark.parametrize("facts", [{"is_administrator": False}, {"can_log_in": False}])
async def test_who_may_not_log_in_any_more_is_logged_out(door, inga, facts):
    await sign_in(door, "inga", PASSWORD, None)

    await User.filter(id=inga.id).update(**facts)

    assert await authenticate_session(door.session_secret, NOON) is None


async def test_signing_out_ends_the_session(door, inga):
    await sign_in(door, "inga", PASSWORD, None)
    secret = door.session_secret

    await sign_out(door)

    assert (door.principal, door.session_secret) == (None, "")
    assert await authenticate_session(secret, NOON) is None


async def test_nobody_may_sign_out_too(door, database):
    await sign_out(door)

    assert door.session_secret == ""


async def test_all_sessions_of_a_user_can_be_ended(door, inga):
    await sign_in(door, "inga", PASSWORD, None)

    await end_sessions(inga.id)

    assert await authenticate_session(door.session_secret, NOON) is None


@pytest.mark.parametrize("length", [12, 128])
def test_a_password_of_the_right_length_will_do(length):
    check_password_rules("å" * length)


@pytest.mark.parametrize("length", [0, 11, 129])
def test_a_password_of_another_length_will_not(length):
    with pytest.raises(Invalid, match="12 to 128 characters"):
        check_password_rules("å" * length)


def test_passwords_are_hashed_with_argon2id(password_hash):
    assert password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


class Verifier:
    """Accepts every password, and notes which were tried."""

    def __init__(self, tried):
        self.tried = tried

    def verify(self, password_hash, password):
        self.tried.append((password_hash, password))
        return True
