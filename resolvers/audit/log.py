"""The audit log, and each of its events in one sentence."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from licensing.enums import ActorKind, AuditAction
from licensing.messages import Language, Message
from models.audit_event import AuditEvent
from models.db.select import Row, Select
from resolvers.context import Context
from resolvers.pagination import Keyset, ListQuery, Page, PageRequest, fetch_batches, fetch_page
from resolvers.vendors.vendors import tenant_conditions

NEWEST_FIRST = Keyset("auditEvents", {"position": int}, is_descending=True)

SUMMARIES: Mapping[AuditAction, str] = {
    AuditAction.CHANGE_SET_RECEIVED: "{actor} received new license information from {vendor}.",
    AuditAction.LICENSES_ACTIVATED: "{actor} activated new licenses from {vendor}: {changes:license|licenses} changed.",
    AuditAction.ACTIVATION_REFUSED: "The activation of new licenses from {vendor} by {actor} was refused: {message}",
    AuditAction.CHANGE_SET_REJECTED: "{actor} rejected new licenses from {vendor}: {reason}",
    AuditAction.CHANGE_SET_ACKNOWLEDGED: "{actor} has seen the new licenses from {vendor}.",
    AuditAction.CHANGE_SET_SUPERSEDED: "Newer license information from {vendor} replaced what was waiting.",
    AuditAction.USER_LICENSE_ASSIGNED: "{actor} gave {license} to {user}.",
    AuditAction.USER_LICENSE_REVOKED: "{actor} took {license} from {user}.",
    AuditAction.LICENSE_FILE_REFUSED: "A license file imported by {actor} was refused: {message}",
    AuditAction.VENDOR_CHECK_FAILED: "Checking {vendor} for new licenses failed: {message}",
    AuditAction.VENDOR_CHANGED: "{actor} changed the vendor {vendor}: {what}.",
    AuditAction.EXPIRY_WARNED: "The licenses from {vendor} expire at {expires_at}.",
    AuditAction.DEMO_CONVERTED: "{actor} turned the demo into installation {serial_number} of {license_owner}.",
    AuditAction.USER_CHANGED: "{actor} changed the user {user}: {what}.",
    AuditAction.SEATS_REPAIRED: "{actor} recounted the seats in use of {license}.",
    AuditAction.SIGNED_IN: "{actor} logged in.",
    AuditAction.SIGN_IN_REFUSED: "A login as {login} was refused.",
    AuditAction.API_TOKEN_CREATED: "{actor} issued the API token {token}.",
    AuditAction.API_TOKEN_REVOKED: "{actor} revoked the API token {token}.",
    AuditAction.WEBHOOK_CREATED: "{actor} made the webhook {webhook}.",
    AuditAction.WEBHOOK_CHANGED: "{actor} changed the webhook {webhook}: {what}.",
    AuditAction.WEBHOOK_DISABLED: "The webhook {webhook} was switched off: {reason}.",
    AuditAction.WEBHOOK_DELETED: "{actor} deleted the webhook {webhook}.",
}
"""What an event says; in braces the facts recorded with it, and who it was by."""


class EventRow(NamedTuple):
    """An event as it is read."""

    id: int
    position: int
    occurred_at: str
    action: str
    actor_kind: str
    actor_name: str
    request_id: str
    facts: dict[str, Any]
    details: Sequence[Sequence[str | None]]
    vendor_id: int | None
    change_set_id: int | None
    license_id: int | None
    user_id: int | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Narrows the audit log. All conditions given must hold."""

    actions: tuple[AuditAction, ...] | None = None
    vendor: str | None = None
    license_type: str | None = None
    user_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


async def events_page(context: Context, filter: AuditFilter, page: PageRequest) -> Page[Row]:
    """Events by position, newest first, as rows of `EventRow`."""
    return await fetch_page(_listed(context, filter), NEWEST_FIRST, page, AuditEvent, EventRow._fields)


async def count_events(context: Context, filter: AuditFilter) -> int:
    """How many events the pages hold together."""
    return await _listed(context, filter).count()


def event_batches(context: Context, filter: AuditFilter) -> AsyncIterator[Sequence[Row]]:
    """All events, newest first, some at once, as rows of `EventRow`."""

    async def listed() -> ListQuery:
        return _listed(context, filter)

    return fetch_batches(listed, NEWEST_FIRST, AuditEvent, EventRow._fields)


async def events_between(context: Context, filter: AuditFilter, after: int, until: int, limit: int) -> Sequence[Row]:
    """The first events after a position and up to another, oldest first, as rows of `EventRow`."""
    listed = _listed(context, filter)
    select = listed.select
    wanted = listed.from_where(f"position > {select.bind(after)}", f"position <= {select.bind(until)}")
    read = select.project(AuditEvent, *EventRow._fields)
    return await select.rows(f"SELECT {read} {wanted} ORDER BY position LIMIT {limit}")


async def load_events(context: Context, ids: Sequence[int]) -> dict[int, Row]:
    """Events by id, as rows of `EventRow`."""
    visible = _listed(context, AuditFilter())
    select = visible.select
    read, wanted = select.project(AuditEvent, *EventRow._fields), visible.from_where(f"id {select.in_(ids)}")
    return {row[0]: row for row in await select.rows(f"SELECT {read} {wanted}")}


def summary(language: Language, action: str, facts: Mapping[str, Any], actor_kind: str, actor_name: str) -> str:
    """The whole of an event in one sentence."""
    is_system = actor_kind == ActorKind.SYSTEM
    actor = Message(actor_name) if is_system else actor_name
    template = SUMMARIES[AuditAction(action)]
    sentence = Message.from_json({"template": template, "facts": {**facts, "actor": actor}}).in_language(language)
    return sentence[0].upper() + sentence[1:] if is_system else sentence  # others are named as they write themselves


def _listed(context: Context, filter: AuditFilter) -> ListQuery:
    select = Select()
    conditions = tenant_conditions(context, select)
    if filter.actions is not None:
        conditions.append(f"action {select.in_(action.value for action in filter.actions)}")
    for table, key in (("vendor", filter.vendor), ("license", filter.license_type)):
        if key is not None:
            of_installation = f"installation_id = {select.bind(context.installation_id)}"
            conditions.append(
                f"{table}_id IN (SELECT id FROM {table} WHERE {of_installation} AND key = {select.bind(key)})"
            )
    if filter.user_id is not None:
        conditions.append(f"user_id = {select.bind(filter.user_id)}")
    if filter.since is not None:
        conditions.append(f"occurred_at >= {select.bind(filter.since)}")
    if filter.until is not None:
        conditions.append(f"occurred_at < {select.bind(filter.until)}")
    return ListQuery(select, AuditEvent._meta.db_table, conditions)
