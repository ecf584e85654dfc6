"""What a client can change of webhooks."""

from typing import Annotated

import strawberry

from licensing.enums import ApiScope, AuditAction
from licensing.errors import DeliveryFailed
from licensing.messages import Message
from resolvers.context import Context
from resolvers.webhooks import webhooks
from schema.core.descriptions import argument, input_type, object_type
from schema.core.permissions import Info, mutation
from schema.core.row_mapping import from_row
from schema.core.user_errors import UserError, collect_user_errors
from schema.query import Query
from schema.relay.node import decode_id
from schema.types.scalars import URL
from schema.types.webhook import Webhook, WebhookDelivery, webhook_by_id


@input_type
class CreateWebhookInput:
    """Input of `createWebhook`."""

    name: str
    """What it is for."""
    url: URL
    """Where to send events: an https address that anybody may reach, or one of a host that the operator has listed."""
    actions: list[AuditAction] | None = None
    """The actions it is told; all if empty or not given."""
    vendor_id: strawberry.ID | None = None
    """The only vendor whose events it is told, by ID; all if not given, or that of a token for one vendor."""


@input_type
class UpdateWebhookInput:
    """Input of `updateWebhook`. What is not given stays as it is."""

    webhook_id: strawberry.ID
    """The webhook to change."""
    name: str | None = None
    """What it is for."""
    url: URL | None = None
    """Where to send events from now on."""
    actions: list[AuditAction] | None = None
    """The actions it is told; all if empty."""
    is_enabled: bool | None = None
    """Whether it is told of events. Switched on, it goes on where it stopped, unless `after` says otherwise."""
    after: str | None = None
    """Cursor of an audit event: tell what comes after it, be it again, or skipping what lies between."""
    rotate_secret: bool | None = None
    """Whether to make a new secret. The one before is signed with, too, for 24 hours."""


@input_type
class DeleteWebhookInput:
    """Input of `deleteWebhook`."""

    webhook_id: strawberry.ID
    """The webhook to delete."""


@input_type
class SendTestEventInput:
    """Input of `sendTestEvent`."""

    webhook_id: strawberry.ID
    """The webhook to try out, switched on or off."""


@object_type
class CreateWebhookPayload:
    """Result of `createWebhook`."""

    webhook: Webhook | None = None
    """The webhook; null on failure."""
    secret: str | None = None
    """What events are signed with, to be kept by whoever receives them. Shown this once."""
    query: Query = strawberry.field(default_factory=Query)
    """The root, to read what else changed in the same request."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why no webhook was made. Empty on success."""


@object_type
class UpdateWebhookPayload:
    """Result of `updateWebhook`."""

    webhook: Webhook | None = None
    """The webhook as it now is; null if not found."""
    secret: str | None = None
    """The new secret, if one was asked for. Shown this once."""
    query: Query = strawberry.field(default_factory=Query)
    """The root, to read what else changed in the same request."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why nothing was changed. Empty on success."""


@object_type
class DeleteWebhookPayload:
    """Result of `deleteWebhook`."""

    deleted_webhook_id: strawberry.ID | None = None
    """The webhook that is gone; null if it was not found."""
    query: Query = strawberry.field(default_factory=Query)
    """The root, to read what else changed in the same request."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was not deleted. Empty on success."""


@object_type
class SendTestEventPayload:
    """Result of `sendTestEvent`."""

    webhook: Webhook | None = None
    """The webhook; null if not found."""
    delivery: WebhookDelivery | None = None
    """How it went; null if nothing was sent."""
    query: Query = strawberry.field(default_factory=Query)
    """The root, to read what else changed in the same request."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the test event did not arrive. Empty on success."""


@object_type
class WebhookMutations:
    """The part of `Mutation` that is about webhooks."""

    @mutation(requires=ApiScope.WEBHOOKS_WRITE)
    async def create_webhook(
        self, info: Info, input: Annotated[CreateWebhookInput, argument("What to send where.")]
    ) -> CreateWebhookPayload | None:
        """Makes a webhook, which is told of audit events from now on. Its secret is shown this once. Also needs
        `AUDIT_READ`, `LICENSES_READ` and `USERS_READ`. Errors: NOT_FOUND, INVALID.
        """
        _require_reads(info.context)
        payload = CreateWebhookPayload()
        vendor_id = None if input.vendor_id is None else decode_id(input.vendor_id, "Vendor")
        with collect_user_errors(payload):
            webhook_id, secret = await webhooks.create_webhook(
                info.context, name=input.name.strip(), url=input.url, actions=input.actions or (), vendor_id=vendor_id
            )
            payload.secret = secret or None
            payload.webhook = await webhook_by_id(info.context, webhook_id)
        return payload

    @mutation(requires=ApiScope.WEBHOOKS_WRITE)
    async def update_webhook(
        self, info: Info, input: Annotated[UpdateWebhookInput, argument("Which webhook, and what to change.")]
    ) -> UpdateWebhookPayload | None:
        """Changes a webhook, switches it on or off, lets it go on elsewhere in the audit log, or gives it a new secret.
        What is still to be told is tried at once. Also needs `AUDIT_READ`, `LICENSES_READ` and `USERS_READ`.
        Errors: NOT_FOUND, INVALID.
        """
        _require_reads(info.context)
        payload = UpdateWebhookPayload()
        webhook_id = decode_id(input.webhook_id, "Webhook")
        with collect_user_errors(payload):
            payload.webhook = await webhook_by_id(info.context, webhook_id)
            wanted = webhooks.WebhookChanges(
                name=input.name and input.name.strip(),
                url=input.url,
                actions=input.actions,
                is_enabled=input.is_enabled,
                after=input.after,
                rotate_secret=bool(input.rotate_secret),
            )
            payload.secret = await webhooks.update_webhook(info.context, webhook_id, wanted)
            payload.webhook = await webhook_by_id(info.context, webhook_id)
        return payload

    @mutation(requires=ApiScope.WEBHOOKS_WRITE)
    async def delete_webhook(
        self, info: Info, input: Annotated[DeleteWebhookInput, argument("Which webhook.")]
    ) -> DeleteWebhookPayload | None:
        """Deletes a webhook, its secret and what is kept of its deliveries, for good. Errors: NOT_FOUND."""
        payload = DeleteWebhookPayload()
        with collect_user_errors(payload):
            await webhooks.delete_webhook(info.context, decode_id(input.webhook_id, "Webhook"))
            payload.deleted_webhook_id = input.webhook_id
        return payload

    @mutation(requires=ApiScope.WEBHOOKS_WRITE)
    async def send_test_event(
        self, info: Info, input: Annotated[SendTestEventInput, argument("Which webhook.")]
    ) -> SendTestEventPayload | None:
        """Sends a webhook a signed event of type `webhook.test` now, once. Errors: NOT_FOUND, DELIVERY_FAILED."""
        payload = SendTestEventPayload()
        webhook_id = decode_id(input.webhook_id, "Webhook")
        with collect_user_errors(payload):
            delivery = await webhooks.send_test_event(info.context, webhook_id)
            payload.delivery = from_row(WebhookDelivery, delivery, info.context)
            payload.webhook = await webhook_by_id(info.context, webhook_id)
            if delivery.error is not None:
                raise DeliveryFailed(error=Message.from_json(delivery.error_words or delivery.error))
        return payload


def _require_reads(context: Context) -> None:
    """Refuses a caller who would have sent somewhere what they may not read."""
    for scope in webhooks.READS:
        context.require(scope)
