"""Fixtures of the server over a small schema, so that its tests do not depend on the API's."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import strawberry
import structlog
from starlette.applications import Starlette
from strawberry.file_uploads import Upload
from strawberry.schema.config import StrawberryConfig

from licensing.enums import AuditAction
from licensing.messages import Message
from models.installation import Installation
from resolvers.auth import sessions
from resolvers.context import Context
from resolvers.errors import Forbidden
from resolvers.unit_of_work import unit_of_work
from server.app import create_app
from server.observability.logs import configure_logs
from server.settings import LogFormat, Settings

Info = strawberry.Info[Context, None]


@strawberry.type
class Query:
    """Fields for testing queries."""

    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello, {name}"

    @strawberry.field
    def number(self, value: int) -> int:
        return value

    @strawberry.field
    def caller(self, info: Info) -> str | None:
        return info.context.principal.actor.name if info.context.principal else None

    @strawberry.field
    def language(self, info: Info) -> str:
        return info.context.language.tag

    @strawberry.field
    def broken(self) -> int | None:
        raise ZeroDivisionError("internal details")

    @strawberry.field
    def unreachable(self) -> int | None:
        raise ConnectionRefusedError("10.0.0.7:5432")

    @strawberry.field
    async def slow(self) -> int | None:
        await asyncio.sleep(30)
        return 1

    @strawberry.field
    async def installations(self) -> int:
        return await Installation.all().count()

    @strawberry.field
    def forbidden(self) -> int | None:
        raise Forbidden(Message("This needs the scope {scope}.", scope="LICENSES_WRITE"))


@strawberry.type
class Mutation:
    """Fields for testing mutations."""

    @strawberry.mutation
    def change(self) -> bool:
        return True

    @strawberry.mutation
    async def slow_change(self, info: Info) -> bool:
        async with unit_of_work(info.context) as unit:
            unit.record(AuditAction.EXPIRY_WARNED)
            await unit.write_events()
            await asyncio.sleep(30)
        return True

    @strawberry.mutation
    async def size(self, file: Upload) -> int:
        return len(await file.read())  # type: ignore[attr-defined]

    @strawberry.mutation
    async def sign_in(self, info: Info, login: str, password: str) -> str:
        return (await sessions.sign_in(info.context, login, password, None)).actor.name

    @strawberry.mutation
    async def sign_out(self, info: Info) -> bool:
        await sessions.sign_out(info.context)
        return True


@strawberry.type
class Subscription:
    """A field for testing subscriptions."""

    @strawberry.subscription
    async def ticks(self) -> AsyncIterator[int]:
        yield 1


@pytest.fixture
def settings() -> Settings:
    """Return the default settings; modules override this fixture."""
    return Settings()


@pytest.fixture
def dist_dir(tmp_path: Path) -> Path:
    """Return the directory of a console that has not been built."""
    return tmp_path / "dist"


@pytest.fixture
def app(settings: Settings, dist_dir: Path) -> Starlette:
    """Return the application; a test that needs a database uses the `database` fixture as well."""
    schema = strawberry.Schema(Query, Mutation, Subscription, config=StrawberryConfig(disable_field_suggestions=False))
    return create_app(settings, schema, dist_dir=dist_dir)


@pytest.fixture
async def client(app: Starlette, settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a client that keeps cookies."""
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url=settings.public_url) as client:
        yield client


@pytest.fixture
def post(client: httpx2.AsyncClient) -> Callable[..., Awaitable[httpx2.Response]]:
    """Return a function that sends an operation as JSON."""

    async def send(query: str, headers: dict[str, str] | None = None, **members: Any) -> httpx2.Response:
        return await client.post("/graphql", json={"query": query, **members}, headers=headers)

    return send


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Yield a function that returns the lines on standard error, decoded."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    before = logging.getLogger().handlers[:]
    configure_logs(LogFormat.JSON)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().handlers[:] = before
    for name in ("strawberry.execution", "httpx2", "tortoise", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.reset_defaults()
