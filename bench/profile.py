"""Profile the CPU time of the Users screen by component: `python -m bench.profile`.

The application runs in this process, without HTTP, and is sampled every half millisecond of CPU time.
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

from bench.database import FilledDatabase, filled_database
from bench.operations import Case, users
from bench.over_http import UNLIMITED
from bench.tables import publish, table

ROOT = str(Path(__file__).resolve().parent.parent)
SAMPLE_INTERVAL = 0.0005
LABELS = {
    "<compiled answer>": "compiled execution",
    "/asyncpg/": "asyncpg: connections, statements, columns",
    "/tortoise/": "Tortoise: passing statements on",
    f"{ROOT}/models/": "SQL and connections",
    f"{ROOT}/resolvers/": "resolvers",
    "/structlog/": "request log",
    "/logging/": "request log",
    "/prometheus_client/": "metrics",
    f"{ROOT}/server/observability/metrics": "metrics",
    "/graphql/": "graphql-core: execution",
    "/strawberry/": "Strawberry: view, schema, arguments, extensions",
    f"{ROOT}/schema/": "limits, cost, permissions, types",
    f"{ROOT}/server/": "HTTP: limits, credentials, rate limits, headers",
    "/starlette/": "Starlette",
}
"""Component names by a part of a file's path; the innermost frame with a known path determines the component."""
OTHER = "event loop, kernel, conversion of rows"


def label_of(frame: FrameType | None) -> str:
    """Return the component of the innermost known frame."""
    while frame is not None:
        file = frame.f_code.co_filename
        for piece, part in LABELS.items():
            if piece in file:
                return part
        frame = frame.f_back
    return OTHER


async def post(app: Any, case: Case, token: str) -> bytes:
    """Send a request to the application and return the response's body."""
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


async def sample(filled: FilledDatabase, case: Case, answers: int) -> tuple[float, Counter[str]]:
    """Return the CPU milliseconds per response and the number of samples by component."""
    from server.app import from_environment

    app, seen = from_environment(), Counter[str]()
    async with app.router.lifespan_context(app):
        for _ in range(50):
            answer = await post(app, case, filled.token)
            if b'"errors"' in answer:
                raise SystemExit(answer[:500])
        signal.signal(signal.SIGPROF, lambda _, frame: seen.update([label_of(frame)]))
        signal.setitimer(signal.ITIMER_PROF, SAMPLE_INTERVAL, SAMPLE_INTERVAL)
        began = time.process_time()
        for _ in range(answers):
            await post(app, case, filled.token)
        used = time.process_time() - began
        signal.setitimer(signal.ITIMER_PROF, 0)
    return used * 1_000 / answers, seen


def rows(milliseconds: float, seen: Counter[str]) -> Iterator[list[str]]:
    """Yield the table's rows, the largest component first."""
    for part, times in seen.most_common():
        share = times / seen.total()
        yield [part, f"{share * milliseconds:.2f}", f"{share:.2f}"]


def main() -> None:
    """Print the table."""
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
        milliseconds, seen = uvloop.run(sample(filled, users(100), given.answers))
    whole = ["total", f"{milliseconds:.2f}", "1"]
    text = table(["", "ms of CPU", "share"], [*rows(milliseconds, seen), whole])
    print(text)
    if given.markdown:
        publish("profile", text)


if __name__ == "__main__":
    main()
