"""A database of any size, filled by a few statements: users who hold two licenses each, and a change set that waits."""

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
from resolvers.context import ALL_SCOPES, COMMAND_LINE, Context, system_context
from tests.support.documents import claims, grant, signed, trusted
from tests.support.postgres import create_database, drop_database, running_postgres

LICENSES = 12
SURPLUS = 100
"""Seats by which the waiting change set falls short of the first license."""
SPARE = 1_000_000
"""Seats that nobody holds."""

_NUMBERS = (
    "WITH RECURSIVE numbers(i) AS (SELECT CAST({first} AS bigint) UNION ALL SELECT i + 1 FROM numbers WHERE i < {last})"
)
_NAME = "'User ' || substr(CAST(10000000 + (i * 611953) % 9999991 AS text), 2)"
"""Seven digits, all different, in another order than the ids."""
_FILL = (
    f"""{_NUMBERS} INSERT INTO "user" (installation_id, login, name, email, kind, status, "group", role, can_log_in,
    is_administrator, last_login_at, open_requests, name_key, login_key, last_login_key, search_key)
    SELECT {{installation}}, 'user-' || i, {_NAME}, 'user-' || i || '@example.com',
    CASE WHEN i % 20 = 0 THEN 'SYSTEM' ELSE 'EMPLOYEE' END, 'ACTIVE', 'Sales', 'User level 0', {{yes}}, {{no}},
    {{login}}, 0, lower({_NAME}), 'user-' || i, 1768467600000000,
    lower({_NAME}) || '\n' || 'user-' || i || '\nuser-' || i || '@example.com\nsales\nuser level 0' FROM numbers""",
    *(
        f"""INSERT INTO assignment (installation_id, license_id, user_id, is_plan, assigned_at, assigned_by_kind,
        assigned_by_name) SELECT {{installation}}, {{license}} + {number} % {LICENSES}, id, {{no}}, {{assigned}},
        'SYSTEM', 'command line' FROM "user" ORDER BY id"""
        for number in ("id", f"(id + 1 + (id / {LICENSES}) % {LICENSES - 1})")
    ),
    "UPDATE license SET in_use = (SELECT count(*) FROM assignment WHERE license_id = license.id)",
    f"UPDATE license SET total = in_use + {SPARE}",
    "ANALYZE",
)


@dataclass(frozen=True, slots=True)
class Filled:
    """What callers need of a filled database."""

    url: str
    users: int
    installation_id: int
    token: str
    license_ids: Sequence[int]
    seconds: float
    """How long the filling took."""

    @property
    def context(self) -> Context:
        """The command line's, which may do everything."""
        return system_context(self.installation_id, actor=COMMAND_LINE, request_id="bench")


async def fill(url: str, users: int) -> Filled:
    """Migrates an empty database, fills it, and leaves a change set for review that lacks seats."""
    started = time.perf_counter()
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
    place = {"first": 1, "last": users, "installation": installation.id, "license": ids[0]}
    await _execute(url, _FILL, place)
    async with connected(url):
        context = system_context(installation.id, actor=COMMAND_LINE, request_id="bench")
        in_use = await License.all().order_by("id").values_list("in_use", flat=True)
        await offer(
            context, [grants(in_use[0] - SURPLUS), *(grants(seats, n) for n, seats in enumerate(in_use[1:], 1))]
        )
        _, token = await create_api_token(context, name="bench", scopes=ALL_SCOPES, vendor_id=None, expires_at=None)
    return Filled(url, users, installation.id, token, ids, time.perf_counter() - started)


def grants(total: int | None, number: int = 0) -> dict[str, Any]:
    """A license as a document states it."""
    return grant(f"license-{number}", name=f"License {number:02}", total=total)


async def offer(context: Context, licenses: list[dict[str, Any]], sequence: int = 1) -> ChangeSetView:
    """The vendor's next document, left for review."""
    content = document(licenses, sequence)
    verified = await verify_license_file(context, content, ImportMode.REVIEW)
    changed = await import_license_file(context, verified, content, ImportMode.REVIEW)
    assert changed is not None
    return changed


def document(licenses: list[dict[str, Any]], sequence: int) -> bytes:
    """A signed document of the vendor's."""
    return signed(claims(seq=sequence, jti=f"document-{sequence}", licenses=licenses))


@contextmanager
def filled_database(users: int) -> Iterator[Filled]:
    """A PostgreSQL of its own, or a database on that of `TEST_POSTGRES_URL`, filled, for a block."""
    with running_postgres() as server:
        name = create_database(server)
        try:
            yield asyncio.run(fill(f"{server}/{name}", users))
        finally:
            if "TEST_POSTGRES_URL" in os.environ:
                drop_database(server, name)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[None]:
    """Connects Tortoise for a block."""
    EXECUTOR_CACHE.clear()  # it remembers statements by table and not by engine
    await Tortoise.init(config=tortoise_config(url), _enable_global_fallback=True)
    try:
        yield
    finally:
        await Tortoise.close_connections()


async def _execute(url: str, statements: Sequence[str], place: dict[str, Any]) -> None:
    made_at = datetime(2026, 1, 15, 9, tzinfo=UTC).isoformat(" ")
    if url.startswith("sqlite://"):
        place |= {"yes": "1", "no": "0", "login": f"'{made_at}'", "assigned": f"'{made_at}'"}
        await asyncio.to_thread(_execute_on_sqlite, url.removeprefix("sqlite://"), statements, place)
        return
    instant = f"timestamptz '{made_at}'"
    place |= {"yes": "true", "no": "false", "login": instant, "assigned": instant}
    connection = await asyncpg.connect(url)
    try:
        for statement in [*statements, "VACUUM"]:
            await connection.execute(statement.format(**place))
    finally:
        await connection.close()


def _execute_on_sqlite(path: str, statements: Sequence[str], place: dict[str, Any]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        for statement in statements:
            connection.execute(statement.format(**place))
    finally:
        connection.close()
