"""Measure the cost of requests with 1,000 to 1,000,000 users, in a database per size: `make bench-scale`.

Reads are sent over HTTP, one at a time, to a server per size; the sizes take turns. Changes are then timed by calling
the resolvers, and revocations also as bare statements.
"""

import argparse
import asyncio
import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg

from bench.database import LICENSES, SPARE_SEATS, FilledDatabase, connected, fill, grants, offer
from bench.machine import Request, describe_machine, load, megabytes, start_program, use_load_core
from bench.operations import LICENSE_TYPE, USERS
from bench.operations import LICENSES as LICENSES_SCREEN
from bench.plot import plot
from bench.tables import figure, publish, table
from models.assignment import Assignment
from models.db.notifications import CHANNEL
from models.user import User
from resolvers.change_sets.activation import activate_licenses
from resolvers.licenses.assignments import revoke_user_licenses
from resolvers.user_criteria import UserOrdering
from tests.support.postgres import create_database, drop_database, running_postgres
from tests.support.processes import free_port

SIZES = (1_000, 10_000, 100_000, 1_000_000)
MAX_SQLITE_USERS = 100_000
REVOKED = 10_000
BARE_STATEMENTS = "… of them as bare statements"
REVOKE = f"Revoke {REVOKED:,}, on the resolver"

USERS_PAGE = USERS.replace("$first: Int!)", "$first: Int!, $after: String!)").replace(
    "first: $first)", "first: $first, after: $after)"
)
SURPLUS = """query Surplus { surplusRequirements {
  license { key } seatsToRemove suggestions(first: 10) { reason assignment { user { name } } }
  assignments(first: 50) { nodes { blocker user { name } } }
} }"""
SEARCH = "query Search($text: String!) { users(filter: {search: $text}, first: 50) { nodes { id name } } }"
Times = dict[str, list[float]]
"""Milliseconds by operation."""


async def queries(filled: FilledDatabase) -> Mapping[str, bytes]:
    """Return the bodies of the queries by name."""
    async with connected(filled.url):
        late = User.all().order_by("name_key", "id").offset(int(filled.users * 0.9)).limit(1)
        [position] = await late.values_list("name_key", "id")
    page = {"licenseType": LICENSE_TYPE, "first": 100}
    requests_by_name: dict[str, tuple[str, dict[str, Any]]] = {
        "Users screen, first page": (USERS, page),
        "Users screen, page at 90 % depth": (
            USERS_PAGE,
            {**page, "after": UserOrdering().keyset("users").cursor(position)},
        ),
        "Licenses screen": (LICENSES_SCREEN, {}),
        "Surplus dialog, with suggestions": (SURPLUS, {}),
        "Search, one user found": (SEARCH, {"text": f"user-{filled.users // 2}@"}),
    }
    return {
        name: json.dumps({"query": query, "variables": given}).encode()
        for name, (query, given) in requests_by_name.items()
    }


async def measure_reads(
    filled: Sequence[FilledDatabase], rounds: int, seconds: float
) -> tuple[list[Times], list[list[str]]]:
    """Return the latencies by size, and the table rows about the server processes."""
    times: list[Times] = [{} for _ in filled]
    per_second: list[list[float]] = [[] for _ in filled]
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        requests: list[dict[str, Request]] = []
        pids, starts = [], []
        for one in filled:
            port = free_port()
            url = f"http://127.0.0.1:{port}"
            requests_by_name = {
                name: Request.post(f"{url}/graphql", body, {"Authorization": f"Bearer {one.token}"})
                for name, body in (await queries(one)).items()
            }
            environment = {
                "SEATKEEPER_DATABASE_URL": one.url,
                "SEATKEEPER_PUBLIC_URL": url,
                "SEATKEEPER_RATE_LIMIT": "1000000000/1000000000",  # not reached; each request is charged nevertheless
            }
            command = [sys.executable, "-m", "server.cli", "serve", "--port", str(port)]
            first = requests_by_name["Licenses screen"]
            pid, start = await stack.enter_async_context(
                start_program(command, folder / f"{port}.log", first, environment)
            )
            requests.append(requests_by_name)
            pids.append(pid)
            starts.append(start)
        for number in range(-1, rounds):  # the first round warms up
            for size, (requests_by_name, pid) in enumerate(zip(requests, pids, strict=True)):
                for name, request in requests_by_name.items():
                    taken = await load(request, pid, seconds, connections=1)
                    if number >= 0:
                        times[size].setdefault(name, []).append(taken.latency(0.5))
                busy = await load(requests_by_name["Users screen, first page"], pid, seconds)
                if number >= 0:
                    per_second[size].append(busy.per_second)
            print(f"\rreads, round {number + 1} of {rounds}", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        process_rows = [
            ["Users screen, requests/s", *(figure(median(one)) for one in per_second)],
            ["Start to first response", *(f"{one:.2f} s" for one in starts)],
            ["Memory after the load", *(f"{megabytes(pid):.0f} MB" for pid in pids)],
        ]
    return times, process_rows


async def measure_changes(filled: FilledDatabase, times: Times, rounds: int) -> None:
    """Time the changes at one size."""
    revoking, bare = filled.license_ids[3 : 3 + rounds], filled.license_ids[3 + rounds : 3 + 2 * rounds]
    sequence = 1
    gc.collect()  # as the server does after starting
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    async with connected(filled.url):
        context = filled.context
        for license_id, other_id in zip(revoking, bare, strict=True):
            holders = await _holders(license_id)
            await _timed(times, REVOKE, revoke_user_licenses(context, license_id, holders))
            if filled.url.startswith("postgres://"):
                connection = await asyncpg.connect(filled.url)
                users = await _holders(other_id)
                await _timed(times, BARE_STATEMENTS, _revoke_bare(connection, filled.installation_id, other_id, users))
                await connection.close()
            sequence += 1
            raised = [grants(SPARE_SEATS + filled.users + sequence, number) for number in range(LICENSES)]
            changed = await offer(context, raised, sequence)
            await _timed(times, "Activation with 12 changes", activate_licenses(context, changed.id))
            sequence += 1
            many = [grants(SPARE_SEATS + filled.users + sequence, number) for number in range(500)]
            await _timed(times, "Import of 500 licenses", offer(context, many, sequence))


async def _holders(license_id: int) -> list[int]:
    held = Assignment.filter(license_id=license_id).order_by("user_id").limit(REVOKED)
    return [user_id for [user_id] in await held.values_list("user_id")]


async def _timed(times: Times, name: str, doing: Awaitable[object]) -> None:
    began = time.perf_counter()
    await doing
    times.setdefault(name, []).append((time.perf_counter() - began) * 1_000)


async def _revoke_bare(connection: Any, installation_id: int, license_id: int, user_ids: list[int]) -> None:
    """Write the rows of a revocation without checking any rule."""
    count = len(user_ids)
    async with connection.transaction():
        await connection.fetch("SELECT * FROM installation WHERE id = $1 FOR UPDATE", installation_id)
        delete = "DELETE FROM assignment WHERE license_id = $1 AND user_id = ANY($2::bigint[])"
        await connection.execute(delete, license_id, user_ids)
        await connection.execute("UPDATE license SET in_use = in_use - $2 WHERE id = $1", license_id, count)
        await connection.execute(
            """INSERT INTO audit_event (installation_id, position, occurred_at, action, actor_kind, actor_name,
            request_id, facts, details, vendor_id, license_id, user_id)
            SELECT $1, event_position + ordinal, now(), 'USER_LICENSE_REVOKED', 'SYSTEM', 'command line', 'bench',
            jsonb_build_object('user', "user".name, 'license', 'License'), '[]', license.vendor_id, $2, user_id
            FROM installation, license, unnest($3::bigint[]) WITH ORDINALITY AS one(user_id, ordinal)
            JOIN "user" ON "user".id = user_id WHERE installation.id = $1 AND license.id = $2""",
            installation_id, license_id, user_ids,
        )  # fmt: skip
        moved = "UPDATE installation SET event_position = event_position + $2, version = version + 1 WHERE id = $1"
        await connection.execute(moved, installation_id, count)
        await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, f"{installation_id}:0")


def report(filled: Sequence[FilledDatabase], times: Sequence[Times], process_rows: list[list[str]]) -> str:
    """Return the tables."""
    heading = ["", *(f"{one.users:,} users" for one in filled)]
    middle = {name: [median(one[name]) for one in times] for name in times[0]}
    rows = [[name, *(f"{figure(value)} ms" for value in of)] for name, of in middle.items()]
    ratios = [[name, *(f"{value / of[0]:.2f}" for value in of)] for name, of in middle.items()]
    parts = [table(heading, [*rows, *process_rows]), "Relative to the smallest size:", table(heading, ratios)]
    if BARE_STATEMENTS in middle:
        ratio = [f"{own / bare:.2f}" for own, bare in zip(middle[REVOKE], middle[BARE_STATEMENTS], strict=True)]
        parts.append(table(heading, [["Revoking, of the bare statements", *ratio]]))
        held = 2 * filled[0].users // LICENSES
        parts.append(f"A sixth of the users hold each license, so below 60,000 users fewer are revoked (first {held}).")
    return "\n\n".join(parts)


async def run(urls: Iterator[str], sizes: Sequence[int], rounds: int, seconds: float) -> tuple[str, str]:
    """Measure all sizes and return the tables and the plot."""
    filled = []
    for size in sizes:
        filled.append(await fill(next(urls), size))
        print(f"{size:,} users filled in {filled[-1].seconds:.1f} s", file=sys.stderr)
    times, process_rows = await measure_reads(filled, rounds, seconds)
    for one, of_size in zip(filled, times, strict=True):
        await measure_changes(one, of_size, min(rounds, 3))
    lines = {name: [median(one[name]) for one in times] for name in times[0] if name not in (REVOKE, BARE_STATEMENTS)}
    return report(filled, times, process_rows), plot(sizes, lines)


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--users", type=int, default=SIZES[-1], metavar="N", help="the largest size")
    arguments.add_argument("--sqlite", action="store_true", help=f"on SQLite, and at most {MAX_SQLITE_USERS:,} users")
    arguments.add_argument("--rounds", type=int, default=3, metavar="N", help="how often each size takes its turn")
    arguments.add_argument("--seconds", type=float, default=0.8, metavar="S", help="how long a turn is")
    arguments.add_argument("--markdown", action="store_true", help="write tables and plot to bench/, too")
    given = arguments.parse_args()
    heading = describe_machine()
    use_load_core()
    sizes = [size for size in SIZES if size <= (min(given.users, MAX_SQLITE_USERS) if given.sqlite else given.users)]

    def measure(urls: Iterator[str]) -> tuple[str, str]:
        return asyncio.run(run(urls, sizes, given.rounds, given.seconds))

    if given.sqlite:
        with tempfile.TemporaryDirectory() as folder:
            tables, picture = measure(f"sqlite://{folder}/{size}.db" for size in sizes)
    else:
        with running_postgres() as server:
            names = [create_database(server) for _ in sizes]
            try:
                tables, picture = measure(f"{server}/{name}" for name in names)
            finally:
                if "TEST_POSTGRES_URL" in os.environ:
                    for name in names:
                        drop_database(server, name)
    engine = "SQLite" if given.sqlite else "PostgreSQL"
    text = f"{heading}. {engine}; medians of {given.rounds} rounds.\n\n{tables}"
    print(text)
    if given.markdown:
        name = "scale-sqlite" if given.sqlite else "scale"
        publish(name, f"{text}\n\n![Cost against size]({name}.svg)")
        Path(__file__).with_name(f"{name}.svg").write_text(picture)


if __name__ == "__main__":
    main()
