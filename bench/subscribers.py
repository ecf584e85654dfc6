"""Measure the cost of idle subscribers and the delay of an event to all of them: `make bench-subscribers`.

Runs one server process on a new PostgreSQL server (Linux only: reads /proc).
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
from server.graphql.streams import MAX_SOCKETS
from tests.chaos.servers import running_postgres
from tests.support.api_client import Client
from tests.support.api_tokens import bearer, make_token
from tests.support.demo_server import create_demo
from tests.support.postgres import create_database
from tests.support.processes import process
from tests.support.seats import Seats
from tests.support.subscriptions import SubscriptionSocket, socket

BATCH_SIZE = 25
"""Connections that are opened concurrently."""


def megabytes(pid: int) -> float:
    """Return a process's memory in MiB, including its share of shared pages."""
    [line] = [line for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() if line.startswith("Pss:")]
    return int(line.split()[1]) / 1024


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def open_subscription(stack: AsyncExitStack, url: str, tokens: list[str], number: int) -> SubscriptionSocket:
    """Open a subscription over a WebSocket; each token has its own address, and as many WebSockets as are allowed."""
    group = number // MAX_SOCKETS
    headers = {**bearer(tokens[group]), "X-Forwarded-For": f"192.0.2.{group}"}
    watcher = await stack.enter_async_context(socket(url, additional_headers=headers))
    await watcher.initialize()
    await watcher.subscribe()
    return watcher


async def measure(database_url: str, number: int, idle_seconds: float) -> dict[str, str]:
    """Return the figures by name."""
    with tempfile.TemporaryDirectory() as folder:
        async with process(database_url, Path(folder)) as (url, running), AsyncExitStack() as stack:
            inga = Client(url)
            await inga.sign_in()
            tokens = [(await make_token(inga))[1] for _ in range(0, number, MAX_SOCKETS)]
            seats = await Seats.find(inga)
            first = await open_subscription(stack, url, tokens, 0)
            await seats.assign(0)
            await first.next_event()
            without = megabytes(running.pid)

            watchers = [first]
            while len(watchers) < number:
                more = min(BATCH_SIZE, number - len(watchers))
                numbers = range(len(watchers), len(watchers) + more)
                watchers += await asyncio.gather(*(open_subscription(stack, url, tokens, one) for one in numbers))
            await seats.assign(1)
            await asyncio.gather(*(watcher.next_event() for watcher in watchers))
            taken = megabytes(running.pid) - without

            before = cpu_seconds(running.pid)
            await asyncio.sleep(idle_seconds)
            used = cpu_seconds(running.pid) - before

            start_program, before = time.perf_counter(), cpu_seconds(running.pid)
            waiting = asyncio.gather(*(watcher.connection.recv() for watcher in watchers))
            await seats.assign(2)
            await waiting
            delay, worked = time.perf_counter() - start_program, cpu_seconds(running.pid) - before
            await inga.http.aclose()
    return {
        "subscribers": str(number),
        "memory beyond that with one": f"{taken:.0f} MB",
        f"CPU in {idle_seconds:g} s without events": f"{used:.2f} s",
        "delay of one event to all": f"{delay:.2f} s",
        "CPU for that event": f"{worked:.2f} s",
    }


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--subscribers", type=int, default=500, metavar="N")
    arguments.add_argument("--idle", type=float, default=60, metavar="SECONDS")
    given = arguments.parse_args()
    with running_postgres() as server:
        database_url = f"{server.url}/{create_database(server.url)}"
        asyncio.run(migrate(database_url))
        asyncio.run(create_demo(database_url, trial=False))
        figures = asyncio.run(measure(database_url, given.subscribers, given.idle))
    table = Table(show_header=False)
    for name, figure in figures.items():
        table.add_row(name, figure)
    Console(file=sys.stdout).print(table)


if __name__ == "__main__":
    main()
