"""Units of work: atomicity under timeouts, and retries after conflicts."""

import asyncio

import asyncpg
import pytest
from tortoise.transactions import in_transaction

from licensing.enums import AuditAction
from models.audit_event import AuditEvent
from models.user import User
from resolvers.unit_of_work import retry_on_conflict, unit_of_work
from tests.support.factories import make_user

TIMEOUT = 0.2


async def test_timed_out_change_is_rolled_back(context, administrator):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(TIMEOUT) as context.deadline, unit_of_work(context) as unit:
            await User.filter(id=administrator.id).update(name="Ola")
            unit.record(AuditAction.EXPIRY_WARNED)
            await asyncio.sleep(10)

    assert (await User.get(id=administrator.id)).name == "Inga Solheim"
    assert await AuditEvent.all().count() == 0
    context.deadline = None
    async with unit_of_work(context) as unit:  # no lock is left behind
        unit.record(AuditAction.EXPIRY_WARNED)


async def test_committed_change_does_not_time_out(context, administrator):
    async with asyncio.timeout(TIMEOUT) as context.deadline:
        async with unit_of_work(context):
            await User.filter(id=administrator.id).update(name="Ola")
        await asyncio.sleep(2 * TIMEOUT)

    assert (await User.get(id=administrator.id)).name == "Ola"


async def test_deadline_before_the_commit_rolls_back(context, administrator):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(10) as context.deadline, unit_of_work(context):
            await User.filter(id=administrator.id).update(name="Ola")
            context.deadline.reschedule(0)

    assert (await User.get(id=administrator.id)).name == "Inga Solheim"


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_deadlock_is_retried(database, installation):
    first = await make_user("Kari", installation_id=installation)
    second = await make_user("Ola", installation_id=installation)
    both_locked_one = asyncio.Barrier(2)
    attempts = []

    async def lock(name, *order):
        attempts.append(name)
        async with in_transaction():
            await User.select_for_update().get(id=order[0].id)
            if attempts.count(name) == 1:
                await both_locked_one.wait()
            await User.filter(id=order[1].id).update(role=name)

    await asyncio.gather(
        retry_on_conflict(lambda: lock("there", first, second)), retry_on_conflict(lambda: lock("back", second, first))
    )

    assert len(attempts) == 3  # PostgreSQL aborted one transaction, which was retried
    assert [user.role for user in await User.filter(id__in=[first.id, second.id]).order_by("id")] == ["back", "there"]


@pytest.mark.parametrize("conflict", [asyncpg.DeadlockDetectedError, asyncpg.SerializationError])
async def test_conflict_is_retried_three_times(monkeypatch, conflict):
    monkeypatch.setattr("resolvers.unit_of_work.RETRY_DELAYS", (0, 0, 0))
    attempts = []

    async def fail():
        attempts.append(1)
        raise conflict("conflict")

    with pytest.raises(conflict):
        await retry_on_conflict(fail)
    assert len(attempts) == 4


async def test_other_errors_are_not_retried():
    attempts = []

    async def fail():
        attempts.append(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await retry_on_conflict(fail)
    assert len(attempts) == 1
