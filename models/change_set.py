"""License documents and what became of them."""

from typing import Any

from tortoise import Model, fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.fields import belongs_to


class ReceivedDocument(Model):
    """A vendor's signed license document as it was received and kept."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    vendor = belongs_to("Vendor")
    vendor_id: int
    sha256 = fields.CharField(max_length=64)
    """Its identity: of the compact JWS, in hex."""
    content = fields.BinaryField()
    """The bytes as received."""
    statement = fields.TextField(null=True)
    """What it states, as JSON of our own claims; null where the bytes say so themselves."""
    key_id = fields.CharField(max_length=64)
    document_id = fields.CharField(max_length=200)
    """The vendor's own name for it: `jti`."""
    serial_number = fields.CharField(max_length=10)
    sequence = fields.IntField()
    issued_at = fields.DatetimeField()
    license_owner = fields.CharField(max_length=200)
    expires_at = fields.DatetimeField(null=True)
    grace_ends_at = fields.DatetimeField(null=True)
    maintenance_ends_at = fields.DatetimeField(null=True)
    effective_at = fields.DatetimeField()
    received_at = fields.DatetimeField()

    class Meta:
        table = "received_document"
        constraints = (UniqueConstraint(name="received_document_identity", fields=("vendor_id", "sha256")),)
        indexes = (Index(fields=("vendor_id", "serial_number", "sequence")),)


class ChangeSet(Model):
    """A license document compared with what is in force."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    vendor = belongs_to("Vendor")
    vendor_id: int
    document = belongs_to("ReceivedDocument")
    document_id: int
    source = fields.CharField(max_length=20)
    must_be_reviewed = fields.BooleanField(default=False)
    """Whether an administrator asked to review it, so that no policy activates it later."""
    triage_again_at = fields.DatetimeField(null=True)
    """When it takes effect and is looked at anew; null if it was in effect when it came."""
    received_at = fields.DatetimeField()
    outcome = fields.CharField(max_length=20, null=True)
    """A final status; null while it is open. Never «blocked»."""
    closed_at = fields.DatetimeField(null=True)
    closed_by_kind = fields.CharField(max_length=20, null=True)
    closed_by_name = fields.CharField(max_length=200, null=True)
    acknowledged_at = fields.DatetimeField(null=True)
    rejection_reason = fields.CharField(max_length=1000, null=True)
    changes: Any = fields.JSONField(null=True)
    """What it altered, as it was at closing; null while it is open."""
    previous_license_owner = fields.CharField(max_length=200, null=True)
    previous_expires_at = fields.DatetimeField(null=True)

    class Meta:
        table = "change_set"
        indexes = (Index(fields=("installation_id", "id")), Index(fields=("vendor_id", "id")))
        constraints = (
            CheckConstraint(
                name="change_set_closed",
                check="(outcome IS NULL) = (closed_at IS NULL) AND (outcome IS NULL) = (changes IS NULL)",
            ),
        )
