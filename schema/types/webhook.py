"""Webhooks, and how telling them went."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from licensing.enums import ApiScope, AuditAction
from licensing.messages import Language, Message
from models.webhook import Webhook as StoredWebhook
from models.webhook import WebhookDelivery as StoredDelivery
from resolvers.audit.log import NEWEST_FIRST
from resolvers.context import Context
from schema.core.descriptions import object_type
from schema.core.permissions import Info, protected_field
from schema.core.row_mapping import Computed, Localized, RowMapping, Rows, ToOne, from_row
from schema.relay.node import Node, global_id
from schema.types.audit_event import AuditEvent
from schema.types.scalars import URL

if TYPE_CHECKING:
    from schema.types.vendor import Vendor


def _error(language: Language, error: str | None, words: Any) -> str | None:
    return None if error is None else Message.from_json(words or error).in_language(language)


@object_type
class WebhookDelivery:
    """One try to tell a webhook something."""

    message_id: str
    """What was sent as `webhook-id`: the same in each try to tell the same event."""
    sent_at: datetime
    """When."""
    is_delivered: bool
    """Whether the address took it, with a status from 200 to 299."""
    response_status: int | None
    """The status it answered with; null if there was no answer."""
    error: str | None
    """What went wrong, in a clause about the address, in the language of `Accept-Language`; null if nothing did."""
    milliseconds: int
    """How long it took."""
    row: strawberry.Private[StoredDelivery]

    @protected_field(requires=ApiScope.AUDIT_READ)
    async def event(self, info: Info) -> AuditEvent | None:
        """What was told; null for a test event."""
        if self.row.event_id is None:
            return None
        found = await info.context.loaders.event.load(self.row.event_id)
        return from_row(AuditEvent, found, info.context) if found else None

    __mapping__ = RowMapping(
        StoredDelivery,
        is_delivered=Computed(lambda id_, error: error is None, "message_id", "error"),
        error=Localized(_error, "error", "error_words"),
    )


@object_type
class Webhook(Node):
    """An address that is told of audit events as they are recorded, in order, each at least once."""

    id: strawberry.ID
    """Global ID."""
    name: str
    """What it is for."""
    url: URL
    """Where events are sent, by POST."""
    vendor: Annotated["Vendor", strawberry.lazy("schema.types.vendor")] | None
    """The only vendor whose events it is told; null for all."""
    actions: list[AuditAction]
    """The actions it is told; empty for all."""
    created_at: datetime
    """When it was made."""
    is_enabled: bool
    """Whether it is told of events now."""
    disabled_at: datetime | None
    """When it was switched off, by hand or because its address failed for a day; null while it is on."""
    failing_since: datetime | None
    """When the address began to fail; null while it does not."""
    next_try_at: datetime | None
    """When it is tried again; null while nothing fails."""
    delivered_up_to: str
    """Cursor of the audit log: what comes after it is still to be told. Where it goes on when it is switched on."""
    previous_secret_ends_at: datetime | None
    """Until when the secret before the latest one is also signed with; null if there was none."""
    row: strawberry.Private[StoredWebhook]

    @protected_field()
    async def deliveries(self, info: Info) -> list[WebhookDelivery]:
        """The latest tries, newest first; 100 are kept."""
        found = await info.context.loaders.deliveries_of_webhook.load(self.row.id)
        return list(Rows(WebhookDelivery, found, info.context))

    __mapping__ = RowMapping(
        StoredWebhook,
        id=Computed(global_id("Webhook"), "id"),
        vendor=ToOne("vendors", "vendor_id", "Vendor", "vendor"),
        is_enabled=Computed(lambda id_, disabled_at: disabled_at is None, "id", "disabled_at"),
        next_try_at=Computed(lambda since, next_try_at: next_try_at, "failing_since", "next_try_at"),
        delivered_up_to=Computed(lambda position: NEWEST_FIRST.cursor([position]), "position"),
    )


async def webhook_by_id(context: Context, webhook_id: int) -> Webhook | None:
    """A webhook that the caller may see."""
    row = await context.loaders.webhook.load(webhook_id)
    return from_row(Webhook, row, context) if row else None
