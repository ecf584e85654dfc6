"""A partner's program is told of events, and an administrator sees to it."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Page, expect
from standardwebhooks import Webhook as Verifier

from tests.browser.conftest import sign_in
from tests.browser.test_accessibility import findings, focus, too_wide
from tests.support.endpoints import Endpoint, endpoint


@pytest.fixture
async def address() -> AsyncIterator[Endpoint]:
    """The partner's program."""
    async with endpoint() as running:
        yield running


@pytest.fixture
def webhook_hosts() -> frozenset[str]:
    """The machine of the tests, to which the server may send webhooks."""
    return frozenset({"127.0.0.1"})


async def test_a_webhook_is_made_tried_out_and_deleted(inga: Page, address: Endpoint):
    secret = await _make(inga, address)
    row = inga.get_by_role("row").filter(has_text="ERP")
    await expect(row).to_contain_text("Licenses activated")
    await expect(row).to_contain_text("On")
    await inga.set_viewport_size({"width": 360, "height": 740})
    assert await too_wide(inga) == []

    await row.get_by_role("button", name="Deliveries").click()
    dialog = inga.get_by_role("dialog", name="ERP")
    await expect(dialog.get_by_text("Nothing has been sent yet.")).to_be_visible()
    await dialog.get_by_role("button", name="Send a test event").click()
    tries = dialog.get_by_role("table", name="Deliveries")
    await expect(tries.get_by_role("row")).to_contain_text(["When", "Arrived"])
    assert Verifier(secret).verify(address.received[0].body, address.received[0].headers)

    address.status = 500
    await dialog.get_by_role("button", name="Send a test event").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("500")
    await expect(tries.get_by_role("row").nth(1)).to_contain_text("The address answered with status 500.")
    assert await findings(inga) == []

    await dialog.get_by_role("button", name="Delete …").click()
    await inga.get_by_role("dialog", name="Delete ERP").get_by_role("button", name="Delete").click()
    await expect(inga.get_by_role("dialog")).to_have_count(0)
    await expect(inga.get_by_text("No program is told of events.")).to_be_visible()


async def test_it_is_switched_off_and_on_and_gets_a_new_secret(inga: Page, address: Endpoint):
    secret = await _make(inga, address)
    row = inga.get_by_role("row").filter(has_text="ERP")
    await row.get_by_role("button", name="Deliveries").click()
    dialog = inga.get_by_role("dialog", name="ERP")

    await dialog.get_by_role("button", name="Switch off").click()
    await expect(dialog.get_by_text("Off since")).to_be_visible()
    await dialog.get_by_role("button", name="Switch on").click()
    await expect(dialog.get_by_text("Off since")).to_have_count(0)

    await dialog.get_by_role("button", name="New secret").click()
    shown = inga.get_by_role("dialog", name="New secret")
    assert await shown.locator("output").inner_text() != secret
    await shown.get_by_role("button", name="Done").click()
    await expect(dialog.get_by_role("button", name="Send a test event")).to_be_visible()


async def test_it_is_edited_and_what_is_refused_is_said_beside_its_field(inga: Page, address: Endpoint):
    await _make(inga, address)
    await inga.get_by_role("row").filter(has_text="ERP").get_by_role("button", name="Deliveries").click()
    edit = inga.get_by_role("dialog", name="ERP").get_by_role("button", name="Edit …")
    dialog = inga.get_by_role("dialog", name="Edit ERP")
    await edit.click()
    await expect(dialog).to_be_visible()
    await inga.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(edit).to_be_focused()

    await edit.click()
    await expect(dialog.get_by_label("What is it for?")).to_have_value("ERP")
    await expect(dialog.get_by_label("Address")).to_have_value(address.url)
    await expect(dialog.get_by_label("Licenses activated")).to_be_checked()
    await expect(dialog.get_by_role("checkbox", checked=True)).to_have_count(1)
    await expect(dialog.get_by_label("Only for the licenses of")).to_have_count(0)

    await dialog.get_by_label("What is it for?").fill("Books")
    await dialog.get_by_label("Address").fill("http://example.com/")
    await dialog.get_by_label("Licenses activated").uncheck()
    await dialog.get_by_label("License given").check()
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_label("Address")).to_have_attribute("aria-invalid", "true")
    await expect(dialog.get_by_role("alert").filter(has_text="does not begin with https://")).to_be_visible()
    assert await findings(inga) == []

    await dialog.get_by_label("Address").fill(f"{address.url}books")
    await dialog.get_by_role("button", name="Save").click()
    tries = inga.get_by_role("dialog", name="Books")
    await expect(tries).to_contain_text(f"{address.url}books")
    await inga.keyboard.press("Escape")
    row = inga.get_by_role("row").filter(has_text="Books")
    await expect(row).to_contain_text(f"{address.url}books")
    await expect(row).to_contain_text("License given")
    await expect(row).not_to_contain_text("Licenses activated")


async def test_an_address_that_is_not_allowed_is_refused_beside_its_field(inga: Page):
    await inga.goto("/webhooks")
    await inga.get_by_role("button", name="New webhook").click()
    dialog = inga.get_by_role("dialog", name="New webhook")
    await dialog.get_by_label("What is it for?").fill("ERP")
    await dialog.get_by_label("Address").fill("http://example.com/")
    await dialog.get_by_role("button", name="Make").click()

    await expect(dialog.get_by_label("Address")).to_have_attribute("aria-invalid", "true")
    await expect(dialog.get_by_role("alert").filter(has_text="does not begin with https://")).to_be_visible()
    assert await findings(inga) == []


async def test_by_keyboard_and_in_norwegian(open_browser: Callable[..., Awaitable[Page]], address: Endpoint):
    page = await open_browser("/webhooks", locale="nb-NO")
    await sign_in(page)
    await expect(page.get_by_text("Ingen programmer får vite om hendelser.")).to_be_visible()
    await focus(page, "Ny webhook")
    await page.keyboard.press("Enter")
    await page.keyboard.type("ERP")
    await page.keyboard.press("Tab")
    await page.keyboard.type(address.url)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Webhook opprettet")).to_contain_text("Kopier den nå.")
    await focus(page, "Ferdig")
    await page.keyboard.press("Enter")

    await focus(page, "Leveringer")
    await page.keyboard.press("Enter")
    await focus(page, "Send en prøvehendelse")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("table", name="Leveringer")).to_contain_text("Kom fram")


async def _make(page: Page, address: Endpoint) -> str:
    """Its secret."""
    await page.get_by_role("link", name="Webhooks").click()
    await page.get_by_role("button", name="New webhook").click()
    dialog = page.get_by_role("dialog", name="New webhook")
    await dialog.get_by_label("What is it for?").fill("ERP")
    await dialog.get_by_label("Address").fill(address.url)
    await dialog.get_by_text("Events", exact=True).click()
    await dialog.get_by_label("Licenses activated").check()
    await dialog.get_by_role("button", name="Make").click()
    secret = await page.get_by_role("dialog", name="Webhook made").locator("output").inner_text()
    await page.get_by_role("button", name="Done").click()
    return secret
