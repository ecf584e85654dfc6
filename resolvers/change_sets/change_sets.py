"""Change sets: read, reject and acknowledge. `activation` activates them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from licensing.enums import AuditAction, ChangeSetSource, ChangeSetStatus
from licensing.errors import ChangeSetClosed, Invalid, NotFound
from licensing.messages import Message
from models.change_set import ChangeSet
from models.vendor import Vendor
from resolvers.change_sets.read_model import ChangeSetView, LicenseChangeView, Surplus, load, visible
from resolvers.context import Context
from resolvers.idempotency import idempotent
from resolvers.pagination import Keyset, ListQuery, Page, PageRequest, fetch_page
from resolvers.ports import Outcome
from resolvers.principals import SYSTEM, Actor
from resolvers.unit_of_work import UnitOfWork, unit_of_work
from resolvers.vendor_reports import enqueue_report

NEWEST_FIRST = Keyset("changeSets", {"change_set__id": int}, is_descending=True)


async def get_change_set(context: Context, change_set_id: int) -> ChangeSetView:
    """Return a change set.

    Raises:
        NotFound: The caller can see no change set with this ID.
    """
    [view] = await load(context, [change_set_id])
    if view is None:
        raise NotFound(["input", "changeSetId"])
    return view


async def replay_change_set(outcome: Outcome, context: Context, *call: object) -> ChangeSetView | None:
    """Return the change set of a repeated request, as it is now; None if the request made none."""
    id_ = outcome.result()
    [view] = await load(context, [id_]) if id_ else [None]
    return view


async def pending_changes(context: Context, vendor: str | None = None) -> list[ChangeSetView]:
    """Return at most one change set per vendor: the open one, else the latest automatic one not yet acknowledged."""
    query = visible(context)
    auto_activated = query.select.bind(ChangeSetStatus.AUTO_ACTIVATED.value)
    conditions = [f"(outcome IS NULL OR (outcome = {auto_activated} AND acknowledged_at IS NULL))"]
    if vendor is not None:
        conditions.append(f"vendor.key = {query.select.bind(vendor)}")
    wanted = query.from_where(*conditions)
    by_vendor: dict[int, tuple[bool, int]] = {}
    for id_, vendor_id, outcome in await query.select.rows(f"SELECT change_set.id, vendor.id, outcome {wanted}"):
        by_vendor[vendor_id] = max(by_vendor.get(vendor_id, (False, 0)), (outcome is None, id_))
    ids = [id_ for _, (_, id_) in sorted(by_vendor.items())]
    return [view for view in await load(context, ids) if view]


async def surplus_requirements(context: Context, vendor: str | None = None) -> list[Surplus]:
    """Return the licenses with more seats in use than a pending change set allows."""
    pending = await pending_changes(context, vendor)
    return [surplus for change_set in pending for surplus in change_set.surplus_requirements]


async def change_sets_page(
    context: Context, *, vendor: str | None, statuses: Sequence[ChangeSetStatus] | None, page: PageRequest
) -> Page[ChangeSetView]:
    """Return a page of all change sets ever received, newest first."""
    ids = await fetch_page(await _list_query(context, vendor, statuses), NEWEST_FIRST, page, ChangeSet, ["id"])
    views = await load(context, [id_ for (id_,) in ids.rows])
    return ids.of([view for view in views if view])


async def count_change_sets(context: Context, *, vendor: str | None, statuses: Sequence[ChangeSetStatus] | None) -> int:
    """Return the number of change sets on all pages."""
    return await (await _list_query(context, vendor, statuses)).count()


@idempotent()
async def reject_pending_changes(context: Context, change_set_id: int, reason: str) -> None:
    """Reject an open change set; rejecting it again changes nothing.

    Raises:
        NotFound: The caller can see no change set with this ID.
        ChangeSetClosed: It has been activated or superseded.
    """
    async with unit_of_work(context) as unit:
        change_set = await get_change_set(context, change_set_id)
        if change_set.status is ChangeSetStatus.REJECTED:
            return
        if change_set.closed_at:
            raise ChangeSetClosed(["input", "changeSetId"])
        await close_unchanged(unit, change_set, ChangeSetStatus.REJECTED, rejection_reason=reason)
        vendor = await Vendor.get(id=change_set.vendor_id)
        if change_set.source is ChangeSetSource.DEMO_CONVERSION and vendor.license_server:
            await Vendor.filter(id=vendor.id).update(next_check_at=unit.now)  # the installation stays a demo
        [jti] = await ChangeSet.filter(id=change_set.id).values_list("document__document_id", flat=True)
        rejection = {"serial": change_set.serial_number, "jti": jti, "rejected_at": unit.now, "reason": reason}
        await enqueue_report(unit, vendor, "rejections", rejection)
        unit.record(
            AuditAction.CHANGE_SET_REJECTED,
            vendor_id=vendor.id,
            change_set_id=change_set.id,
            vendor=vendor.name,
            reason=reason,
        )


@idempotent()
async def acknowledge_change_set(context: Context, change_set_id: int) -> None:
    """Acknowledge an automatically activated change set, and the vendor's earlier ones.

    Raises:
        NotFound: The caller can see no change set with this ID.
        Invalid: It was not activated automatically.
    """
    async with unit_of_work(context) as unit:
        change_set = await get_change_set(context, change_set_id)
        if change_set.status is not ChangeSetStatus.AUTO_ACTIVATED:
            raise Invalid(
                ["input", "changeSetId"],
                reason=Message(
                    "Only automatically activated change sets can be acknowledged. Read `pendingChanges` again."
                ),
            )
        marked = await ChangeSet.filter(
            vendor_id=change_set.vendor_id,
            id__lte=change_set.id,
            outcome=ChangeSetStatus.AUTO_ACTIVATED.value,
            acknowledged_at__isnull=True,
        ).update(acknowledged_at=unit.now)
        if marked:
            unit.record(
                AuditAction.CHANGE_SET_ACKNOWLEDGED,
                vendor_id=change_set.vendor_id,
                change_set_id=change_set.id,
                vendor=await vendor_name(change_set.vendor_id),
            )


async def close(
    unit: UnitOfWork,
    change_set_id: int,
    outcome: ChangeSetStatus,
    *,
    by: Actor,
    changes: Sequence[LicenseChangeView],
    previous_license_owner: str | None,
    previous_expires_at: datetime | None,
    **columns: Any,
) -> None:
    """Close an open change set with an outcome, and store its changes as they are now."""
    await ChangeSet.filter(id=change_set_id).update(
        outcome=outcome.value,
        closed_at=unit.now,
        closed_by_kind=by.kind.value,
        closed_by_name=by.name,
        changes=[asdict(change) for change in changes],
        previous_license_owner=previous_license_owner,
        previous_expires_at=previous_expires_at,
        **columns,
    )


async def close_unchanged(
    unit: UnitOfWork, change_set: ChangeSetView, outcome: ChangeSetStatus, *, by: Actor | None = None, **columns: Any
) -> None:
    """Close an open change set whose licenses were not activated; by the caller unless another actor is given."""
    await close(
        unit,
        change_set.id,
        outcome,
        by=by or unit.context.caller.actor,
        changes=change_set.changes,
        previous_license_owner=change_set.previous_license_owner,
        previous_expires_at=change_set.previous_expires_at,
        **columns,
    )


async def supersede(unit: UnitOfWork, vendor: Vendor) -> None:
    """Close the vendor's open change set, if there is one, in favor of a newer document."""
    open_ids: list[Any] = await ChangeSet.filter(vendor_id=vendor.id, outcome__isnull=True).values_list("id", flat=True)
    for change_set in await load(unit.context, open_ids):
        assert change_set is not None
        await close_unchanged(unit, change_set, ChangeSetStatus.SUPERSEDED, by=SYSTEM)
        unit.record(
            AuditAction.CHANGE_SET_SUPERSEDED,
            vendor_id=vendor.id,
            change_set_id=change_set.id,
            vendor=vendor.name,
        )


async def vendor_name(vendor_id: int) -> str:
    """Return a vendor's name, for an event."""
    [name] = await Vendor.filter(id=vendor_id).values_list("name", flat=True)
    return str(name)


async def _list_query(context: Context, vendor: str | None, statuses: Sequence[ChangeSetStatus] | None) -> ListQuery:
    def of_vendor() -> ListQuery:
        query = visible(context)
        return query if vendor is None else query.where(f"vendor.key = {query.select.bind(vendor)}")

    query = of_vendor()
    if statuses is None:
        return query
    # The status of an open change set is derived, and not stored.
    unclosed = of_vendor()
    rows = await unclosed.select.rows(f"SELECT change_set.id {unclosed.from_where('outcome IS NULL')}")
    open_ids = [view.id for view in await load(context, [id_ for (id_,) in rows]) if view and view.status in statuses]
    outcomes = query.select.in_(status.value for status in statuses)
    return query.where(f"(outcome {outcomes} OR change_set.id {query.select.in_(open_ids)})")
