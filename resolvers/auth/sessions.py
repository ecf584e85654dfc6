"""Sessions: administrators sign in and out, and a session's secret authenticates its requests."""

import asyncio
import secrets
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from tortoise.expressions import Q

from licensing.enums import ActorKind, AuditAction, UserStatus
from licensing.errors import CredentialsInvalid, Invalid
from licensing.messages import Message
from models.db.notifications import notify
from models.db.select import Select
from models.session import Session
from models.user import User, sort_key
from resolvers.auth.login_throttling import account_key, begin_attempt, clear_attempts
from resolvers.context import Context, system_context
from resolvers.credentials import ABSOLUTE_TIMEOUT, IDLE_TIMEOUT, SESSIONS, is_valid_session
from resolvers.operations.installations import installation_for_login
from resolvers.principals import ALL_SCOPES, SYSTEM, Actor, Principal
from resolvers.unit_of_work import record_refusal, unit_of_work

LAST_SEEN_INTERVAL = timedelta(minutes=1)
"""The minimum time between two updates of a session's last use."""

PASSWORD_LENGTH = range(12, 129)

_hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
_hashing = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
"""Each hash uses 64 MiB and four cores; two workers keep sign-ins from starving other requests."""

_DUMMY_HASH = f"$argon2id$v=19$m=65536,t=3,p=4${'A' * 22}${'A' * 43}"
"""Verified for unknown logins, so that rejecting them takes as long as rejecting known ones."""


async def sign_in(context: Context, login: str, password: str, serial_number: str | None) -> Principal:
    """Begin a session, make its administrator the principal of the request, and set `context.session_secret`.

    Raises:
        CredentialsInvalid: The login, the password or the serial number is wrong; the error does not say which.
        RateLimited: There were too many attempts. No event is recorded, so that attempts cannot flood the log.
    """
    installation = await installation_for_login(serial_number)
    account = account_key(installation.id if installation else serial_number, login)
    await begin_attempt(account, context.client_ip, context.now())
    user = await User.get_or_none(installation_id=installation.id, login_key=sort_key(login)) if installation else None
    matches = await _verify(password, user.password_hash if user else None)
    if installation is None:
        raise CredentialsInvalid
    sign_in_context = system_context(installation.id, actor=SYSTEM, request_id=context.request_id, now=context.now)
    sign_in_context.deadline = context.deadline
    try:
        if user is None or not matches:
            raise CredentialsInvalid
        principal, secret = await _begin_session(sign_in_context, user, account, replaced=context.principal)
    except CredentialsInvalid as error:
        user_id = user.id if user else None
        await record_refusal(sign_in_context, AuditAction.SIGN_IN_REFUSED, error, user_id=user_id, login=login[:200])
        raise
    context.principal, context.session_secret = principal, secret
    context.clear_cache()
    return principal


async def sign_out(context: Context) -> None:
    """End the session, if there is one, and make the rest of the request anonymous."""
    if context.principal and context.principal.session_id:
        await Session.filter(id=context.principal.session_id).delete()
        await notify(context.installation_id)
    context.principal, context.session_secret = None, ""
    context.clear_cache()


async def authenticate_session(secret: str, now: datetime) -> Principal | None:
    """Return the principal of a session; None if it is unknown or expired, or its user may no longer sign in."""
    select = Select()
    rows = await select.rows(
        f"SELECT session.id, session.installation_id, user_id, name, "
        f"last_seen_at <= {select.bind(now - LAST_SEEN_INTERVAL)} "
        f"FROM {SESSIONS} WHERE secret_sha256 = {select.bind(_fingerprint(secret))} AND {is_valid_session(select, now)}"
    )
    for id_, installation_id, user_id, name, is_last_seen_outdated in rows:
        if is_last_seen_outdated:
            await Session.filter(id=id_).update(last_seen_at=now)
        return _principal(installation_id, user_id, name, id_)
    return None


async def valid_sessions(session_ids: Collection[int], now: datetime) -> set[int]:
    """Return the IDs of those sessions that are still valid; the check does not count as use."""
    if not session_ids:
        return set()
    select = Select()
    condition = f"session.id {select.in_(session_ids)} AND {is_valid_session(select, now)}"
    return {id_ for (id_,) in await select.rows(f"SELECT session.id FROM {SESSIONS} WHERE {condition}")}


async def end_sessions(user_id: int) -> None:
    """End all sessions of a user, for example after a change of the password."""
    await Session.filter(user_id=user_id).delete()


def check_password_rules(password: str) -> None:
    """Check the length of a password.

    Raises:
        Invalid: The password does not have 12 to 128 characters.
    """
    if len(password) not in PASSWORD_LENGTH:
        raise Invalid(reason=Message("A password has 12 to 128 characters. Choose another."))


async def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, with its salt and parameters."""
    return await asyncio.get_running_loop().run_in_executor(_hashing, _hasher.hash, password)


async def _verify(password: str, password_hash: str | None) -> bool:
    def verify() -> bool:
        try:
            return _hasher.verify(password_hash or _DUMMY_HASH, password)
        except (VerificationError, InvalidHashError):
            return False

    return await asyncio.get_running_loop().run_in_executor(_hashing, verify)


async def _begin_session(
    sign_in_context: Context, user: User, account: str, replaced: Principal | None
) -> tuple[Principal, str]:
    secret = secrets.token_urlsafe(32)
    async with unit_of_work(sign_in_context) as unit:
        # The password was verified before the lock was taken and may have changed since.
        user_now = await User.get(id=user.id)
        if user_now.password_hash != user.password_hash or not _may_sign_in(user_now):
            raise CredentialsInvalid
        expired = Q(created_at__lte=unit.now - ABSOLUTE_TIMEOUT) | Q(last_seen_at__lte=unit.now - IDLE_TIMEOUT)
        if replaced and replaced.session_id:
            expired |= Q(id=replaced.session_id)
        await Session.filter(expired, installation_id=sign_in_context.installation_id).delete()
        await clear_attempts(account)
        session = await Session.create(
            installation_id=sign_in_context.installation_id,
            user_id=user.id,
            secret_sha256=_fingerprint(secret),
            created_at=unit.now,
            last_seen_at=unit.now,
        )
        principal = _principal(session.installation_id, user_now.id, user_now.name, session.id)
        unit.record(AuditAction.SIGNED_IN, user_id=user.id, actor=principal.actor, user=user_now.name)
    return principal, secret


def _may_sign_in(user: User) -> bool:
    return user.is_administrator and user.can_log_in and user.status == UserStatus.ACTIVE


def _principal(installation_id: int, user_id: int, name: str, session_id: int) -> Principal:
    return Principal(
        installation_id=installation_id,
        actor=Actor(ActorKind.ADMINISTRATOR, name),
        scopes=ALL_SCOPES,
        user_id=user_id,
        session_id=session_id,
    )


def _fingerprint(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
