"""A demo becomes a customer's installation that bought fewer seats than are in use."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.screens import license_file, row
from tests.support.demo_server import RunningServer


@pytest.fixture
def is_trial() -> bool:
    """The installation is a trial."""
    return True


async def test_demo_is_converted_with_a_surplus(inga: Page, server: RunningServer):
    await inga.get_by_role("link", name="Become a customer").click()
    dialog = inga.get_by_role("dialog", name="Become a customer")
    await dialog.get_by_label("Serial number").fill("12")
    await dialog.get_by_label("License owner").fill("Fjordlys Handel AS")
    await dialog.get_by_role("button", name="Become a customer").click()
    await expect(dialog.locator(".field").first.get_by_role("alert")).to_contain_text("ten digits")

    await dialog.get_by_label("Serial number").fill("1204417838")
    purchase = license_file(server.demo.files["purchase.lic"])
    await dialog.get_by_label("License file").set_input_files([purchase])
    await dialog.get_by_role("button", name="Become a customer").click()

    review = inga.get_by_role("dialog", name="Activate new license")
    await expect(review.get_by_role("button", name="Activate")).to_be_disabled()
    await review.get_by_role("button", name="Remove superfluous licenses").click()
    removal = inga.get_by_role("dialog", name="Remove superfluous licenses")
    await removal.get_by_label("Action").select_option("superoffice.ten-sales")
    await removal.get_by_role("checkbox", name="Inga Solheim").check()
    await removal.get_by_role("checkbox", name="Kari Nordby").check()
    await removal.get_by_role("button", name="OK").click()
    await expect(removal.locator("dd").nth(2)).to_have_text("1")
    await removal.get_by_label("Action").select_option("")
    await removal.get_by_role("checkbox", name="Bjørn Lie").check()
    await removal.get_by_role("button", name="OK").click()
    await review.get_by_role("button", name="Activate").click()

    await expect(inga.get_by_role("dialog")).to_have_count(0)
    await expect(row(inga, "User licenses", "Sales Premium").get_by_role("cell").first).to_have_text("2")
    await expect(inga.get_by_text("Serial number 1204417838")).to_be_visible()
    await expect(inga.get_by_text("This is a demo installation.")).to_have_count(0)
