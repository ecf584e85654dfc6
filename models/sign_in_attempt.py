"""Recent sign-in attempts."""

from tortoise import Model, fields
from tortoise.indexes import Index


class SignInAttempt(Model):
    """A sign-in attempt that failed or is in progress. It has no installation, since the one it names may not exist."""

    id = fields.BigIntField(primary_key=True)
    account_sha256 = fields.CharField(max_length=64)
    """SHA-256 of the installation and the login in hex; neither needs to exist."""
    network = fields.CharField(max_length=50, null=True)
    attempted_at = fields.DatetimeField()

    class Meta:
        table = "sign_in_attempt"
        indexes = (
            Index(fields=("account_sha256", "attempted_at"), name="sign_in_attempt_account"),
            Index(fields=("network", "attempted_at"), name="sign_in_attempt_network"),
        )
