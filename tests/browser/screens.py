"""The console's screens: signing in, tables and dialogs."""

from playwright.async_api import FilePayload, Locator, Page, expect

from tests.support.api_client import PASSWORD

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]
"""Options of Chromium that let it run as root, without a screen and without background requests."""


async def open_removal(page: Page) -> None:
    """Open the removal dialog by the red license name in the list."""
    await row(page, "User licenses", "Sales Premium").get_by_role("link", name="Sales Premium").click()
    await expect(page.get_by_role("table", name="21 users hold Sales Premium")).to_be_visible()


def row(page: Page, table: str, name: str) -> Locator:
    """Return a row of a table by its row header."""
    head = page.get_by_role("rowheader", name=name, exact=False)
    return page.get_by_role("table", name=table).get_by_role("row").filter(has=head).first


async def sign_in(page: Page, password: str = PASSWORD) -> None:
    """Sign in as the demo's administrator, in any language, on the screen or in the dialog."""
    await page.locator("input[name=login]").fill("inga")
    await page.locator("input[name=password]").fill(password)
    await page.locator("form:has(input[name=password]) button.primary").click()


def license_file(text: str, name: str = "license.lic") -> FilePayload:
    """Return a license file for a file input."""
    return {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
