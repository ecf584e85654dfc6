"""Received license documents and their change sets."""

from typing import Any

from tortoise import Model, fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.fields import belongs_to


class ReceivedDocument(Model):
    """A vendor's signed license document, stored as received."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    vendor = belongs_to("Vendor")
    vendor_id: int
    sha256 = fields.CharField(max_length=64)
    """SHA-256 of the signed bytes in hex, which identifies the document."""
    content = fields.BinaryField()
    """The file as received."""
    statement = fields.TextField(null=True)
    """The claims as JSON; null if they can be read from the file itself."""
    key_id = fields.CharField(max_length=64)
    document_id = fields.CharField(max_length=200)
    """The vendor's ID of the document, its claim `jti`."""
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
    """A license document compared with the licenses in force."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    vendor = belongs_to("Vendor")
    vendor_id: int
    document = belongs_to("ReceivedDocument")
    document_id: int
    source = fields.CharField(max_length=20)
    must_be_reviewed = fields.BooleanField(default=False)
    """Whether an administrator requested a review, so that no policy activates it automatically."""
    triage_again_at = fields.DatetimeField(null=True)
    """When the document takes effect and the policy is applied again; null if it was in effect on receipt."""
    received_at = fields.DatetimeField()
    outcome = fields.CharField(max_length=20, null=True)
    """The final status; null while the change set is open."""
    closed_at = fields.DatetimeField(null=True)
    closed_by_kind = fields.CharField(max_length=20, null=True)
    closed_by_name = fields.CharField(max_length=200, null=True)
    acknowledged_at = fields.DatetimeField(null=True)
    rejection_reason = fields.CharField(max_length=1000, null=True)
    changes: Any = fields.JSONField(null=True)
    """The changes of licenses as they were at closing; null while the change set is open."""
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
