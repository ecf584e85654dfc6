"""JavaScript clients work as documented, and the GraphQL over HTTP audits pass."""

import asyncio
import json
import signal
from asyncio.subprocess import Process
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.interop.programs import node
from tests.support.api_client import Client
from tests.support.api_tokens import make_token
from tests.support.demo_server import RunningServer
from tests.support.processes import process
from tests.support.seats import Seats
from tests.support.subscriptions import latest_cursor

pytestmark = pytest.mark.usefixtures("packages")

CLIENTS = ("subscribe_ws.mjs", "subscribe_sse.mjs", "subscribe_apollo.mjs", "subscribe_urql.mjs")
LOG = """
query Log($before: String) { auditEvents(last: 10, before: $before) { edges { cursor node { action summary } } } }
"""


async def read_lines(script: Process, count: int) -> list[str]:
    """Read the next lines of a script's output, one per event."""
    lines = []
    async with asyncio.timeout(30):
        for _ in range(count):
            line = await script.stdout.readline()
            assert line, (await script.stderr.read()).decode()
            lines.append(line.decode().rstrip())
    return lines


async def reject_one_connection(port: int) -> None:
    """Accept one connection on a port and close it without a response."""
    tried = asyncio.Event()

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()
        tried.set()

    async with asyncio.timeout(30), await asyncio.start_server(hang_up, "127.0.0.1", port):
        await tried.wait()


async def expected_lines(inga: Client, after: str) -> list[str]:
    """Return the lines expected for the events after a cursor, from the audit log."""
    edges = reversed((await inga.run(LOG, before=after))["edges"])
    return [f"{edge['cursor']} {edge['node']['action']} {edge['node']['summary']}" for edge in edges]


async def test_graphql_over_http_audits_pass(inga: Client, server: RunningServer) -> None:
    _, secret = await make_token(inga)
    async with node("audit.mjs", f"{server.url}/graphql", secret) as auditing:
        output, errors = await auditing.communicate()

    results: list[dict[str, Any]] = json.loads(output)
    assert [result for result in results if result["status"] != "ok"] == [], errors.decode()
    assert len(results) == 61


@pytest.mark.parametrize("script", CLIENTS)
async def test_client_resumes_after_a_server_restart(
    inga: Client, server: RunningServer, tmp_path: Path, script: str
) -> None:
    seats, start = await Seats.find(inga), await latest_cursor(inga)
    _, secret = await make_token(inga)
    async with (
        process(server.database_url, tmp_path, check_interval="0") as (url, stopping),
        node(script, f"{url}/graphql", secret, start) as watching,
    ):
        seen = await read_lines(watching, 1)
        await seats.assign(0)
        seen += await read_lines(watching, 1)
        stopping.send_signal(signal.SIGTERM)
        await stopping.wait()
        await seats.assign(1, 2)
        port = int(url.rsplit(":")[-1])
        await reject_one_connection(port)
        async with process(server.database_url, tmp_path, port=port, check_interval="0"):
            seen += await read_lines(watching, 2)
            await seats.revoke(0)
            seen += await read_lines(watching, 1)

    assert seen == await expected_lines(inga, start)


@pytest.mark.parametrize("script", CLIENTS)
async def test_invalid_token_is_not_retried(server: RunningServer, script: str) -> None:
    async with node(script, f"{server.url}/graphql", "skp_1_nonsense") as refused, asyncio.timeout(30):
        output, errors = await refused.communicate()

    assert output == b""
    assert ("401:" if "sse" in script else "4401") in errors.decode()


@pytest.mark.parametrize("script", ["page_ws.mjs", "page_sse.mjs"])
async def test_page_subscribes_with_its_session(inga: Client, server: RunningServer, script: str) -> None:
    seats, start = await Seats.find(inga), await latest_cursor(inga)
    address, cookie = f"{server.url}/?after={quote(start)}", f"session={inga.http.cookies['session']}"
    async with node("--import", "./page.mjs", script, address, cookie) as watching:
        await seats.assign(0)
        seen = await read_lines(watching, 1)

    assert seen == await expected_lines(inga, start)
