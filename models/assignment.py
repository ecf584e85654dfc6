"""Assignments of licenses to users."""

from tortoise import Model, fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint

from models.fields import SortKeyField, belongs_to


class Assignment(Model):
    """A license assigned to a user, which takes one seat."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    license = belongs_to("License")
    license_id: int
    user = belongs_to("User")
    user_id: int
    is_plan = fields.BooleanField(default=False)
    """Whether the license is a user plan; a partial unique index limits each user to one."""
    assigned_at = fields.DatetimeField()
    assigned_by_kind = fields.CharField(max_length=20)
    assigned_by_name = fields.CharField(max_length=200)
    held_since = fields.BigIntField(db_default=0)
    """When the user first got this license or those it was moved from, in microseconds since 1970."""
    idle_since = fields.BigIntField(db_default=0)
    """The later of `held_since` and the user's last sign-in."""
    user_name_key = SortKeyField(max_length=400, db_default="")
    """The user's `name_key`."""

    class Meta:
        table = "assignment"
        constraints = (UniqueConstraint(name="assignment_seat", fields=("license_id", "user_id")),)
        indexes = (
            Index(fields=("user_id", "license_id")),
            Index(fields=("license_id", "idle_since", "id")),
            Index(fields=("license_id", "user_name_key", "user_id")),
        )
