"""The audit log and the sentences that summarize its events."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from licensing.enums import ActorKind, AuditAction
from licensing.messages import Language, Message
from models.audit_event import AuditEvent
from models.db.select import Row, Select
from models.db.tortoise_internals import table_name
from resolvers.context import Context
from resolvers.pagination import Keyset, ListQuery, Page, PageRequest, fetch_batches, fetch_page
from resolvers.tenancy import tenant_conditions

NEWEST_FIRST = Keyset("auditEvents", {"position": int}, is_descending=True)

SUMMARIES: Mapping[AuditAction, str] = {
    AuditAction.CHANGE_SET_RECEIVED: "{actor} received new license information from {vendor}.",
    AuditAction.LICENSES_ACTIVATED: "{actor} activated new licenses from {vendor}: {changes:license|licenses} changed.",
    AuditAction.ACTIVATION_REFUSED: "The activation of new licenses from {vendor} by {actor} was refused: {message}",
    AuditAction.CHANGE_SET_REJECTED: "{actor} rejected new licenses from {vendor}: {reason}",
    AuditAction.CHANGE_SET_ACKNOWLEDGED: "{actor} has seen the new licenses from {vendor}.",
    AuditAction.CHANGE_SET_SUPERSEDED: "Newer license information from {vendor} replaced what was waiting.",
    AuditAction.USER_LICENSE_ASSIGNED: "{actor} assigned {license} to {user}.",
    AuditAction.USER_LICENSE_REVOKED: "{actor} revoked {license} from {user}.",
    AuditAction.LICENSE_FILE_REFUSED: "A license file imported by {actor} was refused: {message}",
    AuditAction.VENDOR_CHECK_FAILED: "Checking {vendor} for new licenses failed: {message}",
    AuditAction.VENDOR_CHANGED: "{actor} changed the vendor {vendor}: {what}.",
    AuditAction.EXPIRY_WARNED: "The licenses from {vendor} expire at {expires_at}.",
    AuditAction.DEMO_CONVERTED: "{actor} turned the demo into installation {serial_number} of {license_owner}.",
    AuditAction.USER_CHANGED: "{actor} changed the user {user}: {what}.",
    AuditAction.SEATS_REPAIRED: "{actor} recounted the seats in use of {license}.",
    AuditAction.SIGNED_IN: "{actor} signed in.",
    AuditAction.SIGN_IN_REFUSED: "A sign-in as {login} was refused.",
    AuditAction.API_TOKEN_CREATED: "{actor} issued the API token {token}.",
    AuditAction.API_TOKEN_REVOKED: "{actor} revoked the API token {token}.",
    AuditAction.WEBHOOK_CREATED: "{actor} created the webhook {webhook}.",
    AuditAction.WEBHOOK_CHANGED: "{actor} changed the webhook {webhook}: {what}.",
    AuditAction.WEBHOOK_DISABLED: "The webhook {webhook} was switched off: {reason}.",
    AuditAction.WEBHOOK_DELETED: "{actor} deleted the webhook {webhook}.",
}
"""The summary of each action, with the parameters recorded with the event and `actor` in braces."""


class EventRow(NamedTuple):
    """An audit event."""

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
class AuditCriteria:
    """Conditions on the audit log, all of which must hold; None imposes no condition."""

    actions: tuple[AuditAction, ...] | None = None
    vendor: str | None = None
    license_type: str | None = None
    user_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


async def events_page(context: Context, criteria: AuditCriteria, page: PageRequest) -> Page[Row]:
    """Return a page of events, newest first, as rows of `EventRow`."""
    return await fetch_page(_list_query(context, criteria), NEWEST_FIRST, page, AuditEvent, EventRow._fields)


async def count_events(context: Context, criteria: AuditCriteria) -> int:
    """Return the number of events."""
    return await _list_query(context, criteria).count()


def event_batches(context: Context, criteria: AuditCriteria) -> AsyncIterator[Sequence[Row]]:
    """Return an iterator over all events in batches, newest first, as rows of `EventRow`."""

    async def list_query() -> ListQuery:
        return _list_query(context, criteria)

    return fetch_batches(list_query, NEWEST_FIRST, AuditEvent, EventRow._fields)


async def events_between(
    context: Context, criteria: AuditCriteria, after: int, until: int, limit: int
) -> Sequence[Row]:
    """Return at most `limit` events after a position and up to another, oldest first, as rows of `EventRow`."""
    query = _list_query(context, criteria)
    select = query.select
    from_where = query.from_where(f"position > {select.bind(after)}", f"position <= {select.bind(until)}")
    columns = select.project(AuditEvent, *EventRow._fields)
    return await select.rows(f"SELECT {columns} {from_where} ORDER BY position LIMIT {limit}")


async def load_events(context: Context, ids: Sequence[int]) -> dict[int, Row]:
    """Return events by ID, as rows of `EventRow`."""
    query = _list_query(context, AuditCriteria())
    select = query.select
    columns, from_where = select.project(AuditEvent, *EventRow._fields), query.from_where(f"id {select.in_(ids)}")
    return {row[0]: row for row in await select.rows(f"SELECT {columns} {from_where}")}


def summary(language: Language, action: str, facts: Mapping[str, Any], actor_kind: str, actor_name: str) -> str:
    """Return the sentence that summarizes an event, in the given language."""
    is_system = actor_kind == ActorKind.SYSTEM
    actor = Message(actor_name) if is_system else actor_name
    template = SUMMARIES[AuditAction(action)]
    sentence = Message.from_json({"template": template, "facts": {**facts, "actor": actor}}).in_language(language)
    return sentence[0].upper() + sentence[1:] if is_system else sentence  # names keep their spelling


def _list_query(context: Context, criteria: AuditCriteria) -> ListQuery:
    select = Select()
    conditions = tenant_conditions(context, select)
    if criteria.actions is not None:
        conditions.append(f"action {select.in_(action.value for action in criteria.actions)}")
    for table, key in (("vendor", criteria.vendor), ("license", criteria.license_type)):
        if key is not None:
            in_installation = f"installation_id = {select.bind(context.installation_id)}"
            conditions.append(
                f"{table}_id IN (SELECT id FROM {table} WHERE {in_installation} AND key = {select.bind(key)})"
            )
    if criteria.user_id is not None:
        conditions.append(f"user_id = {select.bind(criteria.user_id)}")
    if criteria.since is not None:
        conditions.append(f"occurred_at >= {select.bind(criteria.since)}")
    if criteria.until is not None:
        conditions.append(f"occurred_at < {select.bind(criteria.until)}")
    return ListQuery(select, table_name(AuditEvent), conditions)
