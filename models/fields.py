"""Fields that Tortoise does not have."""

from typing import Any

from tortoise import fields
from tortoise.fields.base import OnDelete


class SortKeyField(fields.CharField[str]):
    """Text that both engines order alike, by code point."""

    class _db_postgres:
        def __init__(self, field: "SortKeyField") -> None:
            self.field = field

        @property
        def SQL_TYPE(self) -> str:
            return f'VARCHAR({self.field.max_length}) COLLATE "C"'


def belongs_to(model: str, *, null: bool = False) -> Any:
    """A foreign key that refuses to orphan anything: nothing is ever deleted by cascade."""
    reference: Any = fields.ForeignKeyField
    return reference(f"models.{model}", related_name=False, on_delete=OnDelete.RESTRICT, null=null)
