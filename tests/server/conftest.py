"""The server over a schema of a few fields, so that its tests say nothing of licenses."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
import strawberry
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
from server.settings import Settings

Info = strawberry.Info[Context, None]


@strawberry.type
class Query:
    """A few fields to read."""

    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello, {name}"

    @strawberry.field
    def number(self, value: int) -> int:
        return value

    @strawberry.field
    def who(self, info: Info) -> str | None:
        return info.context.principal.actor.name if info.context.principal else None

    @strawberry.field
    def language(self, info: Info) -> str:
        return info.context.language.tag

    @strawberry.field
    def broken(self) -> int | None:
        raise ZeroDivisionError("the inside")

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
    """A few fields to write."""

    @strawberry.mutation
    def change(self) -> bool:
        return True

    @strawberry.mutation
    async def slow_change(self, info: Info) -> bool:
        async with unit_of_work(info.context) as change:
            change.record(AuditAction.EXPIRY_WARNED)
            await change.write_events()
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
    """A field to listen to."""

    @strawberry.subscription
    async def ticks(self) -> AsyncIterator[int]:
        yield 1


@pytest.fixture
def settings() -> Settings:
    """The defaults; a module overrides this fixture where it needs others."""
    return Settings()


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """Where the console would be, had it been built."""
    return tmp_path / "dist"


@pytest.fixture
def app(settings: Settings, built: Path) -> Starlette:
    """The application, whose database is that of the fixture `database` if the test uses one."""
    schema = strawberry.Schema(Query, Mutation, Subscription, config=StrawberryConfig(disable_field_suggestions=False))
    return create_app(settings, schema, built=built)


@pytest.fixture
async def client(app: Starlette, settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that keeps cookies, as a browser does."""
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url=settings.public_url) as client:
        yield client


@pytest.fixture
def post(client: httpx2.AsyncClient) -> Callable[..., Awaitable[httpx2.Response]]:
    """Sends an operation as JSON."""

    async def send(query: str, headers: dict[str, str] | None = None, **members: Any) -> httpx2.Response:
        return await client.post("/graphql", json={"query": query, **members}, headers=headers)

    return send
