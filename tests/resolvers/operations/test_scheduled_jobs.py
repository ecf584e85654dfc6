"""Scheduled jobs: checks, scheduled change sets and expiry warnings."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from licensing.enums import AuditAction, ChangeSetStatus
from models.audit_event import AuditEvent
from models.change_set import ChangeSet
from models.vendor import Vendor
from resolvers.change_sets.change_sets import get_change_set
from resolvers.context import Context, system_context
from resolvers.operations.scheduled_jobs import CHECK_LEASE, claim_due_vendor, triage_effective, warn_of_expiry
from resolvers.principals import SYSTEM
from tests.support.documents import claims, unix_time
from tests.support.license_imports import ImportFile

NOW = datetime.now(UTC)


def system_at(moment: datetime) -> Callable[[int], Context]:
    """Return a factory of system contexts at an instant."""
    return lambda id_: system_context(id_, actor=SYSTEM, request_id="checker", now=lambda: moment)


async def test_due_vendor_is_claimed_once(trusted_vendor: Vendor, make_vendor: Callable[..., object]) -> None:
    for number in range(10):
        await make_vendor(f"vendor-{number}", license_server="https://licenses.example")  # type: ignore[misc]
    await Vendor.exclude(id=trusted_vendor.id).update(next_check_at=NOW - timedelta(minutes=1))

    claimed = await asyncio.gather(*(claim_due_vendor(NOW) for _ in range(20)))

    found = [one for one in claimed if one]
    assert len(found) == len(set(found)) == 10


async def test_expired_claim_is_claimed_again(trusted_vendor: Vendor) -> None:
    await Vendor.filter(id=trusted_vendor.id).update(license_server="https://licenses.example", next_check_at=NOW)
    expected = (trusted_vendor.installation_id, trusted_vendor.id)

    assert await claim_due_vendor(NOW) == expected
    assert await claim_due_vendor(NOW + CHECK_LEASE - timedelta(seconds=1)) is None
    assert await claim_due_vendor(NOW + CHECK_LEASE) == expected


async def test_vendor_not_due_is_not_claimed(trusted_vendor: Vendor) -> None:
    await Vendor.filter(id=trusted_vendor.id).update(next_check_at=NOW)
    assert await claim_due_vendor(NOW) is None
    await Vendor.filter(id=trusted_vendor.id).update(
        license_server="https://licenses.example", next_check_at=NOW + timedelta(seconds=1)
    )
    assert await claim_due_vendor(NOW) is None


async def test_scheduled_document_is_activated_when_effective(context: Context, import_file: ImportFile) -> None:
    tomorrow = NOW + timedelta(days=1)
    scheduled = await import_file(claims(nbf=unix_time(tomorrow)))
    assert scheduled is not None

    assert await triage_effective(system_at(NOW), NOW) == 0
    later = tomorrow + timedelta(seconds=1)
    assert await triage_effective(system_at(later), later) == 1
    assert await triage_effective(system_at(later), later) == 0

    activated = await get_change_set(context, scheduled.id)
    assert activated.status is ChangeSetStatus.ACTIVATED
    assert activated.closed_by is not None and activated.closed_by.name == "Inga Solheim"


async def test_triage_uses_the_current_policy(context: Context, import_file: ImportFile) -> None:
    tomorrow = NOW + timedelta(days=1)
    scheduled = await import_file(claims(nbf=unix_time(tomorrow)))
    await Vendor.all().update(activation_policy="MANUAL")
    later = tomorrow + timedelta(seconds=1)

    await triage_effective(system_at(later), later)

    assert scheduled is not None
    assert (await ChangeSet.get(id=scheduled.id)).outcome is None


async def test_approaching_expiry_records_one_event(trusted_vendor: Vendor) -> None:
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
