"""Migration operations that Tortoise does not provide."""

from typing import Any

from tortoise.migrations.operations import TortoiseOperation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State


class RunEngineSQL(TortoiseOperation):
    """Run the statement for the database's engine, `sqlite` or `postgres`, if there is one."""

    reversible = False

    def __init__(self, **statements: str) -> None:
        self.statements = statements

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        """Run the statement; the models' state does not change."""
        if state_editor:
            dialect: Any = state_editor.client.capabilities.dialect
            # The client, not the editor, which would split SQLite's triggers at the semicolons inside them.
            if dialect in self.statements:
                await state_editor.client.execute_query(self.statements[dialect])
