"""Change sets: read, rejected and acknowledged. They are activated in `activation.py`."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from licensing.enums import AuditAction, ChangeSetSource, ChangeSetStatus
from licensing.errors import ChangeSetClosed, Invalid, NotFound
from licensing.messages import Message
from models.change_set import ChangeSet
from models.vendor import Vendor
from resolvers.change_sets.read_model import ChangeSetView, Surplus, load, visible
from resolvers.context import SYSTEM, Actor, Context
from resolvers.idempotency import Outcome, idempotent
from resolvers.pagination import Keyset, ListQuery, Page, PageRequest, fetch_page
from resolvers.unit_of_work import Change, unit_of_work
from resolvers.vendors.reports import report

__all__ = [
    "acknowledge_change_set",
    "change_set_again",
    "change_sets_page",
    "close",
    "count_change_sets",
    "get",
    "load",
    "pending_changes",
    "reject_pending_changes",
    "supersede",
    "surplus_requirements",
    "vendor_name",
]

NEWEST_FIRST = Keyset("changeSets", {"change_set__id": int}, is_descending=True)


async def get(context: Context, change_set_id: int) -> ChangeSetView:
    """One change set.

    Raises:
        NotFound: The caller can see none with this id.
    """
    [found] = await load(context, [change_set_id])
    if found is None:
        raise NotFound(["input", "changeSetId"])
    return found


async def change_set_again(outcome: Outcome, context: Context, *call: object) -> ChangeSetView | None:
    """The change set that a repeated call made or found, as it now is; None if there is none."""
    id_ = outcome.result()
    [found] = await load(context, [id_]) if id_ else [None]
    return found


async def pending_changes(context: Context, vendor: str | None = None) -> list[ChangeSetView]:
    """At most one change set a vendor: the open one, else the latest activated automatically and not acknowledged."""
    seen = visible(context)
    auto_activated = seen.select.bind(ChangeSetStatus.AUTO_ACTIVATED.value)
    conditions = [f"(outcome IS NULL OR (outcome = {auto_activated} AND acknowledged_at IS NULL))"]
    if vendor is not None:
        conditions.append(f"vendor.key = {seen.select.bind(vendor)}")
    wanted = seen.from_where(*conditions)
    by_vendor: dict[int, tuple[bool, int]] = {}
    for id_, vendor_id, outcome in await seen.select.rows(f"SELECT change_set.id, vendor.id, outcome {wanted}"):
        by_vendor[vendor_id] = max(by_vendor.get(vendor_id, (False, 0)), (outcome is None, id_))
    ids = [id_ for _, (_, id_) in sorted(by_vendor.items())]
    return [found for found in await load(context, ids) if found]


async def surplus_requirements(context: Context, vendor: str | None = None) -> list[Surplus]:
    """Licenses with more seats in use than a pending change set allows."""
    pending = await pending_changes(context, vendor)
    return [surplus for change_set in pending for surplus in change_set.surplus_requirements]


async def change_sets_page(
    context: Context, *, vendor: str | None, statuses: Sequence[ChangeSetStatus] | None, page: PageRequest
) -> Page[ChangeSetView]:
    """Change sets ever received, newest first."""
    found = await fetch_page(await _listed(context, vendor, statuses), NEWEST_FIRST, page, ChangeSet, ["id"])
    loaded = await load(context, [id_ for (id_,) in found.rows])
    return found.of([one for one in loaded if one])


async def count_change_sets(context: Context, *, vendor: str | None, statuses: Sequence[ChangeSetStatus] | None) -> int:
    """How many change sets the pages hold together."""
    return await (await _listed(context, vendor, statuses)).count()


@idempotent()
async def reject_pending_changes(context: Context, change_set_id: int, reason: str) -> None:
    """Turns down an open change set; rejecting it again changes nothing.

    Raises:
        NotFound: The caller can see none with this id.
        ChangeSetClosed: It has been activated or superseded.
    """
    async with unit_of_work(context) as change:
        reviewed = await get(context, change_set_id)
        if reviewed.status is ChangeSetStatus.REJECTED:
            return
        if reviewed.closed_at:
            raise ChangeSetClosed(["input", "changeSetId"])
        await close(change, reviewed, ChangeSetStatus.REJECTED, rejection_reason=reason)
        vendor = await Vendor.get(id=reviewed.vendor_id)
        if reviewed.source is ChangeSetSource.DEMO_CONVERSION and vendor.license_server:
            await Vendor.filter(id=vendor.id).update(next_check_at=change.now)  # it is a demo again
        [jti] = await ChangeSet.filter(id=reviewed.id).values_list("document__document_id", flat=True)
        rejection = {"serial": reviewed.serial_number, "jti": jti, "rejected_at": change.now, "reason": reason}
        await report(change, vendor, "rejections", rejection)
        change.record(
            AuditAction.CHANGE_SET_REJECTED,
            vendor_id=vendor.id,
            change_set_id=reviewed.id,
            vendor=vendor.name,
            reason=reason,
        )


@idempotent()
async def acknowledge_change_set(context: Context, change_set_id: int) -> None:
    """Marks an automatically activated change set, and the vendor's before it, as seen.

    Raises:
        NotFound: The caller can see none with this id.
        Invalid: It is not one that was activated automatically.
    """
    async with unit_of_work(context) as change:
        reviewed = await get(context, change_set_id)
        if reviewed.status is not ChangeSetStatus.AUTO_ACTIVATED:
            raise Invalid(
                ["input", "changeSetId"],
                reason=Message("Only what was activated automatically is marked as seen. Read `pendingChanges` again."),
            )
        marked = await ChangeSet.filter(
            vendor_id=reviewed.vendor_id,
            id__lte=reviewed.id,
            outcome=ChangeSetStatus.AUTO_ACTIVATED.value,
            acknowledged_at__isnull=True,
        ).update(acknowledged_at=change.now)
        if marked:
            change.record(
                AuditAction.CHANGE_SET_ACKNOWLEDGED,
                vendor_id=reviewed.vendor_id,
                change_set_id=reviewed.id,
                vendor=await vendor_name(reviewed.vendor_id),
            )


async def close(
    change: Change, reviewed: ChangeSetView, outcome: ChangeSetStatus, *, by: Actor | None = None, **columns: Any
) -> None:
    """Gives an open change set its outcome, and stores its numbers as they are now."""
    actor = by or change.context.caller.actor
    await ChangeSet.filter(id=reviewed.id).update(
        outcome=outcome.value,
        closed_at=change.now,
        closed_by_kind=actor.kind.value,
        closed_by_name=actor.name,
        changes=[asdict(one) for one in reviewed.changes],
        previous_license_owner=reviewed.previous_license_owner,
        previous_expires_at=reviewed.previous_expires_at,
        **columns,
    )


async def supersede(change: Change, vendor: Vendor) -> None:
    """Closes the vendor's open change set, if there is one, in favor of a newer document."""
    open_ids: list[Any] = await ChangeSet.filter(vendor_id=vendor.id, outcome__isnull=True).values_list("id", flat=True)
    for reviewed in await load(change.context, open_ids):
        assert reviewed is not None
        await close(change, reviewed, ChangeSetStatus.SUPERSEDED, by=SYSTEM)
        change.record(
            AuditAction.CHANGE_SET_SUPERSEDED,
            vendor_id=vendor.id,
            change_set_id=reviewed.id,
            vendor=vendor.name,
        )


async def vendor_name(vendor_id: int) -> str:
    """The name that an event remembers."""
    [name] = await Vendor.filter(id=vendor_id).values_list("name", flat=True)
    return str(name)


async def _listed(context: Context, vendor: str | None, statuses: Sequence[ChangeSetStatus] | None) -> ListQuery:
    def seen() -> ListQuery:
        found = visible(context)
        return found if vendor is None else found.where(f"vendor.key = {found.select.bind(vendor)}")

    listed = seen()
    if statuses is None:
        return listed
    unfinished = seen()
    found = await unfinished.select.rows(f"SELECT change_set.id {unfinished.from_where('outcome IS NULL')}")
    still_open = [one.id for one in await load(context, [id_ for (id_,) in found]) if one and one.status in statuses]
    outcomes = listed.select.in_(status.value for status in statuses)
    return listed.where(f"(outcome {outcomes} OR change_set.id {listed.select.in_(still_open)})")
