"""Issuers of licenses, the keys they sign with, and what they are told."""

from typing import Any

from tortoise import Model, fields
from tortoise.indexes import Index
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
    """What went wrong, in English."""
    check_words: Any = fields.JSONField(null=True)
    """The same in no language; null if it was stored before there were others."""
    next_check_at = fields.DatetimeField(null=True)
    check_etag = fields.CharField(max_length=200, null=True)
    """The `ETag` of the document that the license server last gave."""
    check_claimed_until = fields.DatetimeField(null=True)
    """Until when one checker has it for itself; null while none has."""
    expiry_warned_at = fields.DatetimeField(null=True)
    """The `warn_at` of which an event was left already."""
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


class VendorReport(Model):
    """What a vendor's license server is to be told, kept until it has arrived."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    vendor = belongs_to("Vendor")
    vendor_id: int
    kind = fields.CharField(max_length=20)
    """`acceptances` or `rejections`, as in the address."""
    content: Any = fields.JSONField()
    tries = fields.IntField(default=0)
    next_try_at = fields.DatetimeField(null=True)
    """Null once it has arrived, or was given up."""
    delivered_at = fields.DatetimeField(null=True)

    class Meta:
        table = "vendor_report"
        indexes = (Index(fields=("next_try_at",)),)
