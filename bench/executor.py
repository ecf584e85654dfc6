"""Count the instructions of executing the Users screen, compared with stock Strawberry: `make bench-executor`.

Requires valgrind. Without a database and without HTTP, 100 users with two licenses each, 1,900 fields, are executed
from rows by Seatkeeper's types and executor, and from objects by plain Strawberry types. Callgrind counts instructions,
which do not depend on the machine's load. Each process runs a number of executions, of which the difference between two
runs is counted.
"""

import asyncio
import gc
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import strawberry
from strawberry.extensions import ParserCache, ValidationCache

WARMUP_RUNS, TOTAL_RUNS = 12, 22
"""Executions per process; the first ones compile, fill caches and allocate memory."""
NOW = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
USERS = """{ users { totalCount pageInfo { hasNextPage endCursor } edges { cursor node {
  id name login email canLogIn assignments { id assignedAt license { id key name } } } } } }"""


@strawberry.type
class License:
    """A license, as an object."""

    id: strawberry.ID
    key: str
    name: str


@strawberry.type
class LicenseAssignment:
    """An assignment, as an object."""

    id: strawberry.ID
    assigned_at: datetime
    license: License


@strawberry.type
class User:
    """A user, as an object."""

    id: strawberry.ID
    name: str
    login: str
    email: str | None
    can_log_in: bool
    assignments: list[LicenseAssignment]


@strawberry.type
class UserEdge:
    """A user on a page."""

    cursor: str
    node: User


@strawberry.type
class PageInfo:
    """Information about a page."""

    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class UserConnection:
    """A page of users."""

    edges: list[UserEdge]
    page_info: PageInfo
    total_count: int


@strawberry.type
class StockQuery:
    """The query type of the plain Strawberry schema."""

    @strawberry.field
    async def users(self) -> UserConnection:
        """The page of users, built from objects."""
        licenses = [License(id=strawberry.ID(f"L{n}"), key=f"a.l{n}", name=f"License {n}") for n in range(12)]
        edges = []
        for n in range(100):
            held = [
                LicenseAssignment(id=strawberry.ID(f"A{n}-{at}"), assigned_at=NOW, license=licenses[(n + at) % 12])
                for at in range(2)
            ]
            words: Any = {"name": f"User {n}", "login": f"user-{n}", "email": None}
            user = User(id=strawberry.ID(f"U{n}"), **words, can_log_in=True, assignments=held)
            edges.append(UserEdge(cursor=f"c{n}", node=user))
        page_info = PageInfo(has_next_page=True, end_cursor="c99")
        return UserConnection(edges=edges, page_info=page_info, total_count=1000)


def strawberry_schema() -> Any:
    """Return a plain Strawberry schema that caches parsed and validated documents."""
    return strawberry.Schema(StockQuery, extensions=[ParserCache, ValidationCache])


def seatkeeper_schema() -> Any:
    """Return Seatkeeper's types and executor over the same page, as rows."""
    from resolvers.licenses.catalog import LicenseRow
    from resolvers.pagination import Page
    from resolvers.user_criteria import UserOrdering
    from schema.core.permissions import Info
    from schema.core.row_mapping import Rows
    from schema.core.selection import selected
    from schema.execution.compiled_executor import CompiledExecutionContext
    from schema.execution.document import read_document
    from schema.execution.execute import run
    from schema.relay.connection import connect
    from schema.types.scalars import SCALARS
    from schema.types.user import User, UserConnection, UserEdge

    at = NOW.isoformat()
    rest: Any = {
        "description": None, "scope": "USER", "vendor_id": 1, "is_plan": False, "includes": [], "is_hidden": False,
        "requires": None, "total": 9, "in_use": 3, "in_force": True, "names": {}, "descriptions": {},
    }  # fmt: skip
    licenses = {n: LicenseRow(id=n, key=f"a.l{n}", code=f"l{n}", name=f"License {n}", **rest) for n in range(12)}

    @strawberry.type(name="Query")
    class OurQuery:
        @strawberry.field
        async def users(self, info: Info) -> UserConnection:
            rows = [
                (n, f"User {n}", f"user-{n}", "ACTIVE", "EMPLOYEE", None, "EMPLOYEE", None, None, True, False, None)
                for n in range(100)
            ]
            held = [
                (2 * n + i, n, (n + i) % 12, False, at, "SYSTEM", "command line") for n in range(100) for i in range(2)
            ]
            page = Page(rows, True, False, UserOrdering().keyset("users"), [(row[1], row[0]) for row in rows])
            nodes = Rows(User, rows, info.context, assignments=held, licenses=licenses)
            return connect(UserConnection, UserEdge, page, nodes, selected(info), 1000)

    schema = strawberry.Schema(OurQuery, scalar_overrides=SCALARS, execution_context_class=CompiledExecutionContext)

    async def execute(query: str, context_value: Any) -> Any:
        document = read_document(schema._schema, query, suggestions=True)
        document.check(None, None)
        return await run(schema, document, context_value)

    return SimpleNamespace(execute=execute)


def execute(schema: Any, times: int) -> None:
    """Execute the screen a number of times."""

    async def run() -> None:
        context: Any = SimpleNamespace(principal=None)
        gc.collect()  # as the server does after starting, so that collections do not scan the loaded modules
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        for _ in range(times):
            result = await schema.execute(USERS, context_value=context)
            assert result.errors is None, result.errors
            assert len(result.data["users"]["edges"]) == 100

    asyncio.run(run())


def instructions(kind: str, times: int) -> int:
    """Return the number of instructions of a whole process, counted by callgrind."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable, "-m", "bench.executor"]
    alike = {**os.environ, "PYTHONHASHSEED": "0"}  # makes the layout of sets and dicts reproducible
    run = subprocess.run([*command, kind, str(times)], env=alike, capture_output=True, text=True, check=True)
    [collected] = re.findall(r"Collected : (\d+)", run.stderr)
    return int(collected)


def main() -> None:
    """Print the instructions per execution and their ratio."""
    each = {
        kind: (instructions(kind, TOTAL_RUNS) - instructions(kind, WARMUP_RUNS)) / (TOTAL_RUNS - WARMUP_RUNS)
        for kind in ("Strawberry", "Seatkeeper")
    }
    for kind, number in each.items():
        print(f"{kind:10} {number / 1e6:8.2f} million instructions")
    print(f"instructions ratio {each['seatkeeper_schema'] / each['strawberry_schema']:.3f}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case [kind, times]:
            execute({"Strawberry": strawberry_schema, "Seatkeeper": seatkeeper_schema}[kind](), int(times))
        case _:
            main()
