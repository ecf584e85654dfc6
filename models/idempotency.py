"""Calls that may be sent again."""

from typing import Any

from tortoise import Model, fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint

from models.fields import belongs_to


class IdempotencyKey(Model):
    """What became of a call that was sent with a key, for when it is sent again."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    principal = fields.CharField(max_length=40)
    """Whose key it is: `user 7` or `token 7`."""
    key = fields.CharField(max_length=255)
    fingerprint = fields.CharField(max_length=64)
    """SHA-256 of the call, in hex."""
    answer: Any = fields.JSONField(null=True)
    """What cannot be told from the call itself: ids and results."""
    refusal: Any = fields.JSONField(null=True)
    """Code, message and path; null if the call was not refused."""
    kept_at = fields.DatetimeField()

    class Meta:
        table = "idempotency_key"
        constraints = (
            UniqueConstraint(name="idempotency_key_principal", fields=("installation_id", "principal", "key")),
        )
        indexes = (Index(fields=("kept_at",)),)
