"""Run the scheduler once on a signal from standard input: `python -m tests.chaos.run_scheduler_once DATABASE_URL`."""

import asyncio
import sys

from tortoise import Tortoise

from models.db.config import tortoise_config
from server.background.scheduler import Scheduler
from server.http_clients.vendor_client import VendorClient


async def run_scheduler_once(database_url: str) -> None:
    """Print `ready`, wait for a line on standard input, and run the jobs that are due."""
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
    asyncio.run(run_scheduler_once(sys.argv[1]))
