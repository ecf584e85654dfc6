"""Where the CPU time of the Users screen goes, by part of the program: `python -m bench.profile`.

The application answers in this process, without HTTP; every half millisecond of CPU it is looked at what runs.
"""

import argparse
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import uvloop

from bench.database import Filled, filled_database
from bench.operations import Case, users
from bench.over_http import UNLIMITED
from bench.tables import publish, table

HERE = str(Path(__file__).resolve().parent.parent)
EVERY = 0.0005
PARTS = {
    "<compiled answer>": "the compiled answer",
    "/asyncpg/": "asyncpg: connections, statements, columns",
    "/tortoise/": "Tortoise: handing statements on",
    f"{HERE}/models/": "our SQL and connections",
    f"{HERE}/resolvers/": "resolvers",
    "/structlog/": "the log line",
    "/logging/": "the log line",
    "/prometheus_client/": "metrics",
    f"{HERE}/server/metrics": "metrics",
    "/graphql/": "graphql-core: executing",
    "/strawberry/": "Strawberry: view, schema, arguments, extensions",
    f"{HERE}/schema/": "limits, cost, permissions, types",
    f"{HERE}/server/": "our HTTP: limits, credentials, rates, headers",
    "/starlette/": "Starlette",
}
"""By a piece of a file's path; the innermost call whose file has one says where the time goes."""
REST = "the event loop, the kernel, and rows put in Python's types"


def part_of(frame: FrameType | None) -> str:
    """The part of the program that runs."""
    while frame is not None:
        file = frame.f_code.co_filename
        for piece, part in PARTS.items():
            if piece in file:
                return part
        frame = frame.f_back
    return REST


async def ask(app: Any, case: Case, token: str) -> bytes:
    """One answer."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": case.body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = {"host": "127.0.0.1", "content-type": "application/json", "authorization": f"Bearer {token}"}
    scope = {
        "type": "http", "method": "POST", "path": "/graphql", "raw_path": b"/graphql", "query_string": b"",
        "http_version": "1.1", "scheme": "http", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "state": {},
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    await app(scope, receive, send)
    return b"".join(message.get("body", b"") for message in sent)


async def watch(filled: Filled, case: Case, answers: int) -> tuple[float, Counter[str]]:
    """Milliseconds of CPU for each answer, and how often each part was seen at work."""
    from server.app import from_environment

    app, seen = from_environment(), Counter[str]()
    async with app.router.lifespan_context(app):
        for _ in range(50):
            answer = await ask(app, case, filled.token)
            if b'"errors"' in answer:
                raise SystemExit(answer[:500])
        signal.signal(signal.SIGPROF, lambda _, frame: seen.update([part_of(frame)]))
        signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
        began = time.process_time()
        for _ in range(answers):
            await ask(app, case, filled.token)
        used = time.process_time() - began
        signal.setitimer(signal.ITIMER_PROF, 0)
    return used * 1_000 / answers, seen


def rows(milliseconds: float, seen: Counter[str]) -> Iterator[list[str]]:
    """The parts, the largest first."""
    for part, times in seen.most_common():
        share = times / seen.total()
        yield [part, f"{share * milliseconds:.2f}", f"{share:.2f}"]


def main() -> None:
    """Prints the table."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--users", type=int, default=100_000, metavar="N")
    arguments.add_argument("--answers", type=int, default=2_000, metavar="N")
    arguments.add_argument("--markdown", action="store_true", help="write the table into bench/README.md, too")
    given = arguments.parse_args()
    with filled_database(given.users) as filled:
        os.environ |= {
            "SEATKEEPER_DATABASE_URL": filled.url,
            "SEATKEEPER_RATE_LIMIT": UNLIMITED,
            "SEATKEEPER_LOG_FORMAT": "json",
            "SEATKEEPER_CHECK_INTERVAL": "0",
        }
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - the log, until the end
        milliseconds, seen = uvloop.run(watch(filled, users(100), given.answers))
    whole = ["the whole answer", f"{milliseconds:.2f}", "1"]
    text = table(["", "ms of CPU", "share"], [*rows(milliseconds, seen), whole])
    print(text)
    if given.markdown:
        publish("profile", text)


if __name__ == "__main__":
    main()
