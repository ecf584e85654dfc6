"""What subscribers cost that hear nothing, and how soon all hear of an event: `make bench-subscribers`.

Runs one server process over a PostgreSQL of its own (Linux alone: figures are from /proc).
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table

from models.db.migrate import migrate
from tests.acceptance.conftest import Client, _filled
from tests.acceptance.test_3_live_updates import Seats, Socket, bearer, make_token, socket
from tests.chaos.servers import running_postgres
from tests.support.postgres import create_database
from tests.support.processes import process

TOGETHER = 25
"""Connections that are opened at the same time."""


def megabytes(pid: int) -> float:
    """A process's memory, its part of what it shares included."""
    [line] = [line for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() if line.startswith("Pss:")]
    return int(line.split()[1]) / 1024


def cpu_seconds(pid: int) -> float:
    """The CPU time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def subscribed(stack: AsyncExitStack, url: str, token: str) -> Socket:
    """One more subscriber."""
    watcher = await stack.enter_async_context(socket(url, additional_headers=bearer(token)))
    await watcher.greet()
    await watcher.subscribe()
    return watcher


async def measure(database_url: str, number: int, idle_seconds: float) -> dict[str, str]:
    """The figures."""
    with tempfile.TemporaryDirectory() as folder:
        async with process(database_url, Path(folder)) as (url, running), AsyncExitStack() as stack:
            inga = Client(url)
            await inga.sign_in()
            _, token = await make_token(inga)
            seats = await Seats.find(inga)
            first = await subscribed(stack, url, token)
            await seats.give(0)
            await first.edge()
            without = megabytes(running.pid)

            watchers = [first]
            while len(watchers) < number:
                more = min(TOGETHER, number - len(watchers))
                watchers += await asyncio.gather(*(subscribed(stack, url, token) for _ in range(more)))
            await seats.give(1)
            await asyncio.gather(*(watcher.edge() for watcher in watchers))
            taken = megabytes(running.pid) - without

            before = cpu_seconds(running.pid)
            await asyncio.sleep(idle_seconds)
            used = cpu_seconds(running.pid) - before

            started, before = time.perf_counter(), cpu_seconds(running.pid)
            waiting = asyncio.gather(*(watcher.connection.recv() for watcher in watchers))
            await seats.give(2)
            await waiting
            heard, worked = time.perf_counter() - started, cpu_seconds(running.pid) - before
            await inga.http.aclose()
    return {
        "subscribers": str(number),
        "memory more than with one": f"{taken:.0f} MB",
        f"CPU in {idle_seconds:g} s without events": f"{used:.2f} s",
        "until all heard of one event": f"{heard:.2f} s",
        "CPU for it": f"{worked:.2f} s",
    }


def main() -> None:
    """Prints the figures."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--subscribers", type=int, default=500, metavar="N")
    arguments.add_argument("--idle", type=float, default=60, metavar="SECONDS")
    given = arguments.parse_args()
    with running_postgres() as server:
        database_url = f"{server.url}/{create_database(server.url)}"
        asyncio.run(migrate(database_url))
        asyncio.run(_filled(database_url, trial=False))
        figures = asyncio.run(measure(database_url, given.subscribers, given.idle))
    table = Table(show_header=False)
    for name, figure in figures.items():
        table.add_row(name, figure)
    Console(file=sys.stdout).print(table)


if __name__ == "__main__":
    main()
