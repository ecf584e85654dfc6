"""Installations, the tenants."""

from tortoise import Model, fields
from tortoise.migrations.constraints import CheckConstraint


class Installation(Model):
    """One customer's system: a tenant, to which almost every other row belongs."""

    id = fields.BigIntField(primary_key=True)
    serial_number = fields.CharField(max_length=10, unique=True)
    license_owner = fields.CharField(max_length=200)
    is_demo = fields.BooleanField(default=False)
    event_position = fields.BigIntField(default=0)
    """The position of the latest audit event; updated only while the row is locked."""
    version = fields.BigIntField(default=0)
    """Increases with each change of the installation's data, to detect whether a replica has received it."""
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "installation"
        constraints = (CheckConstraint(name="installation_serial_number_length", check="length(serial_number) = 10"),)
