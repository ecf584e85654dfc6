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
from resolvers.context import Context
from resolvers.principals import ALL_SCOPES

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
def anonymous():
    """The context of an anonymous request at noon."""
    return Context(None, request_id="login-request", now=lambda: NOON)


async def events():
    return (
        await AuditEvent.all()
        .order_by("position")
        .values_list("action", "actor_kind", "actor_name", "user_id", "facts")
    )


async def test_administrator_signs_in(anonymous, inga, installation):
    principal = await sign_in(anonymous, "inga", PASSWORD, None)

    assert anonymous.principal is principal
    assert principal.installation_id == installation
    assert principal.actor.name == "Inga Solheim"
    assert principal.scopes == ALL_SCOPES
    assert principal.vendor_id is None
    assert await events() == [("SIGNED_IN", "ADMINISTRATOR", "Inga Solheim", inga.id, {"user": "Inga Solheim"})]


async def test_login_is_case_insensitive(anonymous, inga):
    assert (await sign_in(anonymous, "INGA", PASSWORD, None)).user_id == inga.id


async def test_only_a_hash_of_the_session_secret_is_stored(anonymous, inga):
    await sign_in(anonymous, "inga", PASSWORD, None)

    session = await Session.get()
    assert len(anonymous.session_secret) == 43
    assert session.secret_sha256 == sha256(anonymous.session_secret.encode()).hexdigest()
    assert (session.created_at, session.last_seen_at) == (NOON, NOON)


async def test_session_secrets_differ(anonymous, inga):
    await sign_in(anonymous, "inga", PASSWORD, None)
    first, anonymous.principal = anonymous.session_secret, None
    await sign_in(anonymous, "inga", PASSWORD, None)

    assert anonymous.session_secret != first
    assert await Session.all().count() == 2


@pytest.mark.parametrize(
    ("login", "password", "columns"),
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
async def test_refused_sign_ins_are_indistinguishable_and_recorded(anonymous, inga, login, password, columns):
    if columns:
        await User.filter(id=inga.id).update(**columns)

    with pytest.raises(CredentialsInvalid) as refusal:
        await sign_in(anonymous, login, password, None)

    assert str(refusal.value) == "No administrator has this login and password. Check both, then try again."
    assert (anonymous.principal, anonymous.session_secret) == (None, None)
    assert await Session.all().count() == 0
    known = inga.id if login == "inga" else None
    assert await events() == [("SIGN_IN_REFUSED", "SYSTEM", "system", known, {"login": login})]


async def test_unknown_login_verifies_a_hash(anonymous, inga, monkeypatch):
    verified: list[tuple[str, str]] = []
    monkeypatch.setattr(sessions, "_hasher", Verifier(verified))

    with pytest.raises(CredentialsInvalid):
        await sign_in(anonymous, "nobody", PASSWORD, None)

    assert [password for _, password in verified] == [PASSWORD]


@pytest.mark.parametrize("serial_number", ["9999999999", "00000000000", "", "abc"])
async def test_unknown_installation_is_refused_without_event(anonymous, inga, serial_number):
    with pytest.raises(CredentialsInvalid):
        await sign_in(anonymous, "inga", PASSWORD, serial_number)

    assert await events() == []


async def test_several_installations_require_the_serial_number(anonymous, inga, other_installation):
    await other_installation("2000000006")

    with pytest.raises(CredentialsInvalid):
        await sign_in(anonymous, "inga", PASSWORD, None)
    assert (await sign_in(anonymous, "inga", PASSWORD, "1204417838")).user_id == inga.id


async def test_administrator_cannot_sign_in_to_another_installation(anonymous, inga, other_installation):
    await other_installation("2000000006")

    with pytest.raises(CredentialsInvalid):
        await sign_in(anonymous, "inga", PASSWORD, "2000000006")


async def test_concurrently_changed_password_is_refused(anonymous, inga, monkeypatch):
    monkeypatch.setattr(sessions, "_hasher", Verifier([]))
    verify_password = sessions._verify

    async def verify_and_change(password, password_hash):
        matches = await verify_password(password, password_hash)
        await User.filter(id=inga.id).update(password_hash="another")
        return matches

    monkeypatch.setattr(sessions, "_verify", verify_and_change)

    with pytest.raises(CredentialsInvalid):
        await sign_in(anonymous, "inga", PASSWORD, None)

    assert await Session.all().count() == 0
    assert [action for action, *_ in await events()] == [AuditAction.SIGN_IN_REFUSED]


async def test_signing_in_deletes_previous_and_expired_sessions(anonymous, inga):
    await sign_in(anonymous, "inga", PASSWORD, None)
    await Session.create(
        installation_id=inga.installation_id,
        user_id=inga.id,
        secret_sha256="0" * 64,
        created_at=NOON - timedelta(hours=1),
        last_seen_at=NOON - timedelta(minutes=31),
    )
    before = anonymous.session_secret

    await sign_in(anonymous, "inga", PASSWORD, None)

    assert await Session.all().count() == 1
    assert await authenticate_session(before, NOON) is None
    assert await authenticate_session(anonymous.session_secret, NOON)


async def test_session_secret_authenticates_the_administrator(anonymous, inga):
    principal = await sign_in(anonymous, "inga", PASSWORD, None)

    assert await authenticate_session(anonymous.session_secret, NOON) == principal
    assert await authenticate_session("x" * 43, NOON) is None
    assert await authenticate_session("", NOON) is None


async def test_session_expires_after_30_idle_minutes(anonymous, inga):
    await sign_in(anonymous, "inga", PASSWORD, None)

    assert await authenticate_session(anonymous.session_secret, NOON + timedelta(minutes=29))
    assert await authenticate_session(anonymous.session_secret, NOON + timedelta(minutes=58))
    assert await authenticate_session(anonymous.session_secret, NOON + timedelta(minutes=88)) is None


async def test_session_expires_after_12_hours(anonymous, inga):
    await sign_in(anonymous, "inga", PASSWORD, None)
    await Session.all().update(last_seen_at=NOON + timedelta(hours=11, minutes=59))

    assert await authenticate_session(anonymous.session_secret, NOON + timedelta(hours=11, minutes=59))
    assert await authenticate_session(anonymous.session_secret, NOON + timedelta(hours=12)) is None


async def test_last_use_of_a_session_is_updated_every_minute(anonymous, inga):
    await sign_in(anonymous, "inga", PASSWORD, None)

    await authenticate_session(anonymous.session_secret, NOON + timedelta(seconds=59))
    assert (await Session.get()).last_seen_at == NOON
    await authenticate_session(anonymous.session_secret, NOON + timedelta(seconds=60))
    assert (await Session.get()).last_seen_at == NOON + timedelta(seconds=60)


@pytest.mark.parametrize("columns", [{"is_administrator": False}, {"can_log_in": False}])
async def test_session_of_a_disabled_user_is_invalid(anonymous, inga, columns):
    await sign_in(anonymous, "inga", PASSWORD, None)

    await User.filter(id=inga.id).update(**columns)

    assert await authenticate_session(anonymous.session_secret, NOON) is None


async def test_signing_out_ends_the_session(anonymous, inga):
    await sign_in(anonymous, "inga", PASSWORD, None)
    secret = anonymous.session_secret

    await sign_out(anonymous)

    assert (anonymous.principal, anonymous.session_secret) == (None, "")
    assert await authenticate_session(secret, NOON) is None


async def test_anonymous_request_may_sign_out(anonymous, database):
    await sign_out(anonymous)

    assert anonymous.session_secret == ""


async def test_all_sessions_of_a_user_can_be_ended(anonymous, inga):
    await sign_in(anonymous, "inga", PASSWORD, None)

    await end_sessions(inga.id)

    assert await authenticate_session(anonymous.session_secret, NOON) is None


@pytest.mark.parametrize("length", [12, 128])
def test_password_of_valid_length_is_accepted(length):
    check_password_rules("å" * length)


@pytest.mark.parametrize("length", [0, 11, 129])
def test_password_of_invalid_length_is_rejected(length):
    with pytest.raises(Invalid, match="12 to 128 characters"):
        check_password_rules("å" * length)


def test_passwords_are_hashed_with_argon2id(password_hash):
    assert password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


class Verifier:
    """A password hasher that accepts every password and records them."""

    def __init__(self, tried):
        self.tried = tried

    def verify(self, password_hash, password):
        self.tried.append((password_hash, password))
        return True
