"""What a request costs over HTTP, ours and others' side by side: `make bench-http`.

Each server has the same PostgreSQL, one process on one core, and a load of 8 connections from the other core; they
take turns. All give the same answers, or nothing is measured.
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

from bench.database import LICENSES, SURPLUS, Filled, filled_database
from bench.machine import Load, Request, described, load, started, use_load_core
from bench.operations import CASES, Case
from bench.tables import figure, publish, table
from tests.support.processes import free_port

HERE = Path(__file__).parent
OURS, UNDEFENDED = "Seatkeeper", "Seatkeeper, undefended"
UNLIMITED = "1000000000/1000000000"
"""Points enough for the load: each request is charged all the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Server:
    """A program that is measured."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    requests: Mapping[Case, Request]
    folder: Path | None = None


def servers(filled: Filled) -> Iterator[Server]:
    """All that take part."""
    python = (sys.executable, "-m")
    bearer = {"Authorization": f"Bearer {filled.token}"}
    for name, program in ((OURS, ("server.cli", "serve", "--port")), (UNDEFENDED, ("bench.without_safeguards",))):
        port, url = _free()
        environment = {
            "SEATKEEPER_DATABASE_URL": filled.url,
            "SEATKEEPER_PUBLIC_URL": url,
            "SEATKEEPER_RATE_LIMIT": UNLIMITED,
            "SEATKEEPER_LOG_FORMAT": "json",
            "BENCH_INSTALLATION": str(filled.installation_id),
        }
        yield Server(name, [*python, *program, port], environment, _posted(url, bearer))
    database = {"DATABASE_URL": filled.url}
    uvicorn = (*python, "uvicorn", "--no-access-log", "--log-level", "warning", "--port")
    port, url = _free()
    yield Server(
        "Strawberry + Tortoise, naive", [*uvicorn, port, "bench.baselines.naive:app"], database, _posted(url, {})
    )
    port, url = _free()
    paths = {case: Request.get(url + case.path) for case in CASES}
    yield Server("REST by hand, Starlette", [*uvicorn, port, "bench.baselines.rest:app"], database, paths)
    port, url = _free()
    environment = {**database, "PORT": port}
    command = ["node", "mercurius.mjs"]
    yield Server("mercurius + graphql-jit", command, environment, _posted(url, {}), HERE / "peers")


def _free() -> tuple[str, str]:
    port = free_port()
    return str(port), f"http://127.0.0.1:{port}"


def _posted(url: str, headers: Mapping[str, str]) -> dict[Case, Request]:
    return {case: Request.post(f"{url}/graphql", case.body, headers) for case in CASES}


async def prepare(url: str) -> None:
    """Gives the peers in a table what ours compares: the seats that the waiting change set states."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            f"CREATE TABLE bench_pending AS SELECT id AS license_id, "
            f"CASE WHEN sort = 0 THEN in_use - {SURPLUS} ELSE in_use END AS total FROM license"
        )
    finally:
        await connection.close()


def same(body: bytes) -> Any:
    """What an answer says, in whichever of the two forms it writes UTC, and without what it says of itself."""
    answer = json.loads(body.replace(b'Z"', b'+00:00"'))
    if "errors" in answer:
        raise SystemExit(f"There is an error in an answer, so nothing is measured: {answer['errors']}"[:4000])
    return answer["data"]


async def measure(filled: Filled, rounds: int, seconds: float) -> dict[tuple[str, Case], list[Load]]:
    """The loads, by server and case."""
    measured: dict[tuple[str, Case], list[Load]] = {}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        running: dict[Server, int] = {}
        taking_part = list(servers(filled))
        for number, one in enumerate(taking_part):
            log, first = folder / f"{number}.log", one.requests[CASES[-1]]
            start = started(one.command, log, first, one.environment, one.folder)
            running[one], _ = await stack.enter_async_context(start)
        for case in CASES:
            answers = [same(await one.requests[case].answer()) for one in taking_part]
            for one, answer in zip(taking_part, answers, strict=True):
                if answer != answers[0]:
                    raise SystemExit(f"{one.name} answers otherwise: {case.name}\n{answers[0]}\n{answer}"[:4000])
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
    """The tables."""
    names = list(dict.fromkeys(name for name, _ in measured))
    shown = [name for name in names if name != UNDEFENDED]
    cpu = {key: median(one.cpu for one in loads) for key, loads in measured.items()}

    def middle(name: str, case: Case, value: Any) -> str:
        return figure(median(value(one) for one in measured[name, case]))

    ratios = [
        [case.name, *(f"{_ratio(measured, name, case):.2f}" for name in shown[1:])] for case in CASES
    ]  # of the same round each, so that what else the machine does falls on both
    parts = [
        "CPU milliseconds of the server for each request:",
        table(["", *shown], [[case.name, *(figure(cpu[name, case]) for name in shown)] for case in CASES]),
        "Ours in proportion to each of the others (below 1: ours is cheaper):",
        table(["", *shown[1:]], ratios),
        "Requests a second / milliseconds until half of them, and 99 of 100, are answered:",
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
        "The defenses' share of our CPU:",
        table(
            ["", "with", "without", "share"],
            [
                [
                    case.name,
                    f"{cpu[OURS, case]:.2f} ms",
                    f"{cpu[UNDEFENDED, case]:.2f} ms",
                    f"{1 - 1 / _ratio(measured, UNDEFENDED, case):.2f}",
                ]
                for case in CASES
            ],
        ),
    ]
    return "\n\n".join(parts)


def _slowest(one: Load) -> float:
    return one.latency(0.99)


def _ratio(measured: Mapping[tuple[str, Case], Sequence[Load]], name: str, case: Case) -> float:
    pairs = zip(measured[OURS, case], measured[name, case], strict=True)
    return median(ours.cpu / other.cpu for ours, other in pairs)


def main() -> None:
    """Prints the tables."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--users", type=int, default=100_000, metavar="N")
    arguments.add_argument("--rounds", type=int, default=8, metavar="N", help="how often each takes its turn")
    arguments.add_argument("--seconds", type=float, default=0.8, metavar="S", help="how long a turn is")
    arguments.add_argument("--markdown", action="store_true", help="write the tables into bench/README.md, too")
    given = arguments.parse_args()
    heading = described()
    subprocess.run(["npm", "ci", "--silent"], cwd=HERE / "peers", check=True)
    use_load_core()
    with filled_database(given.users) as filled:
        asyncio.run(prepare(filled.url))
        measured = asyncio.run(measure(filled, given.rounds, given.seconds))
    held = f"{given.users:,} users, {LICENSES} licenses, {2 * given.users:,} assignments"
    text = f"{heading}. {held}; medians of {given.rounds} rounds.\n\n{report(measured)}"
    print(text)
    if given.markdown:
        publish("http", text)


if __name__ == "__main__":
    main()
