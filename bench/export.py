"""Measure the throughput and the memory of exporting whole lists: `python bench/export.py postgres://… [ROWS]`.

Fills an empty, migrated database with users who hold a license each and as many audit events, serves it, and downloads
each list. Prints rows per second and the maximum growth of the server's memory.
"""

import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from tortoise import Tortoise
from tortoise.connection import get_connection

from models.assignment import Assignment
from models.audit_event import AuditEvent
from models.db.assignment_copies import repair_copies
from models.db.bulk import insert_rows
from models.db.config import tortoise_config
from models.installation import Installation
from models.license import License
from models.user import User, derived_columns
from models.vendor import Vendor
from resolvers.auth.api_tokens import create_api_token
from resolvers.context import system_context
from resolvers.principals import ALL_SCOPES, COMMAND_LINE

BATCH_SIZE = 10_000
LISTS = ("users.csv", "users.ndjson", "assignments.csv", "assignments.ndjson", "audit.csv", "audit.ndjson")
NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)


async def fill(rows: int) -> str:
    """Fill the database and return a token with all scopes."""
    installation = await Installation.create(serial_number="1204417838", license_owner="Fjordlys Handel AS")
    own = {"installation_id": installation.id}
    vendor = await Vendor.create(**own, key="superoffice", name="SuperOffice AS", is_main=True)
    license = await License.create(
        **own, vendor_id=vendor.id, key="superoffice.ten-sales", code="ten-sales", name="Sales Premium",
        name_key="sales premium", scope="USER", in_use=rows,
    )  # fmt: skip
    for start in range(0, rows, BATCH_SIZE):
        numbers = range(start + 1, min(start + BATCH_SIZE, rows) + 1)
        await insert_rows(User, [user(number, installation.id) for number in numbers])
        by = {"assigned_by_kind": "SYSTEM", "assigned_by_name": "command line", "assigned_at": NOW, "is_plan": False}
        ids: list[Any] = await User.all().order_by("-id").limit(len(numbers)).values_list("id", flat=True)
        await insert_rows(Assignment, [{**own, "license_id": license.id, "user_id": id_, **by} for id_ in ids])
        await insert_rows(AuditEvent, [event(number, license.id, own) for number in numbers])
    await repair_copies(installation.id)
    installation.event_position = rows
    await installation.save()
    await get_connection("default").execute_query("ANALYZE")
    context = system_context(installation.id, actor=COMMAND_LINE, request_id="bench")
    _, secret = await create_api_token(context, name="bench", scopes=ALL_SCOPES, vendor_id=None, expires_at=None)
    return secret


def user(number: int, installation_id: int) -> dict[str, Any]:
    """Return the row of a user."""
    texts: dict[str, Any] = {
        "name": f"User {number:07}", "login": f"user-{number}", "email": f"user-{number}@example.com",
        "group": "Sales", "role": "User level 0",
    }  # fmt: skip
    plain = {"kind": "EMPLOYEE", "status": "ACTIVE", "can_log_in": True, "is_administrator": False, "open_requests": 0}
    return {"installation_id": installation_id, **texts, **plain, **derived_columns(**texts, last_login_at=None)}


def event(position: int, license_id: int, own: dict[str, int]) -> dict[str, Any]:
    """Return the row of an audit event."""
    return {
        **own, "position": position, "occurred_at": NOW, "action": "USER_LICENSE_ASSIGNED", "actor_kind": "SYSTEM",
        "actor_name": "command line", "request_id": "bench", "license_id": license_id, "details": [],
        "facts": {"license": "Sales Premium", "user": f"User {position:07}"},
    }  # fmt: skip


def resident_memory(pid: int) -> int:
    """Return a process's resident memory in KiB."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1])


async def download(client: httpx2.AsyncClient, name: str, pid: int) -> None:
    """Download a list and print its throughput and the growth of memory."""
    before = most = resident_memory(pid)
    lines, start_program, looked = 0, time.perf_counter(), 0.0
    async with client.stream("GET", f"/export/{name}") as response:
        response.raise_for_status()
        async for chunk in response.aiter_bytes():
            lines += chunk.count(b"\n")
            if time.perf_counter() > looked + 0.2:
                looked, most = time.perf_counter(), max(most, resident_memory(pid))
    seconds = time.perf_counter() - start_program
    grown = (most - before) / 1024
    print(f"{name:16} {lines:>9,} lines {seconds:6.1f} s {lines / seconds:>8,.0f} lines/s  memory +{grown:.1f} MiB")


async def main(database_url: str, rows: int) -> None:
    from tests.support.processes import process

    await Tortoise.init(config=tortoise_config(database_url))
    try:
        secret = await fill(rows)
    finally:
        await Tortoise.close_connections()
    headers = {"Authorization": f"Bearer {secret}"}
    with tempfile.TemporaryDirectory() as folder:
        async with (
            process(database_url, Path(folder), check_interval="0") as (url, running),
            httpx2.AsyncClient(base_url=url, headers=headers, timeout=600) as client,
        ):
            await client.get("/export/licenses.csv")
            for name in LISTS:
                await download(client, name, running.pid)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000))
