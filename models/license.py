"""Licenses."""

from typing import Any

from tortoise import Model, fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.fields import SortKeyField, belongs_to


class License(Model):
    """A license that a vendor grants. A removed license keeps its row, and its ID if it is granted again."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    vendor = belongs_to("Vendor")
    vendor_id: int
    key = fields.CharField(max_length=201)
    code = fields.CharField(max_length=100)
    name = fields.CharField(max_length=200)
    name_key = SortKeyField(max_length=400)
    """The casefolded name."""
    names: Any = fields.JSONField(default=dict)
    description = fields.CharField(max_length=2000, null=True)
    descriptions: Any = fields.JSONField(default=dict)
    scope = fields.CharField(max_length=10)
    is_plan = fields.BooleanField(default=False)
    is_hidden = fields.BooleanField(default=False)
    includes: Any = fields.JSONField(default=list)
    """Codes of the features that a plan includes."""
    requires = fields.CharField(max_length=100, null=True)
    """Code of the license that a user must hold to be assigned this one."""
    kinds: Any = fields.JSONField(null=True)
    """The kinds of user that may hold the license, as in the license document; null for the default."""
    sort = fields.IntField(default=0)
    total = fields.IntField(null=True)
    """Number of seats; null if unlimited or a system license."""
    in_use = fields.IntField(default=0)
    """Number of seats assigned, updated in the same transaction as the assignments."""
    in_force = fields.BooleanField(default=True)

    class Meta:
        table = "license"
        indexes = (Index(fields=("vendor_id", "sort", "id")),)
        constraints = (
            UniqueConstraint(name="license_key", fields=("installation_id", "key")),
            CheckConstraint(name="license_seats", check="in_use >= 0 AND (total IS NULL OR in_use <= total)"),
            CheckConstraint(name="license_total", check="total IS NULL OR (total >= 0 AND scope = 'USER')"),
            CheckConstraint(name="license_plan", check="scope = 'USER' OR NOT is_plan"),
            CheckConstraint(
                name="license_unseated", check="in_use = 0 OR (in_force AND NOT is_hidden AND scope = 'USER')"
            ),
        )
