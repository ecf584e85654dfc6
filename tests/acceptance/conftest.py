"""A server that listens on a port of its own, with the demo installation, and those who talk to it."""

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from tortoise import Tortoise
from tortoise.backends.base.executor import EXECUTOR_CACHE

from models.db.config import tortoise_config
from models.user import User
from models.vendor import Vendor as StoredVendor
from schema.build import schema
from server.app import create_app
from server.demo.installation import Demo, fill
from server.issuer.license_server import create_license_server
from server.settings import Settings
from tests.support.factories import quick_hash
from tests.support.postgres import create_database, drop_database

PASSWORD = "three seats too many"


async def _filled(database_url: str, *, trial: bool) -> Demo:
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=tortoise_config(database_url))
    try:
        demo = await fill(PASSWORD, trial=trial)
        await User.filter(login="inga").update(password_hash=quick_hash(PASSWORD))
        return demo
    finally:
        await Tortoise.close_connections()


@pytest.fixture(scope="session")
def sqlite_demos(sqlite_template: Path) -> dict[bool, tuple[str, Demo]]:
    """Files with the demo and the trial, to copy, and what is in them."""
    demos = {}
    for trial in (False, True):
        path = sqlite_template.with_name(f"demo-{trial}.db")
        shutil.copy(sqlite_template, path)
        demos[trial] = str(path), asyncio.run(_filled(f"sqlite://{path}", trial=trial))
    return demos


@pytest.fixture(scope="session")
def postgres_demos(postgres_server: str, postgres_template: str) -> Iterator[dict[bool, tuple[str, Demo]]]:
    """Databases with the demo and the trial, to copy, and what is in them."""
    demos = {}
    for trial in (False, True):
        name = create_database(postgres_server, template=postgres_template)
        demos[trial] = name, asyncio.run(_filled(f"{postgres_server}/{name}", trial=trial))
    yield demos
    for name, _ in demos.values():
        drop_database(postgres_server, name)


@dataclass
class Running:
    """A server, and what the demo made."""

    url: str
    demo: Demo
    database_url: str


class Refused(AssertionError):
    """The server answered with errors at top level."""


class Client:
    """Someone who talks to the server: a browser with its cookies, or a partner's program with a token."""

    def __init__(self, url: str, *, token: str | None = None, language: str = "en") -> None:
        """Not signed in."""
        headers = {"Accept-Language": language, "GraphQL-Require-Preflight": "1"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.http = httpx2.AsyncClient(base_url=url, headers=headers, timeout=30)

    async def run(self, operation: str, **variables: Any) -> Any:
        """The data of an answer; with a single root field, what that field holds."""
        answer = await self.answer(operation, **variables)
        if "errors" in answer:
            raise Refused(answer["errors"])
        data = answer["data"]
        return next(iter(data.values())) if len(data) == 1 else data

    async def answer(self, operation: str, **variables: Any) -> dict[str, Any]:
        """The whole answer."""
        response = await self.http.post("/graphql", json={"query": operation, "variables": variables})
        answer: dict[str, Any] = response.json()
        return answer

    async def sign_in(self, login: str = "inga", password: str = PASSWORD) -> Any:
        """What `signIn` answers."""
        return await self.run(
            """mutation ($input: SignInInput!) {
              signIn(input: $input) { viewer { actor { kind name } scopes } userErrors { code message path } }
            }""",
            input={"login": login, "password": password},
        )

    async def upload(self, operation: str, variables: dict[str, Any], path: str, content: bytes) -> Any:
        """The data of a mutation that takes a file, at this path of the variables."""
        response = await self.http.post(
            "/graphql",
            data={
                "operations": _json({"query": operation, "variables": variables}),
                "map": _json({"0": [f"variables.{path}"]}),
            },
            files={"0": ("license.lic", content)},
        )
        answer = response.json()
        if "errors" in answer:
            raise Refused(answer["errors"])
        return next(iter(answer["data"].values()))


def _json(value: object) -> str:
    return json.dumps(value)


def codes(payload: dict[str, Any]) -> list[str]:
    """The reasons why a mutation did not do what was asked."""
    return [error["code"] for error in payload["userErrors"]]


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    """Every story is told on both."""
    name: str = request.param
    return name


@pytest.fixture
def is_trial() -> bool:
    """Whether the story begins with a trial; its file overrides this."""
    return False


@pytest.fixture
def copied_demo(
    engine: str, is_trial: bool, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[str, Demo]]:
    """The address of a database with the demo that is this test's alone."""
    source, demo = request.getfixturevalue(f"{engine}_demos")[is_trial]
    if engine == "sqlite":
        yield f"sqlite://{shutil.copy(source, tmp_path / 'seatkeeper.db')}", demo
    else:
        server = request.getfixturevalue("postgres_server")
        name = create_database(server, template=source)
        yield f"{server}/{name}", demo
        drop_database(server, name)


@asynccontextmanager
async def listening(make_app: Callable[[str], Starlette]) -> AsyncIterator[str]:
    """Uvicorn on a free port, with the application that is made for its address."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        running = uvicorn.Server(uvicorn.Config(make_app(url), log_config=None, access_log=False))
        task = asyncio.create_task(running.serve(sockets=[door]))
        async with httpx2.AsyncClient(base_url=url) as client:
            await client.get("/readyz")
        yield url
        running.should_exit = True
        await task


@pytest.fixture
async def server(copied_demo: tuple[str, Demo], webhook_hosts: frozenset[str]) -> AsyncIterator[Running]:
    """The application over a copy of the demo; nothing is due in it by itself."""
    database_url, demo = copied_demo
    EXECUTOR_CACHE.clear()

    def app(url: str) -> Starlette:
        settings = Settings(database_url=database_url, public_url=url, check_interval=0, webhook_hosts=webhook_hosts)
        return create_app(settings, schema)

    async with listening(app) as url:
        yield Running(url, demo, database_url)


@dataclass
class Vendor:
    """The main vendor's side: its folder, and what its license server may do there."""

    url: str
    folder: Path

    def publish(self, text: str, serial_number: str) -> None:
        """Lays the latest document out."""
        shelf = self.folder / "v1" / "licenses"
        shelf.mkdir(parents=True, exist_ok=True)
        (shelf / f"{serial_number}.lic").write_text(text)

    def sell(self, demo_serial: str, serial: str, owner: str) -> None:
        """Notes what was bought for a demo."""
        sold = self.folder / "conversions"
        sold.mkdir(exist_ok=True)
        (sold / f"{demo_serial}.json").write_text(_json({"serial": serial, "owner": owner}))

    def reports(self, kind: str) -> list[dict[str, Any]]:
        """What it was told."""
        return [json.loads(file.read_text()) for file in sorted((self.folder / kind).rglob("*.json"))]


@pytest.fixture
async def vendor(server: Running, tmp_path: Path) -> AsyncIterator[Vendor]:
    """The main vendor's license server, which the installation knows."""
    folder = tmp_path / "vendor"
    folder.mkdir()
    async with listening(lambda _: create_license_server(folder)) as url:
        await StoredVendor.filter(is_main=True).update(license_server=url)
        yield Vendor(url, folder)


@pytest.fixture
async def browser(server: Running) -> AsyncIterator[Client]:
    """A browser in which nobody is logged in."""
    client = Client(server.url)
    yield client
    await client.http.aclose()


@pytest.fixture
async def inga(browser: Client) -> Client:
    """The administrator, logged in."""
    payload = await browser.sign_in()
    assert payload["userErrors"] == []
    return browser


@pytest.fixture
def another_browser(server: Running) -> Callable[..., Awaitable[Client]]:
    """Opens one more browser or program."""

    async def open_(*, token: str | None = None, language: str = "en") -> Client:
        return Client(server.url, token=token, language=language)

    return open_
