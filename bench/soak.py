"""Run half an hour of moderate load and check that memory is stable, no connection leaks and nothing fails.

Run it with `make soak`, or `make soak MINUTES=5`. Two workers on a new PostgreSQL server: eight clients assign, revoke,
import and activate, two read the Users and Licenses screens, and five follow the audit log, reconnecting every minute.
"""

import asyncio
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import asyncpg
import httpx2
from tortoise import Tortoise

from models.db.config import tortoise_config
from models.db.migrate import migrate
from models.installation import Installation
from resolvers.context import system_context
from resolvers.principals import COMMAND_LINE
from server.demo.installation import fill
from tests.chaos.servers import Server, running_postgres, running_server
from tests.chaos.workload import Workload, find_violations, prepare_target, read_assignments
from tests.support.postgres import create_database

CALL_INTERVAL = 0.25
"""Seconds between two calls of a client."""
SAMPLE_INTERVAL = 15.0
"""Seconds between two samples."""

USERS = """{
  users(first: 50) { totalCount nodes { name login assignments { license { name } } } }
  licenses(first: 50) { nodes { name seats { total inUse available } } }
}"""
EVENTS = "subscription { auditEvents { cursor node { summary } } }"


@dataclass
class Sample:
    """The state of the servers at one time."""

    minute: float
    megabytes: float
    connections: int
    answers: int
    failures: int


def megabytes(server: Server) -> float:
    """Return the memory of all workers in MiB, with shared pages counted once."""
    total = 0
    for pid in server.worker_ids():
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024


async def read_screens(url: str, token: str, failures: list[str]) -> None:
    """Read the screens repeatedly."""
    async with httpx2.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=12) as http:
        while True:
            answer = (await http.post("/graphql", json={"query": USERS})).json()
            if "errors" in answer:
                failures.append(str(answer["errors"]))
            await asyncio.sleep(CALL_INTERVAL)


async def follow_audit_log(url: str, token: str) -> None:
    """Follow the audit log, reconnecting every minute."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=None) as http:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(60), http.stream("POST", "/graphql", json={"query": EVENTS}) as stream:
                    async for _ in stream.aiter_lines():
                        pass


async def soak(minutes: float, folder: Path) -> bool:
    """Print a line per sample and return whether the run passed."""
    with running_postgres() as postgres:
        name = await asyncio.to_thread(create_database, postgres.url)
        url = f"{postgres.url}/{name}"
        await migrate(url)
        await Tortoise.init(config=tortoise_config(url), _enable_global_fallback=True)
        demo = await fill("half an hour of load")
        context = system_context(demo.installation_id, actor=COMMAND_LINE, request_id="preparation")
        target = await prepare_target(demo.keys["nordsync"], context)
        before, position = await read_assignments(), (await Installation.get()).event_position
        await Tortoise.close_connections()
        samples, failures = [], list[str]()
        async with running_server(url, 2, folder) as server, asyncio.TaskGroup() as group:
            workload = Workload(server.url, target, 1, pause=CALL_INTERVAL)
            working = group.create_task(workload.run())
            others = [group.create_task(read_screens(server.url, target.token, failures)) for _ in range(2)]
            others += [group.create_task(follow_audit_log(server.url, target.token)) for _ in range(5)]
            connection = await asyncpg.connect(url)
            begun = time.monotonic()
            while (elapsed := time.monotonic() - begun) < minutes * 60:
                await asyncio.sleep(SAMPLE_INTERVAL)
                count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'seatkeeper'"
                answers = sum(call.payload is not None for call in workload.calls)
                failed = len(workload.failures) + len(failures)
                sample = Sample(elapsed / 60, megabytes(server), await connection.fetchval(count), answers, failed)
                samples.append(sample)
                print(
                    f"{sample.minute:5.1f} min  {sample.megabytes:6.1f} MB  {sample.connections:3} connections  "
                    f"{sample.answers:6} changes answered  {sample.failures} failures",
                    flush=True,
                )
            await connection.close()
            workload.stop()
            await working
            for other in others:
                other.cancel()
        await Tortoise.init(config=tortoise_config(url), _enable_global_fallback=True)
        wrong = await find_violations(workload, before, position)
        await Tortoise.close_connections()
    return report(samples, wrong, workload.failures + failures, (folder / "server.log").read_text())


def report(samples: list[Sample], wrong: list[str], failures: list[str], log: str) -> bool:
    """Print the results and return whether the run passed; memory in the second sixth is compared with the last."""
    sixth = max(1, len(samples) // 6)
    early = median(one.megabytes for one in samples[sixth : 2 * sixth])
    late = median(one.megabytes for one in samples[-sixth:])
    most = max(one.connections for one in samples)
    print(f"memory: {early:.1f} MB early, {late:.1f} MB late, {late / early - 1:+.1%}")
    print(f"connections: {most} at most, {samples[-1].connections} at the end")
    print(f"failures: {len(failures)} {sorted(set(failures))[:5]}; violations: {len(wrong)} {wrong[:3]}")
    print(f"tracebacks in the log: {log.count('Traceback')}")
    return late <= 1.1 * early and not failures and not wrong and "Traceback" not in log


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="seatkeeper-soak-") as temporary:
        is_well = asyncio.run(soak(float(sys.argv[1]), Path(temporary)))
    sys.exit(not is_well)
