"""Changes are whole or not at all, whatever interrupts them, and are tried again if others stood in the way."""

import asyncio

import asyncpg
import pytest
from tortoise.transactions import in_transaction

from licensing.enums import AuditAction
from models.audit_event import AuditEvent
from models.user import User
from resolvers.unit_of_work import retry_on_conflict, unit_of_work
from tests.support.factories import make_user

SOON = 0.2


async def test_a_change_that_takes_too_long_is_undone(context, administrator):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(SOON) as context.deadline, unit_of_work(context) as change:
            await User.filter(id=administrator.id).update(name="Ola")
            change.record(AuditAction.EXPIRY_WARNED)
            await asyncio.sleep(10)

    assert (await User.get(id=administrator.id)).name == "Inga Solheim"
    assert await AuditEvent.all().count() == 0
    context.deadline = None
    async with unit_of_work(context) as change:  # nothing is left locked
        change.record(AuditAction.EXPIRY_WARNED)


async def test_a_change_that_is_made_is_not_ended_any_more(context, administrator):
    async with asyncio.timeout(SOON) as context.deadline:
        async with unit_of_work(context):
            await User.filter(id=administrator.id).update(name="Ola")
        await asyncio.sleep(2 * SOON)

    assert (await User.get(id=administrator.id)).name == "Ola"


async def test_a_deadline_that_passes_just_before_the_commit_undoes_the_change(context, administrator):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(10) as context.deadline, unit_of_work(context):
            await User.filter(id=administrator.id).update(name="Ola")
            context.deadline.reschedule(0)

    assert (await User.get(id=administrator.id)).name == "Inga Solheim"


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_of_two_that_block_each_other_both_have_their_way(database, installation):
    first = await make_user("Kari", installation_id=installation)
    second = await make_user("Ola", installation_id=installation)
    both_hold_one = asyncio.Barrier(2)
    tries = []

    async def lock(name, *order):
        tries.append(name)
        async with in_transaction():
            await User.select_for_update().get(id=order[0].id)
            if tries.count(name) == 1:
                await both_hold_one.wait()
            await User.filter(id=order[1].id).update(role=name)

    await asyncio.gather(
        retry_on_conflict(lambda: lock("there", first, second)), retry_on_conflict(lambda: lock("back", second, first))
    )

    assert len(tries) == 3  # PostgreSQL ended one of them, and it ran again
    assert [user.role for user in await User.filter(id__in=[first.id, second.id]).order_by("id")] == ["back", "there"]


@pytest.mark.parametrize("conflict", [asyncpg.DeadlockDetectedError, asyncpg.SerializationError])
async def test_it_is_tried_three_times_more_and_then_given_up(monkeypatch, conflict):
    monkeypatch.setattr("resolvers.unit_of_work.RETRY_DELAYS", (0, 0, 0))
    tries = []

    async def fail():
        tries.append(1)
        raise conflict("in the way")

    with pytest.raises(conflict):
        await retry_on_conflict(fail)
    assert len(tries) == 4


async def test_what_fails_otherwise_is_not_tried_again():
    tries = []

    async def fail():
        tries.append(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await retry_on_conflict(fail)
    assert len(tries) == 1
