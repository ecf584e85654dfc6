"""Addresses that are told of events, and how that went."""

from typing import Any

from tortoise import Model, fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from models.fields import belongs_to


class Webhook(Model):
    """An address that is told of an installation's events, in order, and how far it has been told."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    name = fields.CharField(max_length=200)
    url = fields.CharField(max_length=1000)
    vendor = belongs_to("Vendor", null=True)
    """The only vendor whose events it is told; null for all."""
    vendor_id: int | None
    actions: Any = fields.JSONField(default=list)
    """The actions it is told; empty for all."""
    secret = fields.CharField(max_length=100)
    """What it is signed with, as it is: a hash could not sign."""
    previous_secret = fields.CharField(max_length=100, null=True)
    previous_secret_ends_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    position = fields.BigIntField()
    """Of the audit log: all events up to there have been delivered, or are none of its own."""
    tries = fields.IntField(default=0)
    """Failed ones since the last that succeeded."""
    failing_since = fields.DatetimeField(null=True)
    next_try_at = fields.DatetimeField()
    claimed_until = fields.DatetimeField(null=True)
    """Until when one process has it for itself; null while none has. Also tells that process's writes from others'."""
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
    """One try to tell a webhook something, of which the latest are kept to be shown."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    webhook = belongs_to("Webhook")
    webhook_id: int
    event = belongs_to("AuditEvent", null=True)
    """What it was told; null for a test."""
    event_id: int | None
    message_id = fields.CharField(max_length=100)
    sent_at = fields.DatetimeField()
    milliseconds = fields.IntField()
    response_status = fields.IntField(null=True)
    error = fields.CharField(max_length=200, null=True)
    """Why it does not count as delivered, in English; null if it does."""
    error_words: Any = fields.JSONField(null=True)
    """The same in no language; null if it was stored before there were others."""

    class Meta:
        table = "webhook_delivery"
        indexes = (Index(fields=("webhook_id", "id")),)
