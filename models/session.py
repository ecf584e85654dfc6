"""Sessions of signed-in administrators."""

from tortoise import Model, fields

from models.fields import belongs_to


class Session(Model):
    """A session of a signed-in administrator; its cookie is stored as a hash."""

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
