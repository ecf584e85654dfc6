"""Vendors, their trusted keys, and the reports sent to them."""

from typing import Any

from tortoise import Model, fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint

from licensing.enums import ActivationPolicy
from models.fields import belongs_to


class Vendor(Model):
    """An issuer of licenses, with a tab on the Licenses screen."""

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
    """The error of the latest check in English; null if it succeeded."""
    check_words: Any = fields.JSONField(null=True)
    """The error as a translatable message; null if an older version stored it."""
    next_check_at = fields.DatetimeField(null=True)
    check_etag = fields.CharField(max_length=200, null=True)
    """The `ETag` of the license server's latest document."""
    check_claimed_until = fields.DatetimeField(null=True)
    """When a scheduler's lease on the check ends; null if there is none."""
    expiry_warned_at = fields.DatetimeField(null=True)
    """The `warn_at` for which an event has been recorded."""
    removed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "vendor"
        constraints = (UniqueConstraint(name="vendor_key", fields=("installation_id", "key")),)


class TrustedKey(Model):
    """A vendor's public key for verifying license documents, kept after it is distrusted."""

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


class VendorReport(Model):
    """A report to a vendor's license server, sent until it is delivered."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    vendor = belongs_to("Vendor")
    vendor_id: int
    kind = fields.CharField(max_length=20)
    """`acceptances` or `rejections`, as in the URL."""
    content: Any = fields.JSONField()
    tries = fields.IntField(default=0)
    next_try_at = fields.DatetimeField(null=True)
    """When to try again; null once the report is delivered or abandoned."""
    delivered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "vendor_report"
        indexes = (Index(fields=("next_try_at",)),)
