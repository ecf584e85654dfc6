"""The scheduled jobs, run on demand."""

from server.background.scheduler import Scheduler
from server.http_clients.vendor_client import VendorClient


async def run_scheduler() -> None:
    """Run the scheduled jobs once, as each process does every minute."""
    client = VendorClient()
    try:
        await Scheduler(client).run_once()
    finally:
        await client.aclose()
