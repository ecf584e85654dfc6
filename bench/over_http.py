"""Compare the cost of requests over HTTP with baseline servers: `make bench-http`.

Each server uses the same PostgreSQL and runs as one process on one core; a load of 8 connections comes from the other
core. The servers take turns. All must return equal data before anything is measured.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from bench.database import LICENSES, SURPLUS_SEATS, FilledDatabase, filled_database
from bench.machine import Load, Request, describe_machine, load, start_program, use_load_core
from bench.operations import CASES, Case
from bench.tables import figure, publish, table
from tests.support.processes import free_port

HERE = Path(__file__).parent
SEATKEEPER, WITHOUT_SAFEGUARDS = "Seatkeeper", "Seatkeeper without safeguards"
UNLIMITED = "1000000000/1000000000"
"""A rate limit that the load does not reach; each request is charged nevertheless."""


@dataclass(frozen=True, slots=True, eq=False)
class Server:
    """A server under measurement."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    requests: Mapping[Case, Request]
    folder: Path | None = None


def servers(filled: FilledDatabase) -> Iterator[Server]:
    """Yield the servers to compare."""
    python = (sys.executable, "-m")
    bearer = {"Authorization": f"Bearer {filled.token}"}
    for name, program in (
        (SEATKEEPER, ("server.cli", "serve", "--port")),
        (WITHOUT_SAFEGUARDS, ("bench.without_safeguards",)),
    ):
        port, url = _free_address()
        environment = {
            "SEATKEEPER_DATABASE_URL": filled.url,
            "SEATKEEPER_PUBLIC_URL": url,
            "SEATKEEPER_RATE_LIMIT": UNLIMITED,
            "SEATKEEPER_LOG_FORMAT": "json",
            "BENCH_INSTALLATION": str(filled.installation_id),
        }
        yield Server(name, [*python, *program, port], environment, _post_requests(url, bearer))
    database = {"DATABASE_URL": filled.url}
    uvicorn = (*python, "uvicorn", "--no-access-log", "--log-level", "warning", "--port")
    port, url = _free_address()
    yield Server(
        "Strawberry + Tortoise, naive", [*uvicorn, port, "bench.baselines.naive:app"], database, _post_requests(url, {})
    )
    port, url = _free_address()
    paths = {case: Request.get(url + case.path) for case in CASES}
    yield Server("REST by hand, Starlette", [*uvicorn, port, "bench.baselines.rest:app"], database, paths)
    port, url = _free_address()
    environment = {**database, "PORT": port}
    command = ["node", "mercurius.mjs"]
    yield Server("mercurius + graphql-jit", command, environment, _post_requests(url, {}), HERE / "baselines")


def _free_address() -> tuple[str, str]:
    port = free_port()
    return str(port), f"http://127.0.0.1:{port}"


def _post_requests(url: str, headers: Mapping[str, str]) -> dict[Case, Request]:
    return {case: Request.post(f"{url}/graphql", case.body, headers) for case in CASES}


async def create_pending_table(url: str) -> None:
    """Create a table for the baselines with the seats that the pending change set grants."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            f"CREATE TABLE bench_pending AS SELECT id AS license_id, "
            f"CASE WHEN sort = 0 THEN in_use - {SURPLUS_SEATS} ELSE in_use END AS total FROM license"
        )
    finally:
        await connection.close()


def comparable_data(body: bytes) -> Any:
    """Return the `data` of a response with UTC written as `+00:00`, without its extensions."""
    answer = json.loads(body.replace(b'Z"', b'+00:00"'))
    if "errors" in answer:
        raise SystemExit(f"A response has errors, so nothing is measured: {answer['errors']}"[:4000])
    return answer["data"]


async def measure(filled: FilledDatabase, rounds: int, seconds: float) -> dict[tuple[str, Case], list[Load]]:
    """Return the loads by server name and case."""
    measured: dict[tuple[str, Case], list[Load]] = {}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        running: dict[Server, int] = {}
        compared = list(servers(filled))
        for number, one in enumerate(compared):
            log, first = folder / f"{number}.log", one.requests[CASES[-1]]
            start = start_program(one.command, log, first, one.environment, one.folder)
            running[one], _ = await stack.enter_async_context(start)
        for case in CASES:
            answers = [comparable_data(await one.requests[case].fetch()) for one in compared]
            for one, answer in zip(compared, answers, strict=True):
                if answer != answers[0]:
                    raise SystemExit(f"{one.name} returns different data: {case.name}\n{answers[0]}\n{answer}"[:4000])
            for one, pid in running.items():
                await load(one.requests[case], pid, 0.5)
        for number in range(rounds):
            print(f"\rround {number + 1} of {rounds}", end="", file=sys.stderr, flush=True)
            for case in CASES:
                for one, pid in running.items():
                    taken = await load(one.requests[case], pid, seconds)
                    measured.setdefault((one.name, case), []).append(taken)
    print(file=sys.stderr)
    return measured


def report(measured: Mapping[tuple[str, Case], Sequence[Load]]) -> str:
    """Return the tables."""
    names = list(dict.fromkeys(name for name, _ in measured))
    shown = [name for name in names if name != WITHOUT_SAFEGUARDS]
    cpu = {key: median(one.cpu for one in loads) for key, loads in measured.items()}

    def middle(name: str, case: Case, value: Any) -> str:
        return figure(median(value(one) for one in measured[name, case]))

    ratios = [
        [case.name, *(f"{_ratio(measured, name, case):.2f}" for name in shown[1:])] for case in CASES
    ]  # within the same round, so that other load on the machine affects both
    parts = [
        "CPU milliseconds of the server for each request:",
        table(["", *shown], [[case.name, *(figure(cpu[name, case]) for name in shown)] for case in CASES]),
        "Seatkeeper relative to each baseline (below 1: Seatkeeper is cheaper):",
        table(["", *shown[1:]], ratios),
        "Requests per second / median / 99th percentile of latency in milliseconds:",
        table(
            ["", *shown],
            [
                [
                    case.name,
                    *(
                        " / ".join(
                            middle(name, case, value)
                            for value in (lambda one: one.per_second, lambda one: one.latency(0.5), _slowest)
                        )
                        for name in shown
                    ),
                ]
                for case in CASES
            ],
        ),
        "The safeguards' share of Seatkeeper's CPU:",
        table(
            ["", "with", "without", "share"],
            [
                [
                    case.name,
                    f"{cpu[SEATKEEPER, case]:.2f} ms",
                    f"{cpu[WITHOUT_SAFEGUARDS, case]:.2f} ms",
                    f"{1 - 1 / _ratio(measured, WITHOUT_SAFEGUARDS, case):.2f}",
                ]
                for case in CASES
            ],
        ),
    ]
    return "\n\n".join(parts)


def _slowest(one: Load) -> float:
    return one.latency(0.99)


def _ratio(measured: Mapping[tuple[str, Case], Sequence[Load]], name: str, case: Case) -> float:
    pairs = zip(measured[SEATKEEPER, case], measured[name, case], strict=True)
    return median(own.cpu / other.cpu for own, other in pairs)


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--users", type=int, default=100_000, metavar="N")
    arguments.add_argument("--rounds", type=int, default=8, metavar="N", help="how often each takes its turn")
    arguments.add_argument("--seconds", type=float, default=0.8, metavar="S", help="how long a turn is")
    arguments.add_argument("--markdown", action="store_true", help="write the tables into bench/README.md, too")
    given = arguments.parse_args()
    heading = describe_machine()
    subprocess.run(["npm", "ci", "--silent"], cwd=HERE / "baselines", check=True)
    use_load_core()
    with filled_database(given.users) as filled:
        asyncio.run(create_pending_table(filled.url))
        measured = asyncio.run(measure(filled, given.rounds, given.seconds))
    held = f"{given.users:,} users, {LICENSES} licenses, {2 * given.users:,} assignments"
    text = f"{heading}. {held}; medians of {given.rounds} rounds.\n\n{report(measured)}"
    print(text)
    if given.markdown:
        publish("http", text)


if __name__ == "__main__":
    main()
