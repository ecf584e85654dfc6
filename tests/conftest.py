"""Fixtures for all tests: a migrated, empty database per test, on SQLite and on PostgreSQL."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tortoise import Tortoise
from tortoise.backends.base.executor import EXECUTOR_CACHE

from licensing.enums import ActorKind
from models.db.config import tortoise_config
from models.db.migrate import migrate
from models.license import License
from models.user import User
from models.vendor import Vendor
from resolvers.context import Context
from resolvers.principals import ALL_SCOPES, Actor, Principal
from tests.support import factories
from tests.support.postgres import PostgresMissing, create_database, drop_database, running_postgres
from tests.support.timing import measured, pytest_itemcollected, pytest_terminal_summary

__all__ = ["measured", "pytest_itemcollected", "pytest_terminal_summary"]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The `asyncio` backend: Tortoise supports no other."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server, without a database name."""
    try:
        with running_postgres() as url:
            yield url
    except PostgresMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a migrated, empty template database."""
    name = create_database(postgres_server)
    asyncio.run(migrate(f"{postgres_server}/{name}"))
    yield name
    drop_database(postgres_server, name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database file to copy."""
    path = tmp_path_factory.mktemp("template") / "seatkeeper.db"
    asyncio.run(migrate(f"sqlite://{path}"))
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a SQLite database for this test alone."""
    return f"sqlite://{shutil.copy(sqlite_template, tmp_path / 'seatkeeper.db')}"


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The URL of a PostgreSQL database for this test alone."""
    name = create_database(postgres_server, template=postgres_template)
    yield f"{postgres_server}/{name}"
    drop_database(postgres_server, name)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database for this test alone; the test runs once per engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    """The URL of a database for this test alone, to which Tortoise is connected."""
    EXECUTOR_CACHE.clear()  # keyed by table, not by engine
    await Tortoise.init(config=tortoise_config(database_url), _enable_global_fallback=True)
    yield database_url
    await Tortoise.close_connections()


@pytest.fixture
async def installation(database: str) -> int:
    """The ID of the installation of Fjordlys Handel AS, with its main vendor and no other data."""
    made = await factories.make_installation("1204417838", "Fjordlys Handel AS")
    await factories.make_vendor("superoffice", installation_id=made.id, name="SuperOffice AS", is_main=True)
    installation_id: int = made.id
    return installation_id


@pytest.fixture
async def administrator(installation: int) -> User:
    """The administrator Inga Solheim, login `inga`, without a password and without licenses."""
    return await factories.make_user("Inga Solheim", login="inga", installation_id=installation, is_administrator=True)


@pytest.fixture
def context(installation: int, administrator: User) -> Context:
    """The context of a request by the administrator, with all scopes."""
    actor = Actor(ActorKind.ADMINISTRATOR, administrator.name)
    return Context(Principal(installation, actor, ALL_SCOPES, user_id=administrator.id), request_id="test-request")


@pytest.fixture
def make_vendor(installation: int) -> Callable[..., Awaitable[Vendor]]:
    """`factories.make_vendor` in the test's installation."""
    return partial(factories.make_vendor, installation_id=installation)


@pytest.fixture
def make_license(installation: int) -> Callable[..., Awaitable[License]]:
    """`factories.make_license` in the test's installation."""
    return partial(factories.make_license, installation_id=installation)


@pytest.fixture
def make_user(installation: int) -> Callable[..., Awaitable[User]]:
    """`factories.make_user` in the test's installation."""
    return partial(factories.make_user, installation_id=installation)


@pytest.fixture
def other_installation(database: str) -> Callable[..., Awaitable[int]]:
    """Return a function that creates another installation with a main vendor `superoffice` and returns its ID."""

    async def make(serial_number: str = "2000000006", **values: Any) -> int:
        made = await factories.make_installation(serial_number, "Annen Bedrift AS", **values)
        await factories.make_vendor("superoffice", installation_id=made.id, name="SuperOffice AS", is_main=True)
        installation_id: int = made.id
        return installation_id

    return make


@pytest.fixture
def webhook_hosts() -> frozenset[str]:
    """Private hosts to which webhooks may be sent; modules override this."""
    return frozenset()
