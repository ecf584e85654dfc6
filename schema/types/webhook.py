"""Types of webhooks and their deliveries."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from licensing.enums import ApiScope, AuditAction
from licensing.messages import Language, Message
from models.webhook import Webhook as StoredWebhook
from models.webhook import WebhookDelivery as StoredDelivery
from resolvers.audit.log import NEWEST_FIRST
from resolvers.context import Context
from resolvers.dataloaders import Loaders
from schema.core.descriptions import object_type
from schema.core.permissions import Info, protected_field
from schema.core.row_mapping import RowMapping, Rows, from_row
from schema.core.row_sources import Computed, Localized, ToOne
from schema.relay.node import Node, global_id
from schema.types.audit_event import AuditEvent
from schema.types.scalars import URL

if TYPE_CHECKING:
    from schema.types.vendor import Vendor


def _error_message(language: Language, error: str | None, message_json: Any) -> str | None:
    return None if error is None else Message.from_json(message_json or error).in_language(language)


@object_type
class WebhookDelivery:
    """An attempt to deliver an event to a webhook."""

    message_id: str
    """Value of the `webhook-id` header. It is the same for all attempts to deliver the same event."""
    sent_at: datetime
    """Time of the attempt."""
    is_delivered: bool
    """Whether the receiver accepted the event, with a status from 200 to 299."""
    response_status: int | None
    """HTTP status of the response; null if there was no response."""
    error: str | None
    """Error message, in the language of the `Accept-Language` header; null if the delivery succeeded."""
    milliseconds: int
    """Duration of the attempt in milliseconds."""
    row: strawberry.Private[StoredDelivery]

    @protected_field(requires=ApiScope.AUDIT_READ)
    async def event(self, info: Info) -> AuditEvent | None:
        """The audit event that was sent; null for a test event."""
        if self.row.event_id is None:
            return None
        found = await Loaders.of(info.context).event.load(self.row.event_id)
        return from_row(AuditEvent, found, info.context) if found else None

    __mapping__ = RowMapping(
        StoredDelivery,
        is_delivered=Computed(lambda id_, error: error is None, "message_id", "error"),
        error=Localized(_error_message, "error", "error_words"),
    )


@object_type
class Webhook(Node):
    """A subscription to audit events, which are sent to a URL in order, each at least once."""

    id: strawberry.ID
    """Global ID of the object."""
    name: str
    """Name that describes the webhook's purpose."""
    url: URL
    """URL to which events are sent by `POST`."""
    vendor: Annotated["Vendor", strawberry.lazy("schema.types.vendor")] | None
    """Vendor whose events are sent; null for all vendors."""
    actions: list[AuditAction]
    """Actions for which events are sent; empty for all actions."""
    created_at: datetime
    """Time at which the webhook was created."""
    is_enabled: bool
    """Whether events are being sent."""
    disabled_at: datetime | None
    """Time at which the webhook was disabled, by a user or after a day of failed deliveries; null if enabled."""
    failing_since: datetime | None
    """Time since which deliveries have failed; null if they succeed."""
    next_try_at: datetime | None
    """Time of the next attempt; null if deliveries succeed."""
    delivered_up_to: str
    """Cursor of the last delivered audit event. An enabled webhook continues after it."""
    previous_secret_ends_at: datetime | None
    """Time until which events are also signed with the previous secret; null if there was none."""
    row: strawberry.Private[StoredWebhook]

    @protected_field()
    async def deliveries(self, info: Info) -> list[WebhookDelivery]:
        """The latest attempts, newest first. At most 100 are stored."""
        found = await Loaders.of(info.context).deliveries_of_webhook.load(self.row.id)
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
    """Return a webhook; None if it does not exist or the caller may not see it."""
    row = await Loaders.of(context).webhook.load(webhook_id)
    return from_row(Webhook, row, context) if row else None
