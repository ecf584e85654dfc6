"""Two worker processes activate a published document once, and subscribers of either receive its events once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from models.assignment import Assignment
from models.license import License
from models.vendor import Vendor as StoredVendor
from resolvers.context import utc_now
from server.demo.installation import Demo
from tests.chaos.databases import connected
from tests.support.api_client import Client
from tests.support.api_tokens import make_token
from tests.support.demo_server import RunningServer
from tests.support.demo_vendor import Vendor, served
from tests.support.operations import LICENSES, PENDING
from tests.support.processes import find_worker, license_server_process, process
from tests.support.seats import Seats
from tests.support.subscriptions import SubscriptionSocket, latest_cursor, socket

CHECK_INTERVAL = 0.5
CHECK_TIMEOUT = CHECK_INTERVAL + 2.0
"""Seconds within which a due check is made, also on a busy machine."""


@asynccontextmanager
async def subscribers(
    url: str, supervisor: int, token: str, after: str
) -> AsyncIterator[dict[int, SubscriptionSocket]]:
    """Subscribe at each of two worker processes, opening connections until both have one."""
    async with AsyncExitStack() as stack:
        found: dict[int, SubscriptionSocket] = {}
        async with asyncio.timeout(20):
            while len(found) < 2:
                watcher = await stack.enter_async_context(socket(url))
                worker = find_worker(watcher.connection.local_address[1], supervisor)
                if worker not in found:
                    await watcher.initialize(token)
                    await watcher.subscribe(after=after)
                    found[worker] = watcher
        yield found


async def count_actions_until(watcher: SubscriptionSocket, last: str) -> Counter[str]:
    """Count the events by action until one with the last action has arrived."""
    seen: Counter[str] = Counter()
    while not seen[last]:
        seen[(await watcher.next_event())["node"]["action"]] += 1
    return seen


async def wait_for_pending(client: Client, status: str) -> dict[str, Any]:
    """Wait for a pending change set with a status and return it."""
    async with asyncio.timeout(CHECK_TIMEOUT):
        while True:
            for change_set in await client.run(PENDING):
                if change_set["status"] == status:
                    found: dict[str, Any] = change_set
                    return found
            await asyncio.sleep(0.02)


async def make_check_due(database_url: str) -> None:
    """Make the check of the main vendor due."""
    async with connected(database_url):
        await StoredVendor.filter(is_main=True).update(next_check_at=utc_now())


async def read_licenses(database_url: str) -> list[list[dict[str, Any]]]:
    """Return all rows of licenses and assignments."""
    async with connected(database_url):
        licenses: list[dict[str, Any]] = await License.all().order_by("id").values()
        assignments: list[dict[str, Any]] = await Assignment.all().order_by("id").values()
        return [licenses, assignments]


@pytest.mark.parametrize("engine", ["postgres"])
async def test_two_workers_activate_and_announce_once(
    copied_demo: tuple[str, Demo], tmp_path: Path, engine: str
) -> None:
    database_url, demo = copied_demo
    folder = tmp_path / "vendor"
    folder.mkdir()
    async with (
        license_server_process(folder, tmp_path / "vendor.log") as vendor_url,
        process(database_url, tmp_path, "--workers", "2", check_interval=str(CHECK_INTERVAL)) as (url, supervisor),
    ):
        vendor, running, inga = Vendor(vendor_url, folder), RunningServer(url, demo, database_url), Client(url)
        async with connected(database_url):
            await StoredVendor.filter(is_main=True).update(license_server=vendor_url)
        await inga.sign_in()
        seats = await Seats.find(inga)
        _, token = await make_token(inga)

        async with subscribers(url, supervisor.pid, token, await latest_cursor(inga)) as watchers:
            vendor.publish(served(running, vendor, "growth.lic"), demo.serial_number)
            await make_check_due(database_url)

            activated = await wait_for_pending(inga, "AUTO_ACTIVATED")

            assert activated["vendor"]["key"] == "superoffice"
            licenses = await inga.run(LICENSES, filter={"vendor": "superoffice"})
            [sales] = [one["seats"] for one in licenses["nodes"] if one["key"] == "superoffice.ten-sales"]
            assert sales["total"] == 25
            await seats.assign(0)
            for watcher in watchers.values():
                seen = await count_actions_until(watcher, "USER_LICENSE_ASSIGNED")
                assert (seen["CHANGE_SET_RECEIVED"], seen["LICENSES_ACTIVATED"]) == (1, 1)

            before = await read_licenses(database_url)
            smaller = served(running, vendor, "renewal.lic", seq=4, jti="smaller")
            vendor.publish(smaller, demo.serial_number)
            await make_check_due(database_url)

            waiting = await wait_for_pending(inga, "BLOCKED_BY_SURPLUS")

            assert not waiting["canActivate"]
            assert waiting["surplusRequirements"] == [{"license": {"key": "superoffice.ten-sales"}, "seatsToRemove": 3}]
            assert await read_licenses(database_url) == before
            await seats.revoke(0)
            for watcher in watchers.values():
                seen = await count_actions_until(watcher, "USER_LICENSE_REVOKED")
                assert (seen["CHANGE_SET_RECEIVED"], seen["LICENSES_ACTIVATED"]) == (1, 0)

        await inga.http.aclose()
    [acceptance] = vendor.reports("acceptances")
    assert acceptance["jti"] == "superoffice-1204417838-3"
    fetches = (tmp_path / "vendor.log").read_text().count(f'"GET /v1/licenses/{demo.serial_number}.lic HTTP/1.1" 200')
    assert fetches == 2
    assert "Traceback" not in (tmp_path / "server.log").read_text()
