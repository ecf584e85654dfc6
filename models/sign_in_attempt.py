"""Tries to sign in, for as long as they count."""

from tortoise import Model, fields
from tortoise.indexes import Index


class SignInAttempt(Model):
    """A try that failed, or is under way. It belongs to no installation: it may name one that does not exist."""

    id = fields.BigIntField(primary_key=True)
    account_sha256 = fields.CharField(max_length=64)
    """Of the installation and the login, which need not exist."""
    network = fields.CharField(max_length=50, null=True)
    attempted_at = fields.DatetimeField()

    class Meta:
        table = "sign_in_attempt"
        indexes = (
            Index(fields=("account_sha256", "attempted_at"), name="sign_in_attempt_account"),
            Index(fields=("network", "attempted_at"), name="sign_in_attempt_network"),
        )
