"""Webhook messages: the payloads of events, which follow https://www.standardwebhooks.com."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from models.webhook import Webhook
from resolvers.audit.log import NEWEST_FIRST, EventRow, summary
from resolvers.context import Context
from resolvers.dataloaders import Loaders
from schema.relay.node import global_id


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """A message to a webhook, which is identical in each delivery attempt."""

    id: str
    body: bytes


async def build_event_messages(
    context: Context, webhook: Webhook, rows: Sequence[Sequence[Any]]
) -> list[WebhookMessage]:
    """Return the messages for events, with the current names of the related objects that the webhook may see."""
    events = [EventRow._make(row) for row in rows]
    loaders = Loaders.of(context)
    licenses = (await loaders.catalog()).by_id
    vendors = {vendor.id: vendor for vendor in await loaders.all_vendors()}
    user_ids = list({event.user_id for event in events if event.user_id is not None})
    users = dict(zip(user_ids, await loaders.user.load_many(user_ids), strict=True))
    named_users = {id_: {"name": row[1], "login": row[2]} for id_, row in users.items() if row}
    messages = []
    for event in events:
        data = {
            "id": global_id("AuditEvent")(event.id),
            "cursor": NEWEST_FIRST.cursor([event.position]),
            "action": event.action,
            "actor": {"kind": event.actor_kind, "name": event.actor_name},
            "requestId": event.request_id,
            "summary": summary(context.language, event.action, event.facts, event.actor_kind, event.actor_name),
            "details": [{"name": name, "before": before, "after": after} for name, before, after in event.details],
            "vendor": _build_reference("Vendor", event.vendor_id, _index_names(vendors), "key", "name"),
            "changeSet": _build_reference("LicenseChangeSet", event.change_set_id, {}),
            "license": _build_reference("License", event.license_id, _index_names(licenses), "key", "name"),
            "user": _build_reference("User", event.user_id, named_users, "login", "name"),
        }
        body = _encode_payload(f"audit_event.{event.action.lower()}", datetime.fromisoformat(event.occurred_at), data)
        messages.append(WebhookMessage(f"msg_{webhook.id}_{event.id}", body))
    return messages


def build_test_message(webhook: Webhook, request_id: str, now: datetime) -> WebhookMessage:
    """Return the message of a test event."""
    data = {"webhook": {"id": global_id("Webhook")(webhook.id), "name": webhook.name}, "requestId": request_id}
    return WebhookMessage(
        f"msg_{webhook.id}_test_{int(now.timestamp() * 1_000_000)}", _encode_payload("webhook.test", now, data)
    )


def _encode_payload(type_: str, timestamp: datetime, data: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode({"type": type_, "timestamp": timestamp, "data": data})


def _index_names(rows: Mapping[int, Any]) -> dict[int, dict[str, str]]:
    return {id_: {"key": row.key, "name": row.name} for id_, row in rows.items()}


def _build_reference(type_: str, id_: int | None, known: Mapping[int, Mapping[str, str]], *names: str) -> Any:
    """Return a reference to an object; all but its ID is null if the webhook may not see it or it was deleted."""
    if id_ is None:
        return None
    return {"id": global_id(type_)(id_), **(known.get(id_) or dict.fromkeys(names))}
