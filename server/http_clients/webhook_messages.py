"""What webhooks are told, and by what they know that it comes from here: see https://www.standardwebhooks.com."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec

from models.webhook import Webhook
from resolvers.audit.log import NEWEST_FIRST, EventRow, summary
from resolvers.context import Context
from schema.relay.node import global_id


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """Something to be told, the same in each try."""

    id: str
    body: bytes


async def event_messages(context: Context, webhook: Webhook, rows: Sequence[Sequence[Any]]) -> list[WebhookMessage]:
    """Events as a webhook is told of them; what they concern is named as it is now, where the webhook may see it."""
    events = [EventRow._make(row) for row in rows]
    loaders = context.loaders
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
            "vendor": _reference("Vendor", event.vendor_id, _key_and_name(vendors), "key", "name"),
            "changeSet": _reference("LicenseChangeSet", event.change_set_id, {}),
            "license": _reference("License", event.license_id, _key_and_name(licenses), "key", "name"),
            "user": _reference("User", event.user_id, named_users, "login", "name"),
        }
        body = _body(f"audit_event.{event.action.lower()}", datetime.fromisoformat(event.occurred_at), data)
        messages.append(WebhookMessage(f"msg_{webhook.id}_{event.id}", body))
    return messages


def trial_message(webhook: Webhook, request_id: str, now: datetime) -> WebhookMessage:
    """What a test event says."""
    data = {"webhook": {"id": global_id("Webhook")(webhook.id), "name": webhook.name}, "requestId": request_id}
    return WebhookMessage(f"msg_{webhook.id}_test_{int(now.timestamp() * 1_000_000)}", _body("webhook.test", now, data))


def signed_headers(message: WebhookMessage, secrets: Sequence[str], now: datetime) -> dict[str, str]:
    """The headers that prove where a message comes from, by each of the secrets."""
    timestamp = str(int(now.timestamp()))
    return {
        "Content-Type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(message, timestamp, secret) for secret in secrets),
    }


def _signature(message: WebhookMessage, timestamp: str, secret: str) -> str:
    key = b64decode(secret.removeprefix("whsec_"))
    signed = f"{message.id}.{timestamp}.".encode() + message.body
    return "v1," + b64encode(hmac.digest(key, signed, sha256)).decode()


def _body(type_: str, timestamp: datetime, data: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode({"type": type_, "timestamp": timestamp, "data": data})


def _key_and_name(rows: Mapping[int, Any]) -> dict[int, dict[str, str]]:
    return {id_: {"key": row.key, "name": row.name} for id_, row in rows.items()}


def _reference(type_: str, id_: int | None, known: Mapping[int, Mapping[str, str]], *names: str) -> Any:
    """What names an object; apart from its ID it is null where the webhook may not see it, or it is gone."""
    if id_ is None:
        return None
    return {"id": global_id(type_)(id_), **(known.get(id_) or dict.fromkeys(names))}
