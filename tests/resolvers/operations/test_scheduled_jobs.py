"""What time brings."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from licensing.enums import AuditAction, ChangeSetStatus
from models.audit_event import AuditEvent
from models.change_set import ChangeSet
from models.vendor import Vendor
from resolvers.change_sets.change_sets import get
from resolvers.context import SYSTEM, Context, system_context
from resolvers.operations.scheduled_jobs import CHECK_LEASE, claim_due_vendor, take_up_effective, warn_of_expiry
from tests.resolvers.conftest import Import, at
from tests.support.documents import claims

NOW = datetime.now(UTC)


def system_at(moment: datetime) -> Callable[[int], Context]:
    """The system's context in an installation, at a moment."""
    return lambda id_: system_context(id_, actor=SYSTEM, request_id="checker", now=lambda: moment)


async def test_each_due_vendor_is_claimed_once(trusted_vendor: Vendor, make_vendor: Callable[..., object]) -> None:
    for number in range(10):
        await make_vendor(f"vendor-{number}", license_server="https://licenses.example")  # type: ignore[misc]
    await Vendor.exclude(id=trusted_vendor.id).update(next_check_at=NOW - timedelta(minutes=1))

    claimed = await asyncio.gather(*(claim_due_vendor(NOW) for _ in range(20)))

    found = [one for one in claimed if one]
    assert len(found) == len(set(found)) == 10


async def test_a_claim_of_a_process_that_died_is_taken_up_by_another(trusted_vendor: Vendor) -> None:
    await Vendor.filter(id=trusted_vendor.id).update(license_server="https://licenses.example", next_check_at=NOW)
    expected = (trusted_vendor.installation_id, trusted_vendor.id)

    assert await claim_due_vendor(NOW) == expected
    assert await claim_due_vendor(NOW + CHECK_LEASE - timedelta(seconds=1)) is None
    assert await claim_due_vendor(NOW + CHECK_LEASE) == expected


async def test_a_vendor_that_is_not_due_or_has_no_license_server_is_not_claimed(trusted_vendor: Vendor) -> None:
    await Vendor.filter(id=trusted_vendor.id).update(next_check_at=NOW)
    assert await claim_due_vendor(NOW) is None
    await Vendor.filter(id=trusted_vendor.id).update(
        license_server="https://licenses.example", next_check_at=NOW + timedelta(seconds=1)
    )
    assert await claim_due_vendor(NOW) is None


async def test_a_document_is_taken_up_when_its_time_comes(context: Context, import_file: Import) -> None:
    tomorrow = NOW + timedelta(days=1)
    waiting = await import_file(claims(nbf=at(tomorrow)))
    assert waiting is not None

    assert await take_up_effective(system_at(NOW), NOW) == 0
    later = tomorrow + timedelta(seconds=1)
    assert await take_up_effective(system_at(later), later) == 1
    assert await take_up_effective(system_at(later), later) == 0

    activated = await get(context, waiting.id)
    assert activated.status is ChangeSetStatus.ACTIVATED
    assert activated.closed_by is not None and activated.closed_by.name == "Inga Solheim"


async def test_triage_runs_anew_with_the_policy_of_that_day(context: Context, import_file: Import) -> None:
    tomorrow = NOW + timedelta(days=1)
    waiting = await import_file(claims(nbf=at(tomorrow)))
    await Vendor.all().update(activation_policy="MANUAL")
    later = tomorrow + timedelta(seconds=1)

    await take_up_effective(system_at(later), later)

    assert waiting is not None
    assert (await ChangeSet.get(id=waiting.id)).outcome is None


async def test_an_expiry_that_comes_near_leaves_one_event(trusted_vendor: Vendor) -> None:
    expires = NOW + timedelta(days=20)
    await Vendor.filter(id=trusted_vendor.id).update(warn_at=NOW, expires_at=expires)

    for _ in range(2):
        await warn_of_expiry(system_at(NOW), NOW)

    [event] = await AuditEvent.all()
    assert (event.action, event.actor_name) == (AuditAction.EXPIRY_WARNED, "system")
    await Vendor.filter(id=trusted_vendor.id).update(warn_at=NOW + timedelta(seconds=1))
    assert await warn_of_expiry(system_at(NOW), NOW) == 0
    later = NOW + timedelta(days=1)
    assert await warn_of_expiry(system_at(later), later) == 1
