"""Mutations of webhooks: create, update, delete, send a test event."""

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
from schema.core.user_errors import collect_user_errors
from schema.mutations.payload import Payload
from schema.relay.node import decode_id
from schema.types.scalars import URL
from schema.types.webhook import Webhook, WebhookDelivery, webhook_by_id


@input_type
class CreateWebhookInput:
    """Input of `createWebhook`."""

    name: str
    """Name that describes the webhook's purpose."""
    url: URL
    """URL to send events to: a public https address, or an address of a host that the operator has allowed."""
    actions: list[AuditAction] | None = None
    """Actions to send events for. Defaults to all actions, as does an empty list."""
    vendor_id: strawberry.ID | None = None
    """
    ID of the vendor whose events to send. Defaults to the vendor that the caller's token is restricted to, otherwise to
    all vendors.
    """


@input_type
class UpdateWebhookInput:
    """Input of `updateWebhook`. Fields that are not given keep their values."""

    webhook_id: strawberry.ID
    """ID of the webhook to update."""
    name: str | None = None
    """The new name."""
    url: URL | None = None
    """The new URL to send events to."""
    actions: list[AuditAction] | None = None
    """The new list of actions to send events for; an empty list means all actions."""
    is_enabled: bool | None = None
    """Whether to send events. A webhook that is enabled again resumes where it stopped, unless `after` is given."""
    after: str | None = None
    """Cursor of an audit event. Delivery continues after it, which repeats or skips the events in between."""
    rotate_secret: bool | None = None
    """Whether to generate a new secret. Events are also signed with the previous secret for 24 hours."""


@input_type
class DeleteWebhookInput:
    """Input of `deleteWebhook`."""

    webhook_id: strawberry.ID
    """ID of the webhook to delete."""


@input_type
class SendTestEventInput:
    """Input of `sendTestEvent`."""

    webhook_id: strawberry.ID
    """ID of the webhook to test. It may be disabled."""


@object_type
class CreateWebhookPayload(Payload):
    """Payload of `createWebhook`."""

    webhook: Webhook | None = None
    """The new webhook; null on failure."""
    secret: str | None = None
    """The secret that events are signed with. It is shown only once: store it to verify the signatures."""


@object_type
class UpdateWebhookPayload(Payload):
    """Payload of `updateWebhook`."""

    webhook: Webhook | None = None
    """The webhook after the mutation; null if not found."""
    secret: str | None = None
    """The new secret, if `rotateSecret` was set; null otherwise. It is shown only once."""


@object_type
class DeleteWebhookPayload(Payload):
    """Payload of `deleteWebhook`."""

    deleted_webhook_id: strawberry.ID | None = None
    """ID of the deleted webhook; null if not found."""


@object_type
class SendTestEventPayload(Payload):
    """Payload of `sendTestEvent`."""

    webhook: Webhook | None = None
    """The webhook after the mutation; null if not found."""
    delivery: WebhookDelivery | None = None
    """The delivery attempt; null if nothing was sent."""


@object_type
class WebhookMutations:
    """Mutations that create, update, delete and test webhooks."""

    @mutation(requires=ApiScope.WEBHOOKS_WRITE)
    async def create_webhook(
        self, info: Info, input: Annotated[CreateWebhookInput, argument("The URL and the events to send to it.")]
    ) -> CreateWebhookPayload | None:
        """Creates a webhook. Events are sent from now on. The secret is shown only in this response. Also needs the
        scopes `AUDIT_READ`, `LICENSES_READ` and `USERS_READ`. Errors: NOT_FOUND, INVALID.
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
        self, info: Info, input: Annotated[UpdateWebhookInput, argument("The webhook and its new values.")]
    ) -> UpdateWebhookPayload | None:
        """Updates a webhook: its name, URL, actions, state, position in the audit log or secret. Pending events are
        delivered at once. Also needs the scopes `AUDIT_READ`, `LICENSES_READ` and `USERS_READ`.
        Errors: NOT_FOUND, INVALID.
        """
        _require_reads(info.context)
        payload = UpdateWebhookPayload()
        webhook_id = decode_id(input.webhook_id, "Webhook")
        with collect_user_errors(payload):
            payload.webhook = await webhook_by_id(info.context, webhook_id)
            changes = webhooks.WebhookChanges(
                name=input.name and input.name.strip(),
                url=input.url,
                actions=input.actions,
                is_enabled=input.is_enabled,
                after=input.after,
                rotate_secret=bool(input.rotate_secret),
            )
            payload.secret = await webhooks.update_webhook(info.context, webhook_id, changes)
            payload.webhook = await webhook_by_id(info.context, webhook_id)
        return payload

    @mutation(requires=ApiScope.WEBHOOKS_WRITE)
    async def delete_webhook(
        self, info: Info, input: Annotated[DeleteWebhookInput, argument("The webhook to delete.")]
    ) -> DeleteWebhookPayload | None:
        """Deletes a webhook permanently, with its secret and its stored deliveries. Errors: NOT_FOUND."""
        payload = DeleteWebhookPayload()
        with collect_user_errors(payload):
            await webhooks.delete_webhook(info.context, decode_id(input.webhook_id, "Webhook"))
            payload.deleted_webhook_id = input.webhook_id
        return payload

    @mutation(requires=ApiScope.WEBHOOKS_WRITE)
    async def send_test_event(
        self, info: Info, input: Annotated[SendTestEventInput, argument("The webhook to test.")]
    ) -> SendTestEventPayload | None:
        """Sends a signed event of type `webhook.test` to a webhook, once, without retries.
        Errors: NOT_FOUND, DELIVERY_FAILED.
        """
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
    """Raise `Forbidden` if the caller may not read everything that a webhook sends."""
    for scope in webhooks.REQUIRED_SCOPES:
        context.require(scope)
