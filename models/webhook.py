"""Webhooks and their deliveries."""

from typing import Any

from tortoise import Model, fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from models.fields import belongs_to


class Webhook(Model):
    """A URL that an installation's events are sent to in order, with the position reached."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    name = fields.CharField(max_length=200)
    url = fields.CharField(max_length=1000)
    vendor = belongs_to("Vendor", null=True)
    """The only vendor whose events are sent; null for all vendors."""
    vendor_id: int | None
    actions: Any = fields.JSONField(default=list)
    """The actions whose events are sent; empty for all actions."""
    secret = fields.CharField(max_length=100)
    """The signing secret, stored in plain text because signing requires it."""
    previous_secret = fields.CharField(max_length=100, null=True)
    previous_secret_ends_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    position = fields.BigIntField()
    """The position in the audit log up to which all matching events have been delivered."""
    tries = fields.IntField(default=0)
    """Number of failed deliveries since the last success."""
    failing_since = fields.DatetimeField(null=True)
    next_try_at = fields.DatetimeField()
    claimed_until = fields.DatetimeField(null=True)
    """When a process's lease on the webhook ends; null if there is none. It also identifies that process's writes."""
    disabled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "webhook"
        constraints = (
            CheckConstraint(name="webhook_tries", check="tries >= 0 AND (tries = 0) = (failing_since IS NULL)"),
            CheckConstraint(
                name="webhook_previous_secret", check="(previous_secret IS NULL) = (previous_secret_ends_at IS NULL)"
            ),
        )


class WebhookDelivery(Model):
    """An attempt to deliver an event to a webhook; the latest attempts are kept."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    webhook = belongs_to("Webhook")
    webhook_id: int
    event = belongs_to("AuditEvent", null=True)
    """The event sent; null for a test event."""
    event_id: int | None
    message_id = fields.CharField(max_length=100)
    sent_at = fields.DatetimeField()
    milliseconds = fields.IntField()
    response_status = fields.IntField(null=True)
    error = fields.CharField(max_length=200, null=True)
    """The error in English; null if the delivery succeeded."""
    error_words: Any = fields.JSONField(null=True)
    """The error as a translatable message; null if an older version stored it."""

    class Meta:
        table = "webhook_delivery"
        indexes = (Index(fields=("webhook_id", "id")),)
