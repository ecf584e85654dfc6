"""The clients that others wrote in JavaScript work as their documentation says, and their audits find nothing."""

import asyncio
import json
import signal
from asyncio.subprocess import Process
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.acceptance.conftest import Client, Running
from tests.acceptance.test_3_live_updates import Seats, latest, make_token
from tests.interop.conftest import node
from tests.support.processes import process

pytestmark = pytest.mark.usefixtures("packages")

CLIENTS = ("subscribe_ws.mjs", "subscribe_sse.mjs", "subscribe_apollo.mjs", "subscribe_urql.mjs")
LOG = """
query Log($before: String) { auditEvents(last: 10, before: $before) { edges { cursor node { action summary } } } }
"""


async def shown(script: Process, count: int) -> list[str]:
    """The next lines that a script writes, one for each event."""
    lines = []
    async with asyncio.timeout(30):
        for _ in range(count):
            line = await script.stdout.readline()
            assert line, (await script.stderr.read()).decode()
            lines.append(line.decode().rstrip())
    return lines


async def hang_up_once(port: int) -> None:
    """Takes the next connection and ends it without an answer."""
    tried = asyncio.Event()

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        tried.set()

    async with asyncio.timeout(30), await asyncio.start_server(hang_up, "127.0.0.1", port):
        await tried.wait()


async def lines_of_log(inga: Client, after: str) -> list[str]:
    """The same of all events since, as the log has them."""
    edges = reversed((await inga.run(LOG, before=after))["edges"])
    return [f"{edge['cursor']} {edge['node']['action']} {edge['node']['summary']}" for edge in edges]


async def test_the_audits_of_graphql_over_http_find_nothing(inga: Client, server: Running) -> None:
    _, secret = await make_token(inga)
    async with node("audit.mjs", f"{server.url}/graphql", secret) as auditing:
        output, errors = await auditing.communicate()

    results: list[dict[str, Any]] = json.loads(output)
    assert [result for result in results if result["status"] != "ok"] == [], errors.decode()
    assert len(results) == 61


@pytest.mark.parametrize("script", CLIENTS)
async def test_it_goes_on_where_the_server_cut_it_off(
    inga: Client, server: Running, tmp_path: Path, script: str
) -> None:
    seats, start = await Seats.find(inga), await latest(inga)
    _, secret = await make_token(inga)
    async with (
        process(server.database_url, tmp_path, check_interval="0") as (url, stopping),
        node(script, f"{url}/graphql", secret, start) as watching,
    ):
        seen = await shown(watching, 1)
        await seats.give(0)
        seen += await shown(watching, 1)
        stopping.send_signal(signal.SIGTERM)
        await stopping.wait()
        await seats.give(1, 2)
        port = int(url.rsplit(":")[-1])
        await hang_up_once(port)
        async with process(server.database_url, tmp_path, port=port, check_interval="0"):
            seen += await shown(watching, 2)
            await seats.take(0)
            seen += await shown(watching, 1)

    assert seen == await lines_of_log(inga, start)


@pytest.mark.parametrize("script", CLIENTS)
async def test_a_bad_token_is_refused_for_good(server: Running, script: str) -> None:
    async with node(script, f"{server.url}/graphql", "skp_1_nonsense") as refused, asyncio.timeout(30):
        output, errors = await refused.communicate()

    assert output == b""
    assert ("401:" if "sse" in script else "4401") in errors.decode()


@pytest.mark.parametrize("script", ["page_ws.mjs", "page_sse.mjs"])
async def test_a_page_listens_with_the_session_of_its_browser(inga: Client, server: Running, script: str) -> None:
    seats, start = await Seats.find(inga), await latest(inga)
    address, cookie = f"{server.url}/?after={quote(start)}", f"session={inga.http.cookies['session']}"
    async with node("--import", "./page.mjs", script, address, cookie) as watching:
        await seats.give(0)
        seen = await shown(watching, 1)

    assert seen == await lines_of_log(inga, start)
