"""Administrators who are logged in."""

from tortoise import Model, fields

from models.fields import belongs_to


class Session(Model):
    """A logged-in administrator, with the hash of the cookie."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    user = belongs_to("User")
    user_id: int
    secret_sha256 = fields.CharField(max_length=64, unique=True)
    created_at = fields.DatetimeField()
    last_seen_at = fields.DatetimeField()

    class Meta:
        table = "session"
