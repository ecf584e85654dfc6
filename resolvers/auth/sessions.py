"""Administrators log in and out, and a session's secret leads back to who they are."""

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
from models.db.notifications import announce
from models.db.select import Select
from models.session import Session
from models.user import User, sort_key
from resolvers.auth.login_throttling import account_key, begin_attempt, clear_attempts
from resolvers.context import ALL_SCOPES, SYSTEM, Actor, Context, Principal, system_context
from resolvers.operations.installations import installation_of_login
from resolvers.unit_of_work import record_refusal, unit_of_work

IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)
LAST_SEEN_INTERVAL = timedelta(minutes=1)
"""How often at most it is written down that a session is used."""

PASSWORD_LENGTH = range(12, 129)

_hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
_hashing = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
"""Each hash takes 64 MiB and four cores for a while: two at a time, so that logins cannot starve the rest."""

_HASH_OF_NO_PASSWORD = f"$argon2id$v=19$m=65536,t=3,p=4${'A' * 22}${'A' * 43}"
"""Verified for an unknown login, so that it takes as long to refuse as a known one."""


async def sign_in(context: Context, login: str, password: str, serial_number: str | None) -> Principal:
    """Begins a session: the rest of the request is the administrator's, and so is `context.session_secret`.

    Raises:
        CredentialsInvalid: Whatever was wrong; which of them it was is nobody's business.
        RateLimited: There were too many tries. This one is not looked at and leaves no event, or a flood of them
            would fill the log.
    """
    installation = await installation_of_login(serial_number)
    account = account_key(installation.id if installation else serial_number, login)
    await begin_attempt(account, context.client_ip, context.now())
    user = await User.get_or_none(installation_id=installation.id, login_key=sort_key(login)) if installation else None
    matches = await _verify(password, user.password_hash if user else None)
    if installation is None:
        raise CredentialsInvalid
    door = system_context(installation.id, actor=SYSTEM, request_id=context.request_id, now=context.now)
    door.deadline = context.deadline
    try:
        if user is None or not matches:
            raise CredentialsInvalid
        principal, secret = await _begin_session(door, user, account, replaced=context.principal)
    except CredentialsInvalid as error:
        user_id = user.id if user else None
        await record_refusal(door, AuditAction.SIGN_IN_REFUSED, error, user_id=user_id, login=login[:200])
        raise
    context.principal, context.session_secret = principal, secret
    context.forget()
    return principal


async def sign_out(context: Context) -> None:
    """Ends the session, if there is one; the rest of the request is nobody's."""
    if context.principal and context.principal.session_id:
        await Session.filter(id=context.principal.session_id).delete()
        await announce(context.installation_id)
    context.principal, context.session_secret = None, ""
    context.forget()


async def authenticate_session(secret: str, now: datetime) -> Principal | None:
    """Who is logged in with this secret; None if the session is unknown or over, or they may not log in any more."""
    select = Select()
    found = await select.rows(
        f"SELECT session.id, session.installation_id, user_id, name, "
        f"last_seen_at <= {select.bind(now - LAST_SEEN_INTERVAL)} "
        f"FROM {_SESSIONS} WHERE secret_sha256 = {select.bind(_fingerprint(secret))} AND {_holds(select, now)}"
    )
    for id_, installation_id, user_id, name, was_not_seen_lately in found:
        if was_not_seen_lately:
            await Session.filter(id=id_).update(last_seen_at=now)
        return _principal(installation_id, user_id, name, id_)
    return None


async def sessions_that_hold(session_ids: Collection[int], now: datetime) -> set[int]:
    """Those of these sessions that may go on; to go on does not count as using it."""
    if not session_ids:
        return set()
    select = Select()
    wanted = f"session.id {select.in_(session_ids)} AND {_holds(select, now)}"
    return {id_ for (id_,) in await select.rows(f"SELECT session.id FROM {_SESSIONS} WHERE {wanted}")}


async def end_sessions(user_id: int) -> None:
    """Logs a user out everywhere: part of giving them a new password."""
    await Session.filter(user_id=user_id).delete()


def check_password_rules(password: str) -> None:
    """Refuses a password that is too short, or too long to be one.

    Raises:
        Invalid: The password is not of 12 to 128 characters.
    """
    if len(password) not in PASSWORD_LENGTH:
        raise Invalid(reason=Message("A password has 12 to 128 characters. Choose another."))


async def hash_password(password: str) -> str:
    """What is kept of a password: its argon2id hash with salt and parameters."""
    return await asyncio.get_running_loop().run_in_executor(_hashing, _hasher.hash, password)


async def _verify(password: str, password_hash: str | None) -> bool:
    def verify() -> bool:
        try:
            return _hasher.verify(password_hash or _HASH_OF_NO_PASSWORD, password)
        except (VerificationError, InvalidHashError):
            return False

    return await asyncio.get_running_loop().run_in_executor(_hashing, verify)


async def _begin_session(door: Context, user: User, account: str, replaced: Principal | None) -> tuple[Principal, str]:
    secret = secrets.token_urlsafe(32)
    async with unit_of_work(door) as change:
        # The password was checked before the lock was taken: it may have been changed since.
        user_now = await User.get(id=user.id)
        if user_now.password_hash != user.password_hash or not _may_sign_in(user_now):
            raise CredentialsInvalid
        over = Q(created_at__lte=change.now - ABSOLUTE_LIMIT) | Q(last_seen_at__lte=change.now - IDLE_LIMIT)
        if replaced and replaced.session_id:
            over |= Q(id=replaced.session_id)
        await Session.filter(over, installation_id=door.installation_id).delete()
        await clear_attempts(account)
        session = await Session.create(
            installation_id=door.installation_id,
            user_id=user.id,
            secret_sha256=_fingerprint(secret),
            created_at=change.now,
            last_seen_at=change.now,
        )
        principal = _principal(session.installation_id, user_now.id, user_now.name, session.id)
        change.record(AuditAction.SIGNED_IN, user_id=user.id, actor=principal.actor, user=user_now.name)
    return principal, secret


_SESSIONS = 'session JOIN "user" ON "user".id = user_id'


def _holds(select: Select, now: datetime) -> str:
    """The condition that a session goes on, and its user may still log in."""
    return (
        f"created_at > {select.bind(now - ABSOLUTE_LIMIT)} AND last_seen_at > {select.bind(now - IDLE_LIMIT)} "
        f"AND is_administrator AND can_log_in AND status = {select.bind(UserStatus.ACTIVE.value)}"
    )


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
