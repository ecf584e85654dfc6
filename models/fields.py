"""Model fields that Tortoise does not provide."""

from typing import Any

from tortoise import fields
from tortoise.fields.base import OnDelete


class SortKeyField(fields.CharField[str]):
    """A text field that both engines sort by code point."""

    class _db_postgres:
        def __init__(self, field: "SortKeyField") -> None:
            self.field = field

        @property
        def SQL_TYPE(self) -> str:
            return f'VARCHAR({self.field.max_length}) COLLATE "C"'


def belongs_to(model: str, *, null: bool = False) -> Any:
    """Return a foreign key with ON DELETE RESTRICT; no deletion cascades."""
    reference: Any = fields.ForeignKeyField
    return reference(f"models.{model}", related_name=False, on_delete=OnDelete.RESTRICT, null=null)
