"""Credentials that expire or are revoked while a request waits for the installation's lock change nothing."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from tortoise.transactions import in_transaction

from licensing.enums import ActorKind, ApiScope, AuditAction
from licensing.errors import NotFound
from models.api_token import ApiToken
from models.audit_event import AuditEvent
from models.db.query_count import count_queries
from models.installation import Installation
from models.session import Session
from models.user import User
from models.vendor import Vendor
from resolvers.auth.api_tokens import authenticate_token, create_api_token
from resolvers.auth.identities import Identity, authenticate_identity
from resolvers.auth.sessions import authenticate_session, sign_in
from resolvers.context import Context, system_context, utc_now
from resolvers.errors import Unauthenticated
from resolvers.principals import COMMAND_LINE, Principal
from resolvers.unit_of_work import record_refusal, unit_of_work
from tests.support.factories import quick_hash

PASSWORD = "three seats too many"


async def token_principal(context: Context) -> Principal | None:
    """Return the principal of a token that is bound to a vendor."""
    vendor = await Vendor.get(installation_id=context.installation_id)
    _, secret = await create_api_token(
        context, name="ERP", scopes=[ApiScope.USERS_WRITE], vendor_id=vendor.id, expires_at=None
    )
    return await authenticate_token(secret, utc_now())


async def session_principal(context: Context) -> Principal | None:
    """Return the principal of the administrator's session."""
    await User.filter(login="inga").update(password_hash=quick_hash(PASSWORD))
    anonymous = Context(None, request_id="sign-in")
    await sign_in(anonymous, "inga", PASSWORD, None)
    return await authenticate_session(anonymous.session_secret or "", utc_now())


async def identity_principal(context: Context) -> Principal | None:
    """Return the principal of the administrator as authenticated by an identity provider."""
    expires_at = utc_now() + timedelta(minutes=5)
    return await authenticate_identity(Identity("inga", ActorKind.ADMINISTRATOR, expires_at), None)


async def write(by: Context) -> None:
    async with unit_of_work(by) as unit:
        await Installation.filter(id=by.installation_id).update(license_owner="Changed")
        unit.record(AuditAction.EXPIRY_WARNED)


async def revoke_token() -> None:
    await ApiToken.all().update(revoked_at=utc_now())


async def expire_token() -> None:
    await ApiToken.all().update(expires_at=utc_now())


async def remove_vendor() -> None:
    await Vendor.all().update(removed_at=utc_now())


async def end_session() -> None:
    await Session.all().delete()


async def lock_user() -> None:
    await User.filter(login="inga").update(can_log_in=False)


async def unmark_administrator() -> None:
    await User.filter(login="inga").update(is_administrator=False)


async def change_nothing() -> None:
    """Leave the credentials valid."""


async def written_after(principal: Principal | None, revoke) -> bool:
    """Return whether a write succeeds that waited for the lock while `revoke` ran."""
    assert principal is not None
    events, locked = await AuditEvent.all().count(), asyncio.Event()

    async def wait_and_write() -> None:
        await locked.wait()
        await write(Context(principal, request_id="waiting"))

    writing = asyncio.create_task(wait_and_write())  # outside the transaction, which its context would share
    async with in_transaction():
        installation = await Installation.select_for_update().get(id=principal.installation_id)
        locked.set()
        await installation.save(update_fields=["version"])
        await revoke()
    try:
        await writing
    except Unauthenticated:
        assert (await Installation.get(id=principal.installation_id)).license_owner != "Changed"
        assert await AuditEvent.all().count() == events
        return False
    return True


@pytest.mark.parametrize(
    ("authenticate", "revoke"),
    [
        (token_principal, revoke_token),
        (token_principal, expire_token),
        (token_principal, remove_vendor),
        (session_principal, end_session),
        (session_principal, lock_user),
        (session_principal, unmark_administrator),
        (identity_principal, lock_user),
    ],
    ids=lambda function: function.__name__,
)
async def test_credentials_revoked_while_waiting_change_nothing(context, authenticate, revoke):
    assert not await written_after(await authenticate(context), revoke)


@pytest.mark.parametrize(
    "authenticate", [token_principal, session_principal, identity_principal], ids=lambda function: function.__name__
)
async def test_valid_credentials_write_after_waiting(context, authenticate):
    assert await written_after(await authenticate(context), change_nothing)


async def test_identity_expired_while_waiting_changes_nothing(context):
    principal = await identity_principal(context)
    assert principal is not None

    assert not await written_after(replace(principal, expires_at=utc_now()), change_nothing)


async def test_caller_without_credentials_changes_nothing(context):
    assert not await written_after(replace(context.caller, user_id=None), change_nothing)


async def test_revoked_token_records_no_refusal(context):
    principal = await token_principal(context)
    await revoke_token()
    events = await AuditEvent.all().count()

    with pytest.raises(Unauthenticated):
        await record_refusal(
            Context(principal, request_id="late"), AuditAction.LICENSE_FILE_REFUSED, NotFound(["input"])
        )

    assert await AuditEvent.all().count() == events


async def test_check_takes_one_statement_and_none_for_the_system(context, installation):
    token = Context(await token_principal(context), request_id="token")
    system = system_context(installation, actor=COMMAND_LINE, request_id="system")
    counts = []
    for by in (system, token):
        with count_queries() as statements:
            await write(by)
        counts.append(statements.number)

    assert counts[1] == counts[0] + 1
