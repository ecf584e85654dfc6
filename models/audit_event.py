"""The audit log."""

from typing import Any

from tortoise import Model, fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint

from models.fields import belongs_to


class AuditEvent(Model):
    """An entry of the audit log; triggers prevent updates and deletions."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    position = fields.BigIntField()
    """Increases by one with each event of the installation, in commit order."""
    occurred_at = fields.DatetimeField()
    action = fields.CharField(max_length=40)
    actor_kind = fields.CharField(max_length=20)
    actor_name = fields.CharField(max_length=200)
    request_id = fields.CharField(max_length=64)
    facts: Any = fields.JSONField()
    """The parameters of the summary, with names as they were at the time."""
    details: Any = fields.JSONField()
    """The changed values, a list of `[name, before, after]`."""
    vendor = belongs_to("Vendor", null=True)
    vendor_id: int | None
    change_set = belongs_to("ChangeSet", null=True)
    change_set_id: int | None
    license = belongs_to("License", null=True)
    license_id: int | None
    user = belongs_to("User", null=True)
    user_id: int | None
    seat_batch = belongs_to("SeatBatch", null=True)
    seat_batch_id: int | None
    held_since = fields.BigIntField(null=True)
    """The `held_since` of a revoked assignment, to restore it."""

    class Meta:
        table = "audit_event"
        constraints = (UniqueConstraint(name="audit_event_position", fields=("installation_id", "position")),)
        indexes = (Index(fields=("user_id", "position")), Index(fields=("license_id", "position")))
