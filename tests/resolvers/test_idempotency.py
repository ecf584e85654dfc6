"""Calls with one key, as the resolvers see them: what was found out before the lock may be out of date behind it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from licensing.enums import RevocationOutcome
from licensing.errors import NoSeats, NotFound, VendorUnavailable
from models.audit_event import AuditEvent
from models.idempotency import IdempotencyKey
from models.license import License
from models.user import User
from models.vendor import Vendor
from resolvers.context import Context
from resolvers.errors import KeyReused
from resolvers.idempotency import KEY_LIFETIME, IdempotentRequest
from resolvers.licenses.assignments import assign_user_licenses, revoke_user_licenses
from resolvers.operations.scheduled_jobs import purge_idempotency_keys
from resolvers.vendors.checks import check_for_license_changes
from tests.resolvers.conftest import Shelf

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def call(
    context: Context, fingerprint: str = "the call", *, now: datetime = NOW, token_id: int | None = None
) -> Context:
    """A request of its own with the key, which has not looked yet whether the call was sent before."""
    caller = replace(context.caller, user_id=None, token_id=token_id) if token_id else context.caller
    request = Context(caller, request_id="test-request", now=lambda: now)
    request.idempotent_request = IdempotentRequest.of(caller, "key", fingerprint)
    return request


@pytest.fixture
async def kari(make_license: Callable[..., Awaitable[License]], make_user: Callable[..., Awaitable[User]]) -> User:
    """Holds the plan, which has one seat."""
    await make_license("superoffice.plan", total=1, plan=True)
    return await make_user("Kari", holds=["superoffice.plan"])


async def test_what_another_call_did_meanwhile_is_what_this_one_tells(context: Context, kari: User) -> None:
    license = await License.get()

    answers = [await revoke_user_licenses(call(context), license.id, [kari.id]) for _ in range(2)]

    assert answers[0] == answers[1]
    assert answers[1][0].outcome is RevocationOutcome.REVOKED
    assert await AuditEvent.all().count() == 1


async def test_what_another_call_was_refused_meanwhile_this_one_is(
    context: Context, kari: User, make_user: Callable[..., Awaitable[User]]
) -> None:
    license, per = await License.get(), await make_user("Per")
    with pytest.raises(NoSeats) as first:
        await assign_user_licenses(call(context), license.id, [per.id])
    await revoke_user_licenses(context, license.id, [kari.id])

    with pytest.raises(NoSeats) as again:
        await assign_user_licenses(call(context), license.id, [per.id])

    assert (again.value.message, again.value.path) == (first.value.message, first.value.path)
    await assign_user_licenses(call(context, token_id=7), license.id, [per.id])


async def test_a_key_that_another_call_took_meanwhile_is_refused(context: Context, kari: User) -> None:
    license = await License.get()
    with pytest.raises(NotFound):
        await revoke_user_licenses(call(context, "another call"), 999_999, [kari.id])

    with pytest.raises(KeyReused):
        await revoke_user_licenses(call(context), license.id, [kari.id])

    assert (await License.get()).in_use == 1


async def test_it_is_kept_for_a_day(context: Context, kari: User) -> None:
    license = await License.get()

    async def outcome(now: datetime) -> RevocationOutcome:
        [revocation] = await revoke_user_licenses(call(context, now=now), license.id, [kari.id])
        return revocation.outcome

    assert await outcome(NOW) is RevocationOutcome.REVOKED
    assert await outcome(NOW + KEY_LIFETIME - timedelta(microseconds=1)) is RevocationOutcome.REVOKED
    assert await outcome(NOW + KEY_LIFETIME) is RevocationOutcome.NOT_ASSIGNED


async def test_what_nobody_sends_again_is_forgotten(context: Context, kari: User) -> None:
    license = await License.get()
    await revoke_user_licenses(call(context), license.id, [kari.id])

    assert await purge_idempotency_keys(NOW + KEY_LIFETIME - timedelta(microseconds=1)) == 0
    assert await purge_idempotency_keys(NOW + KEY_LIFETIME) == 1
    assert await IdempotencyKey.all().count() == 0


async def test_a_license_server_that_did_not_answer_is_not_asked_again(
    context: Context, shelf: Shelf, trusted_vendor: Vendor
) -> None:
    shelf.failure = VendorUnavailable(vendor="SuperOffice AS")
    first, again = call(context), call(context)
    first.license_servers = again.license_servers = shelf
    with pytest.raises(VendorUnavailable):
        await check_for_license_changes(first, trusted_vendor.id)
    assert again.idempotent_request
    await again.idempotent_request.look_up(NOW)

    with pytest.raises(VendorUnavailable):
        await check_for_license_changes(again, trusted_vendor.id)

    assert len(shelf.asked) == 1
    assert await AuditEvent.all().count() == 1
