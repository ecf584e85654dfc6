"""Compare the throughput of one worker and two, and the CPU time of PostgreSQL: `make bench-workers`.

No process is pinned to a core: workers, PostgreSQL and the load share all cores, as on a single host.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import asyncpg

from bench.database import FilledDatabase, filled_database
from bench.machine import Request, cpu_seconds, describe_machine, start_program
from bench.operations import CASES, Case
from bench.over_http import UNLIMITED
from bench.tables import figure, publish, table
from tests.support.processes import free_port

WORKERS = (1, 2)
CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class WorkerLoad:
    """The result of a load: responses per second, and CPU milliseconds per response."""

    per_second: float
    of_workers: float
    of_postgres: float


def process_tree(pid: int) -> Iterator[int]:
    """Yield the IDs of a process and its descendants."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            yield from process_tree(child)


def tree_cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of a process and its running descendants."""
    return sum(map(cpu_seconds, process_tree(pid)))


def parent(pid: int) -> int:
    """Return the ID of a process's parent."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


async def postmaster(url: str) -> int:
    """Return the ID of PostgreSQL's main process."""
    connection = await asyncpg.connect(url)
    try:
        backend = await connection.fetchval("SELECT pg_backend_pid()")
        return parent(backend)
    finally:
        await connection.close()


async def load(request: Request, workers: int, postgres: int, seconds: float) -> WorkerLoad:
    """Send a request repeatedly on concurrent connections for a number of seconds."""
    answers = 0

    async def send_repeatedly(until: float) -> None:
        nonlocal answers
        async with request.connection() as streams:
            while time.perf_counter() < until:
                await request.send(*streams)
                answers += 1

    began, before = time.perf_counter(), (tree_cpu_seconds(workers), tree_cpu_seconds(postgres))
    await asyncio.gather(*(send_repeatedly(began + seconds) for _ in range(CONNECTIONS)))
    took = time.perf_counter() - began
    each = [
        (now - then) * 1_000 / answers
        for now, then in zip((tree_cpu_seconds(workers), tree_cpu_seconds(postgres)), before, strict=True)
    ]
    return WorkerLoad(answers / took, *each)


async def measure(filled: FilledDatabase, rounds: int, seconds: float) -> dict[tuple[int, Case], list[WorkerLoad]]:
    """Return the loads by number of workers and case."""
    measured: dict[tuple[int, Case], list[WorkerLoad]] = {}
    bearer = {"Authorization": f"Bearer {filled.token}"}
    postgres = await postmaster(filled.url)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        running = {}
        for workers in WORKERS:
            port = free_port()
            url = f"http://127.0.0.1:{port}"
            environment = {
                "SEATKEEPER_DATABASE_URL": filled.url,
                "SEATKEEPER_PUBLIC_URL": url,
                "SEATKEEPER_RATE_LIMIT": UNLIMITED,
                "SEATKEEPER_LOG_FORMAT": "json",
            }
            requests = {case: Request.post(f"{url}/graphql", case.body, bearer) for case in CASES}
            command = [sys.executable, "-m", "server.cli", "serve", "--port", str(port), "--workers", str(workers)]
            start = start_program(command, folder / f"{workers}.log", requests[CASES[-1]], environment, everywhere=True)
            running[workers] = (await stack.enter_async_context(start))[0], requests
        for number in range(rounds + 1):  # the first warms up
            print(f"\rround {number} of {rounds}", end="", file=sys.stderr, flush=True)
            for case in CASES:
                for workers, (pid, requests) in running.items():
                    taken = await load(requests[case], pid, postgres, seconds)
                    if number:
                        measured.setdefault((workers, case), []).append(taken)
    print(file=sys.stderr)
    return measured


def report(measured: dict[tuple[int, Case], list[WorkerLoad]]) -> str:
    """Return the table."""
    heading = ["", *(f"{workers} worker{'s' * (workers > 1)}" for workers in WORKERS), "ratio", "PostgreSQL, ms of CPU"]
    rows = []
    for case in CASES:
        one, two = (measured[workers, case] for workers in WORKERS)
        ratio = median(b.per_second / a.per_second for a, b in zip(one, two, strict=True))
        cells = [
            f"{figure(median(t.per_second for t in taken))}/s, {median(t.of_workers for t in taken):.2f} ms"
            for taken in (one, two)
        ]
        rows.append([case.name, *cells, f"{ratio:.2f}", f"{median(t.of_postgres for t in two):.2f}"])
    return table(heading, rows)


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--users", type=int, default=100_000, metavar="N")
    arguments.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each takes its turn")
    arguments.add_argument("--seconds", type=float, default=1.0, metavar="S", help="how long a turn is")
    arguments.add_argument("--markdown", action="store_true", help="write the table into bench/README.md, too")
    given = arguments.parse_args()
    heading = describe_machine()
    with filled_database(given.users) as filled:
        measured = asyncio.run(measure(filled, given.rounds, given.seconds))
    load = f"{given.users:,} users, {CONNECTIONS} connections; medians of {given.rounds} rounds"
    text = f"{heading}. {load}.\n\n{report(measured)}"
    print(text)
    if given.markdown:
        publish("workers", text)


if __name__ == "__main__":
    main()
