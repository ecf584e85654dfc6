"""A REST server written by hand over asyncpg: a function per screen with the API's statements, without safeguards.

Set `DATABASE_URL`, then run `uvicorn bench.baselines.rest:app`.
"""

import os
from base64 import b64encode
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

CATALOG = """SELECT id, key, name, total, in_use FROM license
WHERE in_force AND NOT is_hidden ORDER BY vendor_id, sort, id"""
PAGE = """SELECT id, name, login, kind, last_login_at FROM "user" WHERE installation_id = 1 AND status <> 'RETIRED'
AND EXISTS (SELECT 1 FROM assignment WHERE user_id = "user".id AND license_id = $1) ORDER BY name_key, id LIMIT $2"""
HELD = """SELECT a.id, a.user_id, a.license_id, a.assigned_at FROM assignment a JOIN license l ON l.id = a.license_id
WHERE a.user_id = ANY($1) ORDER BY l.name_key, a.license_id"""
PENDING = "SELECT license_id, total FROM bench_pending ORDER BY license_id"
HOLDERS = """SELECT a.id, a.assigned_at, a.user_id, u.name, u.login FROM assignment a JOIN "user" u ON u.id = a.user_id
WHERE a.license_id = $1 AND u.installation_id = 1 AND u.status <> 'RETIRED' ORDER BY u.name_key, a.user_id LIMIT 51"""

pool: asyncpg.Pool


def global_id(kind: str, number: int) -> str:
    """Return the ID that the GraphQL API uses."""
    return b64encode(b"%s:%d" % (kind.encode(), number)).decode()


def answer(data: dict[str, Any]) -> Response:
    """Return a response in the shape of a GraphQL response."""
    return Response(msgspec.json.encode({"data": data}), media_type="application/json")


async def users(request: Request) -> Response:
    """Return the Users screen."""
    first = int(request.query_params["first"])
    async with pool.acquire() as connection:
        catalog = {row["id"]: row for row in await connection.fetch(CATALOG)}
        wanted = next(row for row in catalog.values() if row["key"] == request.query_params["licenseType"])
        page = await connection.fetch(PAGE, wanted["id"], first + 1)
        rows = page[:first]
        held = await connection.fetch(HELD, [row["id"] for row in rows])
    assignments: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for id_, user_id, license_id, assigned_at in held:
        license = catalog[license_id]
        assignments[user_id].append(
            {
                "id": global_id("LicenseAssignment", id_),
                "assignedAt": assigned_at,
                "license": {"key": license["key"], "name": license["name"]},
            }
        )
    nodes = [
        {
            "id": global_id("User", id_),
            "name": name,
            "login": login,
            "category": "EMPLOYEE" if kind == "EMPLOYEE" else "OTHER",
            "lastLoginAt": last_login_at,
            "assignments": assignments[id_],
        }
        for id_, name, login, kind, last_login_at in rows
    ]
    return answer({"users": {"nodes": nodes, "pageInfo": {"hasNextPage": len(page) > first}}})


async def licenses(request: Request) -> Response:
    """Return the Licenses screen."""
    nodes = [
        {
            "id": global_id("License", id_),
            "key": key,
            "name": name,
            "seats": {"total": total, "inUse": in_use, "available": None if total is None else total - in_use},
        }
        for id_, key, name, total, in_use in await pool.fetch(CATALOG)
    ]
    return answer({"licenses": {"nodes": nodes}})


async def surplus(request: Request) -> Response:
    """Return the surplus dialog; the seats of the change set are read from a table."""
    async with pool.acquire() as connection:
        catalog = {row["id"]: row for row in await connection.fetch(CATALOG)}
        pending = await connection.fetch(PENDING)
        required = []
        for license_id, total in pending:
            license = catalog[license_id]
            if license["in_use"] > total:
                required.append(requirement(license, total, await connection.fetch(HOLDERS, license_id)))
    return answer({"surplusRequirements": required})


def requirement(license: asyncpg.Record, total: int, holders: Sequence[asyncpg.Record]) -> dict[str, Any]:
    """Return a license of which seats must be freed."""
    nodes = [
        {
            "id": global_id("LicenseAssignment", id_),
            "assignedAt": assigned_at,
            "user": {"id": global_id("User", user_id), "name": name, "login": login},
        }
        for id_, assigned_at, user_id, name, login in holders[:50]
    ]
    return {
        "license": {"key": license["key"], "name": license["name"]},
        "seatsInUse": license["in_use"],
        "seatsAvailable": total,
        "seatsToRemove": license["in_use"] - total,
        "assignments": {"totalCount": license["in_use"], "nodes": nodes},
    }


async def typename(request: Request) -> Response:
    """Return the smallest possible response."""
    return answer({"__typename": "Query"})


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Open the connection pool for the application's lifetime."""
    global pool
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=8, max_size=8) as pool:
        yield


app = Starlette(
    routes=[Route(f"/{screen.__name__}", screen) for screen in (users, licenses, surplus, typename)], lifespan=lifespan
)
