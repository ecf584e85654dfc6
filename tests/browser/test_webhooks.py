"""An administrator manages a partner's webhook."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Page, expect
from standardwebhooks import Webhook as Verifier

from tests.browser.page_checks import axe_violations, overflowing_elements, tab_to
from tests.browser.screens import sign_in
from tests.support.endpoints import Endpoint, endpoint


@pytest.fixture
async def address() -> AsyncIterator[Endpoint]:
    """The partner's endpoint."""
    async with endpoint() as running:
        yield running


@pytest.fixture
def webhook_hosts() -> frozenset[str]:
    """The local host, which is not public."""
    return frozenset({"127.0.0.1"})


async def test_webhook_is_created_tested_and_deleted(inga: Page, address: Endpoint):
    secret = await _create_webhook(inga, address)
    row = inga.get_by_role("row").filter(has_text="ERP")
    await expect(row).to_contain_text("Licenses activated")
    await expect(row).to_contain_text("Enabled")
    await inga.set_viewport_size({"width": 360, "height": 740})
    assert await overflowing_elements(inga) == []

    await row.get_by_role("button", name="Deliveries").click()
    dialog = inga.get_by_role("dialog", name="ERP")
    await expect(dialog.get_by_text("Nothing has been sent yet.")).to_be_visible()
    await dialog.get_by_role("button", name="Send test event").click()
    tries = dialog.get_by_role("table", name="Deliveries")
    await expect(tries.get_by_role("row")).to_contain_text(["Time", "Delivered"])
    assert Verifier(secret).verify(address.received[0].body, address.received[0].headers)

    address.status = 500
    await dialog.get_by_role("button", name="Send test event").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("500")
    await expect(tries.get_by_role("row").nth(1)).to_contain_text("The address answered with status 500.")
    assert await axe_violations(inga) == []

    await dialog.get_by_role("button", name="Delete …").click()
    await inga.get_by_role("dialog", name="Delete ERP").get_by_role("button", name="Delete").click()
    await expect(inga.get_by_role("dialog")).to_have_count(0)
    await expect(inga.get_by_text("There are no webhooks.")).to_be_visible()


async def test_webhook_is_disabled_enabled_and_rotated(inga: Page, address: Endpoint):
    secret = await _create_webhook(inga, address)
    row = inga.get_by_role("row").filter(has_text="ERP")
    await row.get_by_role("button", name="Deliveries").click()
    dialog = inga.get_by_role("dialog", name="ERP")

    await dialog.get_by_role("button", name="Disable").click()
    await expect(dialog.get_by_text("Disabled since")).to_be_visible()
    await dialog.get_by_role("button", name="Enable").click()
    await expect(dialog.get_by_text("Disabled since")).to_have_count(0)

    await dialog.get_by_role("button", name="New secret").click()
    shown = inga.get_by_role("dialog", name="New secret")
    assert await shown.locator("output").inner_text() != secret
    await shown.get_by_role("button", name="Done").click()
    await expect(dialog.get_by_role("button", name="Send test event")).to_be_visible()


async def test_editing_shows_errors_beside_fields(inga: Page, address: Endpoint):
    await _create_webhook(inga, address)
    await inga.get_by_role("row").filter(has_text="ERP").get_by_role("button", name="Deliveries").click()
    edit = inga.get_by_role("dialog", name="ERP").get_by_role("button", name="Edit …")
    dialog = inga.get_by_role("dialog", name="Edit ERP")
    await edit.click()
    await expect(dialog).to_be_visible()
    await inga.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(edit).to_be_focused()

    await edit.click()
    await expect(dialog.get_by_label("Name")).to_have_value("ERP")
    await expect(dialog.get_by_label("Address")).to_have_value(address.url)
    await expect(dialog.get_by_label("Licenses activated")).to_be_checked()
    await expect(dialog.get_by_role("checkbox", checked=True)).to_have_count(1)
    await expect(dialog.get_by_label("Limited to vendor")).to_have_count(0)

    await dialog.get_by_label("Name").fill("Books")
    await dialog.get_by_label("Address").fill("http://example.com/")
    await dialog.get_by_label("Licenses activated").uncheck()
    await dialog.get_by_label("License assigned").check()
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_label("Address")).to_have_attribute("aria-invalid", "true")
    await expect(dialog.get_by_role("alert").filter(has_text="does not begin with https://")).to_be_visible()
    assert await axe_violations(inga) == []

    await dialog.get_by_label("Address").fill(f"{address.url}books")
    await dialog.get_by_role("button", name="Save").click()
    tries = inga.get_by_role("dialog", name="Books")
    await expect(tries).to_contain_text(f"{address.url}books")
    await inga.keyboard.press("Escape")
    row = inga.get_by_role("row").filter(has_text="Books")
    await expect(row).to_contain_text(f"{address.url}books")
    await expect(row).to_contain_text("License assigned")
    await expect(row).not_to_contain_text("Licenses activated")


async def test_private_url_error_is_shown_beside_its_field(inga: Page):
    await inga.goto("/webhooks")
    await inga.get_by_role("button", name="New webhook").click()
    dialog = inga.get_by_role("dialog", name="New webhook")
    await dialog.get_by_label("Name").fill("ERP")
    await dialog.get_by_label("Address").fill("http://example.com/")
    await dialog.get_by_role("button", name="Create").click()

    await expect(dialog.get_by_label("Address")).to_have_attribute("aria-invalid", "true")
    await expect(dialog.get_by_role("alert").filter(has_text="does not begin with https://")).to_be_visible()
    assert await axe_violations(inga) == []


async def test_webhook_form_by_keyboard_in_norwegian(open_browser: Callable[..., Awaitable[Page]], address: Endpoint):
    page = await open_browser("/webhooks", locale="nb-NO")
    await sign_in(page)
    await expect(page.get_by_text("Det finnes ingen webhooker.")).to_be_visible()
    await tab_to(page, "Ny webhook")
    await page.keyboard.press("Enter")
    await page.keyboard.type("ERP")
    await page.keyboard.press("Tab")
    await page.keyboard.type(address.url)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Webhook opprettet")).to_contain_text("Kopier hemmeligheten nå.")
    await tab_to(page, "Ferdig")
    await page.keyboard.press("Enter")

    await tab_to(page, "Leveringer")
    await page.keyboard.press("Enter")
    await tab_to(page, "Send prøvehendelse")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("table", name="Leveringer")).to_contain_text("Levert")


async def _create_webhook(page: Page, address: Endpoint) -> str:
    """Create a webhook and return its secret."""
    await page.get_by_role("link", name="Webhooks").click()
    await page.get_by_role("button", name="New webhook").click()
    dialog = page.get_by_role("dialog", name="New webhook")
    await dialog.get_by_label("Name").fill("ERP")
    await dialog.get_by_label("Address").fill(address.url)
    await dialog.get_by_text("Events", exact=True).click()
    await dialog.get_by_label("Licenses activated").check()
    await dialog.get_by_role("button", name="Create").click()
    secret = await page.get_by_role("dialog", name="Webhook created").locator("output").inner_text()
    await page.get_by_role("button", name="Done").click()
    return secret
