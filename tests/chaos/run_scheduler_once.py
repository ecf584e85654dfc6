"""One run of the checker, begun on a word from outside: `python -m tests.faults.check_once DATABASE_URL`."""

import asyncio
import sys

from tortoise import Tortoise

from models.db.config import tortoise_config
from server.background.scheduler import Scheduler
from server.http_clients.vendor_client import VendorClient


async def check_once(database_url: str) -> None:
    """Says that it is ready, waits for a line, and does what is due."""
    await Tortoise.init(config=tortoise_config(database_url), _enable_global_fallback=True)
    client = VendorClient()
    try:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        await Scheduler(client).run_once()
    finally:
        await client.aclose()
        await Tortoise.close_connections()


if __name__ == "__main__":
    asyncio.run(check_once(sys.argv[1]))
