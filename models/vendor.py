"""Issuers of licenses and the keys they sign with."""

from typing import Any

from tortoise import Model, fields
from tortoise.migrations.constraints import UniqueConstraint

from licensing.enums import ActivationPolicy
from models.fields import belongs_to


class Vendor(Model):
    """An issuer of licenses: a tab on the Licenses screen."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    key = fields.CharField(max_length=100)
    name = fields.CharField(max_length=200)
    is_main = fields.BooleanField(default=False)
    store_url = fields.CharField(max_length=1000, null=True)
    support_url = fields.CharField(max_length=1000, null=True)
    license_server = fields.CharField(max_length=1000, null=True)
    warn_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)
    grace_ends_at = fields.DatetimeField(null=True)
    maintenance_ends_at = fields.DatetimeField(null=True)
    activation_policy = fields.CharField(max_length=30, default=ActivationPolicy.AUTOMATIC.value)
    checked_at = fields.DatetimeField(null=True)
    check_outcome = fields.CharField(max_length=30, null=True)
    check_message = fields.CharField(max_length=1000, null=True)
    next_check_at = fields.DatetimeField(null=True)
    removed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "vendor"
        constraints = (UniqueConstraint(name="vendor_key", fields=("installation_id", "key")),)


class TrustedKey(Model):
    """A public key by which a vendor's documents are verified, kept after it is distrusted."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    vendor = belongs_to("Vendor")
    vendor_id: int
    kid = fields.CharField(max_length=64)
    jwk: Any = fields.JSONField()
    not_before = fields.DatetimeField(null=True)
    not_after = fields.DatetimeField(null=True)
    distrusted_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "trusted_key"
        constraints = (UniqueConstraint(name="trusted_key_kid", fields=("installation_id", "kid")),)
