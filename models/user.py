"""Users."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise import Model, fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from licensing.enums import UserStatus
from models.fields import SortKeyField, belongs_to

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class User(Model):
    """A person or system account with access to the product."""

    id = fields.BigIntField(primary_key=True)
    installation = belongs_to("Installation")
    installation_id: int
    login = fields.CharField(max_length=200)
    name = fields.CharField(max_length=200)
    email = fields.CharField(max_length=320, null=True)
    kind = fields.CharField(max_length=10)
    status = fields.CharField(max_length=30, default=UserStatus.ACTIVE.value)
    group = fields.CharField(max_length=200, null=True)
    role = fields.CharField(max_length=200, null=True)
    can_log_in = fields.BooleanField(default=True)
    is_administrator = fields.BooleanField(default=False)
    password_hash = fields.CharField(max_length=200, null=True)
    last_login_at = fields.DatetimeField(null=True)
    open_requests = fields.IntField(default=0)
    """Number of open service requests that the user owns."""
    name_key = SortKeyField(max_length=400)
    login_key = SortKeyField(max_length=400)
    last_login_key = fields.BigIntField(default=0)
    """The last sign-in in microseconds since 1970; 0 for never."""
    search_key = fields.TextField()
    """The casefolded values that a search matches, one per line."""

    class Meta:
        table = "user"
        indexes = (
            Index(fields=("installation_id", "name_key", "id")),
            Index(fields=("installation_id", "last_login_key", "id")),
        )
        constraints = (
            UniqueConstraint(name="user_login", fields=("installation_id", "login_key")),
            CheckConstraint(name="user_open_requests", check="open_requests >= 0"),
            CheckConstraint(name="user_retired_administrator", check="NOT (is_administrator AND status = 'RETIRED')"),
        )


def sort_key(text: str) -> str:
    """Return the casefolded form of a text, for sorting and case-insensitive comparison."""
    return text.casefold()[:400]


def microseconds(instant: datetime) -> int:
    """Return an instant in microseconds since 1970."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def derived_columns(
    *, name: str, login: str, email: str | None, group: str | None, role: str | None, last_login_at: datetime | None
) -> dict[str, Any]:
    """Return the columns that are derived from a user's other columns and must be written with them."""
    return {
        "name_key": sort_key(name),
        "login_key": sort_key(login),
        "last_login_key": microseconds(last_login_at) if last_login_at else 0,
        "search_key": "\n".join(part for part in (name, login, email, group, role) if part).casefold(),
    }
