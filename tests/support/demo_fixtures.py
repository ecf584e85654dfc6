"""Fixtures with the demo installation; a folder's conftest.py imports those that its tests use."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from tortoise.backends.base.executor import EXECUTOR_CACHE

from models.vendor import Vendor as StoredVendor
from schema.build import schema
from server.app import create_app
from server.demo.installation import Demo
from server.issuer.license_server import create_license_server
from server.settings import Settings
from tests.support.api_client import Client
from tests.support.demo_server import RunningServer, create_demo, listening
from tests.support.demo_vendor import Vendor
from tests.support.postgres import create_database, drop_database


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
