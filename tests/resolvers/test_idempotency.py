"""Requests with one idempotency key: an outcome stored after the first lookup is found inside the transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from licensing.enums import ApiScope, RevocationOutcome
from licensing.errors import NoSeats, NotFound, VendorUnavailable
from models.audit_event import AuditEvent
from models.idempotency import IdempotencyKey
from models.license import License
from models.user import User
from models.vendor import Vendor
from resolvers.auth.api_tokens import create_api_token
from resolvers.context import Context
from resolvers.errors import KeyReused
from resolvers.idempotency import KEY_LIFETIME, IdempotentRequest
from resolvers.licenses.assignments import assign_user_licenses, revoke_user_licenses
from resolvers.operations.scheduled_jobs import purge_idempotency_keys
from resolvers.vendors.checks import check_for_license_changes
from tests.support.fake_license_server import FakeLicenseServer

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def keyed_context(
    context: Context, fingerprint: str = "the request", *, now: datetime = NOW, token_id: int | None = None
) -> Context:
    """Return the context of a request with the key that has not looked up its outcome yet."""
    caller = replace(context.caller, user_id=None, token_id=token_id) if token_id else context.caller
    request = Context(caller, request_id="test-request", now=lambda: now)
    request.idempotent_request = IdempotentRequest.of(caller, "key", fingerprint)
    return request


@pytest.fixture
async def kari(make_license: Callable[..., Awaitable[License]], make_user: Callable[..., Awaitable[User]]) -> User:
    """The holder of the only seat of a plan."""
    await make_license("superoffice.plan", total=1, plan=True)
    return await make_user("Kari", holds=["superoffice.plan"])


async def test_concurrent_repetition_returns_the_same_result(context: Context, kari: User) -> None:
    license = await License.get()

    results = [await revoke_user_licenses(keyed_context(context), license.id, [kari.id]) for _ in range(2)]

    assert results[0] == results[1]
    assert results[1][0].outcome is RevocationOutcome.REVOKED
    assert await AuditEvent.all().count() == 1


async def test_concurrent_repetition_raises_the_same_error(
    context: Context, kari: User, make_user: Callable[..., Awaitable[User]]
) -> None:
    license, per = await License.get(), await make_user("Per")
    with pytest.raises(NoSeats) as first:
        await assign_user_licenses(keyed_context(context), license.id, [per.id])
    await revoke_user_licenses(context, license.id, [kari.id])

    with pytest.raises(NoSeats) as again:
        await assign_user_licenses(keyed_context(context), license.id, [per.id])

    assert (again.value.message, again.value.path) == (first.value.message, first.value.path)
    token_id, _ = await create_api_token(
        context, name="ERP", scopes=[ApiScope.USERS_WRITE], vendor_id=None, expires_at=None
    )
    await assign_user_licenses(keyed_context(context, token_id=token_id), license.id, [per.id])


async def test_concurrently_reused_key_is_rejected(context: Context, kari: User) -> None:
    license = await License.get()
    with pytest.raises(NotFound):
        await revoke_user_licenses(keyed_context(context, "another request"), 999_999, [kari.id])

    with pytest.raises(KeyReused):
        await revoke_user_licenses(keyed_context(context), license.id, [kari.id])

    assert (await License.get()).in_use == 1


async def test_outcome_is_kept_for_a_day(context: Context, kari: User) -> None:
    license = await License.get()

    async def outcome(now: datetime) -> RevocationOutcome:
        [revocation] = await revoke_user_licenses(keyed_context(context, now=now), license.id, [kari.id])
        return revocation.outcome

    assert await outcome(NOW) is RevocationOutcome.REVOKED
    assert await outcome(NOW + KEY_LIFETIME - timedelta(microseconds=1)) is RevocationOutcome.REVOKED
    assert await outcome(NOW + KEY_LIFETIME) is RevocationOutcome.NOT_ASSIGNED


async def test_expired_keys_are_purged(context: Context, kari: User) -> None:
    license = await License.get()
    await revoke_user_licenses(keyed_context(context), license.id, [kari.id])

    assert await purge_idempotency_keys(NOW + KEY_LIFETIME - timedelta(microseconds=1)) == 0
    assert await purge_idempotency_keys(NOW + KEY_LIFETIME) == 1
    assert await IdempotencyKey.all().count() == 0


async def test_repetition_does_not_contact_the_license_server(
    context: Context, fake_server: FakeLicenseServer, trusted_vendor: Vendor
) -> None:
    fake_server.failure = VendorUnavailable(vendor="SuperOffice AS")
    first, again = keyed_context(context), keyed_context(context)
    first.license_servers = again.license_servers = fake_server
    with pytest.raises(VendorUnavailable):
        await check_for_license_changes(first, trusted_vendor.id)
    assert again.idempotent_request
    await again.idempotent_request.look_up(NOW)

    with pytest.raises(VendorUnavailable):
        await check_for_license_changes(again, trusted_vendor.id)

    assert len(fake_server.requests) == 1
    assert await AuditEvent.all().count() == 1
