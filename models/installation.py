"""One customer's system."""

from tortoise import Model, fields
from tortoise.migrations.constraints import CheckConstraint


class Installation(Model):
    """The tenant: every other row belongs to exactly one installation."""

    id = fields.BigIntField(primary_key=True)
    serial_number = fields.CharField(max_length=10, unique=True)
    license_owner = fields.CharField(max_length=200)
    is_demo = fields.BooleanField(default=False)
    event_position = fields.BigIntField(default=0)
    """The position of the latest audit event; only moved while the row is locked."""
    version = fields.BigIntField(default=0)
    """Rises with each change of the installation's data; tells whether a replica has it."""
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "installation"
        constraints = (CheckConstraint(name="installation_serial_number_length", check="length(serial_number) = 10"),)
