"""Health endpoints for load balancers and orchestrators."""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from tortoise.connection import get_connection

from models.db.replica import PRIMARY

DATABASE_TIMEOUT = 1.5
"""Seconds to wait for the database before the server reports itself as not ready. Probes usually time out after 2."""


async def healthz(request: Request) -> Response:
    """Return 200 while the process can serve requests (liveness)."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    """Return 200 if the database responds within `DATABASE_TIMEOUT`, otherwise 503 (readiness)."""
    probe = asyncio.create_task(_is_database_available())
    done, _ = await asyncio.wait({probe}, timeout=DATABASE_TIMEOUT)
    if done and probe.result():
        return JSONResponse({"status": "ok"})
    probe.cancel()  # not awaited, since the cancellation of a query may take time as well
    return JSONResponse({"status": "the database does not answer"}, 503)


async def _is_database_available() -> bool:
    try:
        await get_connection(PRIMARY).execute_query("SELECT 1")
    except Exception:
        # Any failure means that requests should be routed elsewhere; queries log the details.
        return False
    return True
