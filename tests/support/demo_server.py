"""Servers with the demo installation in this process."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
import uvicorn
from starlette.applications import Starlette
from tortoise import Tortoise
from tortoise.backends.base.executor import EXECUTOR_CACHE

from models.db.config import tortoise_config
from models.user import User
from server.demo.installation import Demo, fill
from tests.support.api_client import PASSWORD
from tests.support.factories import quick_hash


async def create_demo(database_url: str, *, trial: bool) -> Demo:
    """Fill a migrated database with the demo or the trial."""
    EXECUTOR_CACHE.clear()  # keyed by table, not by engine
    await Tortoise.init(config=tortoise_config(database_url))
    try:
        demo = await fill(PASSWORD, trial=trial)
        await User.filter(login="inga").update(password_hash=quick_hash(PASSWORD))
        return demo
    finally:
        await Tortoise.close_connections()


@dataclass
class RunningServer:
    """A running server with the demo installation."""

    url: str
    demo: Demo
    database_url: str


@asynccontextmanager
async def listening(make_app: Callable[[str], Starlette]) -> AsyncIterator[str]:
    """Serve the application that `make_app` returns for a URL, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        running = uvicorn.Server(uvicorn.Config(make_app(url), log_config=None, access_log=False))
        task = asyncio.create_task(running.serve(sockets=[listener]))
        async with httpx2.AsyncClient(base_url=url) as client:
            await client.get("/readyz")
        yield url
        running.should_exit = True
        await task
