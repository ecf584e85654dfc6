"""GraphiQL is served by the application and authenticated by the session."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from playwright.async_api import Locator, Page, TimeoutError, expect

from tests.browser.screens import sign_in
from tests.support.api_client import Client
from tests.support.seats import revoke_from_per


async def test_help_page_operations_are_tabs(open_browser: Callable[..., Awaitable[Page]]):
    page = await open_browser("/graphql")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await sign_in(page)

    for name in ("SeeLicenses", "ReviewNewLicenses", "ActivateNewLicenses", "WatchWhatIsDone"):
        await expect(page.get_by_role("tab", name=name)).to_be_visible()
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("query SeeLicenses")
    await execute(page, until=page.locator(".graphiql-response").get_by_text("SuperOffice AS").first)


async def test_graphiql_runs_subscriptions(inga: Page, elsewhere: Client):
    await inga.goto("/graphql")
    await expect(inga.locator(".graphiql-query-editor")).to_contain_text("query SeeLicenses")
    await inga.get_by_role("tab", name="WatchWhatIsDone").click()
    await expect(inga.locator(".graphiql-query-editor")).to_contain_text("subscription WatchWhatIsDone")
    await execute(inga, until=inga.get_by_role("button", name="Stop").first)

    await revoke_from_per(elsewhere)

    await expect(inga.locator(".graphiql-response")).to_contain_text("revoked Sales Premium from Per Haugen")


async def execute(page: Page, until: Locator) -> None:
    """Run the operation, again while GraphiQL still runs that of another tab, whose name it reads with a delay."""
    for _ in range(10):
        await page.get_by_role("button", name="Execute").first.click()
        with suppress(TimeoutError):
            await until.wait_for(timeout=1_000)
            await page.wait_for_timeout(500)  # until an operation of another tab has failed
            if await until.is_visible():
                return
    pytest.fail("GraphiQL does not run the operation.")
