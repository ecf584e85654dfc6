"""Fixtures of the browser tests, which use the console by its visible texts."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright, expect

from server.console import DIST_DIR
from tests.browser.screens import CHROMIUM_OPTIONS, sign_in
from tests.support.api_client import Client
from tests.support.demo_fixtures import copied_demo, postgres_demos, server, sqlite_demos, vendor
from tests.support.demo_server import RunningServer

__all__ = ["copied_demo", "postgres_demos", "server", "sqlite_demos", "vendor"]

TIMEOUT = 10_000


@pytest.fixture
def engine() -> str:
    """SQLite: the console does not depend on the engine; only the main scenario runs on both."""
    return "sqlite"


@pytest.fixture
def is_trial() -> bool:
    """Whether the installation is a trial; modules override this."""
    return False


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium; without it or the built console, tests are skipped, or fail in CI."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if missing := _missing(path):
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        await browser.close()


def _missing(path: str | None) -> str | None:
    if path is None:
        return "There is no chromium on PATH. Install it, as by apt-get install chromium."
    if not (DIST_DIR / "index.html").is_file():
        return "The console is not built. Run npm --prefix web ci, then npm --prefix web run build."
    return None


class PageMonitor:
    """A monitor of errors in a page that are not visible on it."""

    def __init__(self) -> None:
        """Start without errors."""
        self.wrong: list[str] = []

    def follow(self, page: Page, host: str) -> None:
        """Record script errors, violations of the content security policy, and requests to other hosts."""
        page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        page.on("console", self._on_console)
        page.on("request", partial(self._on_request, host))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(("Failed to load", "WebSocket")):
            self.wrong.append(f"console: {message.text}")

    def _on_request(self, host: str, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in ("data", "blob") and url.netloc != host:
            self.wrong.append(f"another host: {request.url}")


@pytest.fixture
async def open_browser(chromium: Browser, server: RunningServer) -> AsyncIterator[Callable[..., Awaitable[Page]]]:
    """Return a function that opens another browser, with its own cookies and not signed in."""
    expect.set_options(timeout=TIMEOUT)
    watch = PageMonitor()
    async with AsyncExitStack() as open_contexts:

        async def open_(path: str = "/", **options: Any) -> Page:
            given = {"locale": "en-GB", "viewport": {"width": 1200, "height": 800}, **options}
            url = urljoin(server.url, path)
            context = await chromium.new_context(base_url=url, **given)
            open_contexts.push_async_callback(context.close)
            context.set_default_timeout(TIMEOUT)
            page = await context.new_page()
            watch.follow(page, urlsplit(url).netloc)
            await page.goto(url)
            return page

        yield open_
    assert watch.wrong == []


@pytest.fixture
async def page(open_browser: Callable[..., Awaitable[Page]]) -> Page:
    """A browser that is not signed in."""
    return await open_browser()


@pytest.fixture
async def elsewhere(server: RunningServer) -> AsyncIterator[Client]:
    """An API client that is signed in as the administrator, without a browser."""
    client = Client(server.url)
    await client.sign_in()
    yield client
    await client.http.aclose()


@pytest.fixture
async def inga(page: Page) -> Page:
    """A browser that is signed in as the administrator and shows the licenses."""
    await sign_in(page)
    await expect(page.get_by_role("table", name="User licenses")).to_be_visible()
    return page
