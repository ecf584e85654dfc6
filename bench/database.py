"""A database of any size, filled by a few statements: users with two licenses each and a pending change set."""

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
from tortoise import Tortoise
from tortoise.backends.base.executor import EXECUTOR_CACHE

from licensing.enums import ImportMode
from models.db.config import tortoise_config
from models.db.migrate import migrate
from models.installation import Installation
from models.license import License
from models.vendor import TrustedKey, Vendor
from resolvers.auth.api_tokens import create_api_token
from resolvers.change_sets.license_files import import_license_file, verify_license_file
from resolvers.change_sets.read_model import ChangeSetView
from resolvers.context import Context, system_context
from resolvers.principals import ALL_SCOPES, COMMAND_LINE
from tests.support.documents import claims, grant, signed, trusted
from tests.support.postgres import create_database, drop_database, running_postgres

LICENSES = 12
SURPLUS_SEATS = 100
"""Seats in use of the first license beyond those of the pending change set."""
SPARE_SEATS = 1_000_000
"""Unused seats of each license."""

_NUMBERS = (
    "WITH RECURSIVE numbers(i) AS (SELECT CAST({first} AS bigint) UNION ALL SELECT i + 1 FROM numbers WHERE i < {last})"
)
_NAME = "'User ' || substr(CAST(10000000 + (i * 611953) % 9999991 AS text), 2)"
"""SQL for a name with seven digits, unique, in another order than the IDs."""
_FILL = (
    f"""{_NUMBERS} INSERT INTO "user" (installation_id, login, name, email, kind, status, "group", role, can_log_in,
    is_administrator, last_login_at, open_requests, name_key, login_key, last_login_key, search_key)
    SELECT {{installation}}, 'user-' || i, {_NAME}, 'user-' || i || '@example.com',
    CASE WHEN i % 20 = 0 THEN 'SYSTEM' ELSE 'EMPLOYEE' END, 'ACTIVE', 'Sales', 'User level 0', {{yes}}, {{no}},
    {{login}}, 0, lower({_NAME}), 'user-' || i, 1768467600000000,
    lower({_NAME}) || '\n' || 'user-' || i || '\nuser-' || i || '@example.com\nsales\nuser level 0' FROM numbers""",
    *(
        f"""INSERT INTO assignment (installation_id, license_id, user_id, is_plan, assigned_at, assigned_by_kind,
        assigned_by_name, held_since, idle_since, user_name_key)
        SELECT {{installation}}, {{license}} + {number} % {LICENSES}, id, {{no}}, {{assigned}},
        'SYSTEM', 'command line', 1768467600000000, last_login_key, name_key FROM "user" ORDER BY id"""
        for number in ("id", f"(id + 1 + (id / {LICENSES}) % {LICENSES - 1})")
    ),
    "UPDATE license SET in_use = (SELECT count(*) FROM assignment WHERE license_id = license.id)",
    f"UPDATE license SET total = in_use + {SPARE_SEATS}",
    "ANALYZE",
)


@dataclass(frozen=True, slots=True)
class FilledDatabase:
    """A filled database, and the IDs and the token needed to use it."""

    url: str
    users: int
    installation_id: int
    token: str
    license_ids: Sequence[int]
    seconds: float
    """The duration of filling it."""

    @property
    def context(self) -> Context:
        """The context of the command line, with all scopes."""
        return system_context(self.installation_id, actor=COMMAND_LINE, request_id="bench")


async def fill(url: str, users: int) -> FilledDatabase:
    """Migrate and fill an empty database, with a pending change set that is blocked by a surplus."""
    start_program = time.perf_counter()
    await migrate(url)
    async with connected(url):
        installation = await Installation.create(serial_number="1204417838", license_owner="Fjordlys Handel AS")
        own = {"installation_id": installation.id}
        vendor = await Vendor.create(**own, key="superoffice", name="SuperOffice AS", is_main=True)
        key = trusted()
        await TrustedKey.create(**own, vendor_id=vendor.id, kid=key.kid, jwk=dict(key.jwk))
        ids = []
        for number in range(LICENSES):
            named = {"code": f"license-{number}", "name": f"License {number:02}", "name_key": f"license {number:02}"}
            made = await License.create(
                **own, **named, vendor_id=vendor.id, key=f"superoffice.license-{number}", scope="USER", sort=number
            )
            ids.append(made.id)
    parameters = {"first": 1, "last": users, "installation": installation.id, "license": ids[0]}
    await _execute(url, _FILL, parameters)
    async with connected(url):
        context = system_context(installation.id, actor=COMMAND_LINE, request_id="bench")
        in_use = await License.all().order_by("id").values_list("in_use", flat=True)
        await offer(
            context, [grants(in_use[0] - SURPLUS_SEATS), *(grants(seats, n) for n, seats in enumerate(in_use[1:], 1))]
        )
        _, token = await create_api_token(context, name="bench", scopes=ALL_SCOPES, vendor_id=None, expires_at=None)
    return FilledDatabase(url, users, installation.id, token, ids, time.perf_counter() - start_program)


def grants(total: int | None, number: int = 0) -> dict[str, Any]:
    """Return a license as in a license document."""
    return grant(f"license-{number}", name=f"License {number:02}", total=total)


async def offer(context: Context, licenses: list[dict[str, Any]], sequence: int = 1) -> ChangeSetView:
    """Import the vendor's next document for review and return its change set."""
    content = document(licenses, sequence)
    verified = await verify_license_file(context, content, ImportMode.REVIEW)
    changed = await import_license_file(context, verified, content, ImportMode.REVIEW)
    assert changed is not None
    return changed


def document(licenses: list[dict[str, Any]], sequence: int) -> bytes:
    """Return a signed document of the vendor."""
    return signed(claims(seq=sequence, jti=f"document-{sequence}", licenses=licenses))


@contextmanager
def filled_database(users: int) -> Iterator[FilledDatabase]:
    """Create a filled database, on a new PostgreSQL server or on that of `TEST_POSTGRES_URL`."""
    with running_postgres() as server:
        name = create_database(server)
        try:
            yield asyncio.run(fill(f"{server}/{name}", users))
        finally:
            if "TEST_POSTGRES_URL" in os.environ:
                drop_database(server, name)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[None]:
    """Connect Tortoise for the duration of a block."""
    EXECUTOR_CACHE.clear()  # keyed by table, not by engine
    await Tortoise.init(config=tortoise_config(url), _enable_global_fallback=True)
    try:
        yield
    finally:
        await Tortoise.close_connections()


async def _execute(url: str, statements: Sequence[str], parameters: dict[str, Any]) -> None:
    made_at = datetime(2026, 1, 15, 9, tzinfo=UTC).isoformat(" ")
    if url.startswith("sqlite://"):
        parameters |= {"yes": "1", "no": "0", "login": f"'{made_at}'", "assigned": f"'{made_at}'"}
        await asyncio.to_thread(_execute_on_sqlite, url.removeprefix("sqlite://"), statements, parameters)
        return
    instant = f"timestamptz '{made_at}'"
    parameters |= {"yes": "true", "no": "false", "login": instant, "assigned": instant}
    connection = await asyncpg.connect(url)
    try:
        for statement in [*statements, "VACUUM"]:
            await connection.execute(statement.format(**parameters))
    finally:
        await connection.close()


def _execute_on_sqlite(path: str, statements: Sequence[str], parameters: dict[str, Any]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        for statement in statements:
            connection.execute(statement.format(**parameters))
    finally:
        connection.close()
