"""Validity of credentials: checked at authentication, while a stream is open, and again before each change."""

from datetime import datetime, timedelta

from licensing.enums import ActorKind, UserStatus
from licensing.messages import Message
from models.db.select import Select
from resolvers.errors import Unauthenticated
from resolvers.principals import Principal

IDLE_TIMEOUT = timedelta(minutes=30)
ABSOLUTE_TIMEOUT = timedelta(hours=12)

SESSIONS = 'session JOIN "user" ON "user".id = user_id'
"""The tables that `is_valid_session` reads."""


def is_valid_session(select: Select, now: datetime) -> str:
    """Return the condition that a session has not expired and its user may still sign in."""
    return (
        f"created_at > {select.bind(now - ABSOLUTE_TIMEOUT)} AND last_seen_at > {select.bind(now - IDLE_TIMEOUT)} "
        f"AND is_administrator AND can_log_in AND status = {select.bind(UserStatus.ACTIVE.value)}"
    )


def is_valid_token(select: Select, now: datetime) -> str:
    """Return the condition that an API token is neither revoked nor expired and its vendor is not removed."""
    return (
        f"revoked_at IS NULL AND expires_at > {select.bind(now)} "
        "AND (vendor_id IS NULL OR vendor_id IN (SELECT id FROM vendor WHERE removed_at IS NULL))"
    )


async def check_credentials(principal: Principal, now: datetime) -> None:
    """Check in one statement that a caller's session, API token or identity is still valid.

    The command line and background jobs have no credentials and are not checked.

    Raises:
        Unauthenticated: The credentials have expired, or were revoked since the request was authenticated.
    """
    if principal.actor.kind is ActorKind.SYSTEM:
        return
    is_expired = principal.expires_at is not None and now >= principal.expires_at
    if is_expired or not await _is_valid(principal, now):
        raise Unauthenticated(Message("The credentials have expired or were revoked. Sign in, or send another token."))


async def _is_valid(principal: Principal, now: datetime) -> bool:
    select = Select()
    if principal.token_id is not None:
        table, tables, id_, condition = "api_token", "api_token", principal.token_id, is_valid_token(select, now)
    elif principal.session_id is not None:
        table, tables, id_, condition = "session", SESSIONS, principal.session_id, is_valid_session(select, now)
    elif principal.user_id is not None:
        table = tables = '"user"'
        id_, condition = principal.user_id, f"can_log_in AND status = {select.bind(UserStatus.ACTIVE.value)}"
    else:
        return False
    rows = await select.rows(
        f"SELECT {table}.id FROM {tables} WHERE {table}.id = {select.bind(id_)} "
        f"AND {table}.installation_id = {select.bind(principal.installation_id)} AND {condition}"
    )
    return bool(rows)
