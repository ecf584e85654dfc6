"""API tokens."""

from typing import Any

from tortoise import Model, fields

from models.fields import belongs_to


class ApiToken(Model):
    """An integration's access token for the API, stored as a hash."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    name = fields.CharField(max_length=200)
    secret_sha256 = fields.CharField(max_length=64)
    scopes: Any = fields.JSONField()
    vendor = belongs_to("Vendor", null=True)
    vendor_id: int | None
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    last_used_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "api_token"
