"""Idempotency keys."""

from typing import Any

from tortoise import Model, fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint

from models.fields import belongs_to


class IdempotencyKey(Model):
    """The outcome of a request with an idempotency key, to be returned when the request is repeated."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    principal = fields.CharField(max_length=40)
    """The caller that sent the key: `user 7` or `token 7`."""
    key = fields.CharField(max_length=255)
    fingerprint = fields.CharField(max_length=64)
    """SHA-256 of the request in hex."""
    answer: Any = fields.JSONField(null=True)
    """The values that cannot be derived from the request: IDs and results."""
    refusal: Any = fields.JSONField(null=True)
    """Code, message and path of the error; null if the request succeeded."""
    kept_at = fields.DatetimeField()

    class Meta:
        table = "idempotency_key"
        constraints = (
            UniqueConstraint(name="idempotency_key_principal", fields=("installation_id", "principal", "key")),
        )
        indexes = (Index(fields=("kept_at",)),)
