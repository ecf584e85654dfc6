"""Access to the database of a server in another process, and users in bulk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tortoise import Tortoise
from tortoise.backends.base.executor import EXECUTOR_CACHE

from licensing.enums import UserKind
from models.db.bulk import insert_rows
from models.db.config import tortoise_config
from models.installation import Installation
from models.license import License
from models.user import User, derived_columns
from resolvers.context import system_context
from resolvers.licenses.assignments import assign_user_licenses
from resolvers.principals import COMMAND_LINE


@asynccontextmanager
async def connected(database_url: str) -> AsyncIterator[int]:
    """Connect to the database without a server; yields the installation's ID."""
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=tortoise_config(database_url), _enable_global_fallback=True)
    try:
        yield (await Installation.get()).id
    finally:
        await Tortoise.close_connections()


async def create_holders(database_url: str, number: int) -> tuple[int, list[int]]:
    """Create users who hold an unlimited license; return the license's ID and the users' IDs."""
    async with connected(database_url) as installation_id:
        rows = []
        for index in range(number):
            texts: dict[str, Any] = {
                "name": f"Holder {index}",
                "login": f"holder-{index}",
                "email": None,
                "group": None,
                "role": None,
            }
            keys = derived_columns(**texts, last_login_at=None)
            rows.append({"installation_id": installation_id, "kind": UserKind.EMPLOYEE.value, **texts, **keys})
        plain = {"status": "ACTIVE", "can_log_in": True, "is_administrator": False, "open_requests": 0}
        await insert_rows(User, [{**row, **plain} for row in rows])
        license = await License.get(key="superoffice.visible-for")
        ids = [user.id for user in await User.filter(login__startswith="holder-").order_by("id").only("id")]
        context = system_context(installation_id, actor=COMMAND_LINE, request_id="preparation")
        await assign_user_licenses(context, license.id, ids)
        return license.id, ids
