"""Fixtures of the acceptance tests: a server with the demo installation, its license server, and API clients."""

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


async def create_demo(database_url: str, *, trial: bool) -> Demo:
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
    """Database files to copy with the demo and the trial, and their `Demo`, by whether they hold the trial."""
    demos = {}
    for trial in (False, True):
        path = sqlite_template.with_name(f"demo-{trial}.db")
        shutil.copy(sqlite_template, path)
        demos[trial] = str(path), asyncio.run(create_demo(f"sqlite://{path}", trial=trial))
    return demos


@pytest.fixture(scope="session")
def postgres_demos(postgres_server: str, postgres_template: str) -> Iterator[dict[bool, tuple[str, Demo]]]:
    """Names of template databases with the demo and the trial, and their `Demo`, by whether they hold the trial."""
    demos = {}
    for trial in (False, True):
        name = create_database(postgres_server, template=postgres_template)
        demos[trial] = name, asyncio.run(create_demo(f"{postgres_server}/{name}", trial=trial))
    yield demos
    for name, _ in demos.values():
        drop_database(postgres_server, name)


@dataclass
class RunningServer:
    """A running server with the demo installation."""

    url: str
    demo: Demo
    database_url: str


class OperationFailed(AssertionError):
    """The response has errors at the top level."""


class Client:
    """An API client: a browser with its cookies, or a partner's program with an API token."""

    def __init__(self, url: str, *, token: str | None = None, language: str = "en") -> None:
        """Create a client that is not signed in."""
        headers = {"Accept-Language": language, "GraphQL-Require-Preflight": "1"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self.http = httpx2.AsyncClient(base_url=url, headers=headers, timeout=30)

    async def run(self, operation: str, **variables: Any) -> Any:
        """Return the data of a response, or the field's value if there is a single root field.

        Raises:
            OperationFailed: The response has errors at the top level.
        """
        answer = await self.answer(operation, **variables)
        if "errors" in answer:
            raise OperationFailed(answer["errors"])
        data = answer["data"]
        return next(iter(data.values())) if len(data) == 1 else data

    async def answer(self, operation: str, **variables: Any) -> dict[str, Any]:
        """Return the whole response."""
        response = await self.http.post("/graphql", json={"query": operation, "variables": variables})
        answer: dict[str, Any] = response.json()
        return answer

    async def sign_in(self, login: str = "inga", password: str = PASSWORD) -> Any:
        """Return the payload of `signIn`."""
        return await self.run(
            """mutation ($input: SignInInput!) {
              signIn(input: $input) { viewer { actor { kind name } scopes } userErrors { code message path } }
            }""",
            input={"login": login, "password": password},
        )

    async def upload(self, operation: str, variables: dict[str, Any], path: str, content: bytes) -> Any:
        """Return the payload of a mutation with a file uploaded at a path of its variables."""
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
            raise OperationFailed(answer["errors"])
        return next(iter(answer["data"].values()))


def _json(value: object) -> str:
    return json.dumps(value)


def codes(payload: dict[str, Any]) -> list[str]:
    """Return the codes of a payload's user errors."""
    return [error["code"] for error in payload["userErrors"]]


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    """The database engine; each test runs on both."""
    name: str = request.param
    return name


@pytest.fixture
def is_trial() -> bool:
    """Whether the installation is a trial; modules override this."""
    return False


@pytest.fixture
def copied_demo(
    engine: str, is_trial: bool, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[str, Demo]]:
    """The URL of a database with the demo that belongs to this test alone, and its `Demo`."""
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
    """Serve the application that `make_app` returns for a URL, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        running = uvicorn.Server(uvicorn.Config(make_app(url), log_config=None, access_log=False))
        task = asyncio.create_task(running.serve(sockets=[listener]))
        async with httpx2.AsyncClient(base_url=url) as client:
            await client.get("/readyz")
        yield url
        running.should_exit = True
        await task


@pytest.fixture
async def server(copied_demo: tuple[str, Demo], webhook_hosts: frozenset[str]) -> AsyncIterator[RunningServer]:
    """A server over a copy of the demo, without scheduled checks."""
    database_url, demo = copied_demo
    EXECUTOR_CACHE.clear()

    def app(url: str) -> Starlette:
        settings = Settings(database_url=database_url, public_url=url, check_interval=0, webhook_hosts=webhook_hosts)
        return create_app(settings, schema)

    async with listening(app) as url:
        yield RunningServer(url, demo, database_url)


@dataclass
class Vendor:
    """The main vendor: its license server and the folder it serves."""

    url: str
    folder: Path

    def publish(self, text: str, serial_number: str) -> None:
        """Publish the latest license document of a serial number."""
        licenses = self.folder / "v1" / "licenses"
        licenses.mkdir(parents=True, exist_ok=True)
        (licenses / f"{serial_number}.lic").write_text(text)

    def sell(self, demo_serial: str, serial: str, owner: str) -> None:
        """Record the purchase that replaces a demo."""
        sold = self.folder / "conversions"
        sold.mkdir(exist_ok=True)
        (sold / f"{demo_serial}.json").write_text(_json({"serial": serial, "owner": owner}))

    def reports(self, kind: str) -> list[dict[str, Any]]:
        """Return the reports received of a kind, `acceptances` or `rejections`."""
        return [json.loads(file.read_text()) for file in sorted((self.folder / kind).rglob("*.json"))]


@pytest.fixture
async def vendor(server: RunningServer, tmp_path: Path) -> AsyncIterator[Vendor]:
    """The main vendor with a running license server, configured in the installation."""
    folder = tmp_path / "vendor"
    folder.mkdir()
    async with listening(lambda _: create_license_server(folder)) as url:
        await StoredVendor.filter(is_main=True).update(license_server=url)
        yield Vendor(url, folder)


@pytest.fixture
async def browser(server: RunningServer) -> AsyncIterator[Client]:
    """A browser that is not signed in."""
    client = Client(server.url)
    yield client
    await client.http.aclose()


@pytest.fixture
async def inga(browser: Client) -> Client:
    """The administrator's browser, signed in."""
    payload = await browser.sign_in()
    assert payload["userErrors"] == []
    return browser


@pytest.fixture
def another_browser(server: RunningServer) -> Callable[..., Awaitable[Client]]:
    """Return a function that creates another client."""

    async def open_(*, token: str | None = None, language: str = "en") -> Client:
        return Client(server.url, token=token, language=language)

    return open_
