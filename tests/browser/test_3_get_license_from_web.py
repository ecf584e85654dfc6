"""Get license from web: new licenses are activated, and failures of the license server are explained."""

from pathlib import Path

from playwright.async_api import Page, expect

from models.vendor import Vendor
from tests.browser.page_checks import axe_violations, overflowing_elements
from tests.support.demo_server import RunningServer
from tests.support.processes import license_server_process

SERIAL = "1204417838"


async def test_web_check_activates_or_explains_the_failure(inga: Page, server: RunningServer, tmp_path: Path):
    document = tmp_path / "vendor" / "v1" / "licenses" / f"{SERIAL}.lic"
    document.parent.mkdir(parents=True)
    document.write_text(server.demo.files["growth.lic"])
    refusal = inga.get_by_role("dialog", name="Get license from web")
    problem = inga.get_by_role("link", name="Problem: new licenses could not be fetched", exact=True)
    async with license_server_process(tmp_path / "vendor", tmp_path / "license_server.log") as url:
        await Vendor.filter(is_main=True).update(license_server=url)

        await get_from_web(inga)
        await expect(inga.get_by_text("New licenses from SuperOffice AS were received.")).to_be_attached()
        await inga.get_by_role("link", name="New license activated", exact=True).click()
        activated = inga.get_by_role("dialog", name="New license activated")
        await expect(activated.get_by_role("row").filter(has_text="Sales Premium")).to_contain_text("25")
        await activated.get_by_role("button", name="Mark as seen").click()
        await expect(inga.get_by_text("Up to date").first).to_be_visible()

        document.unlink()
        await Vendor.filter(is_main=True).update(license_server=url)  # the demo's documents name none
        await get_from_web(inga)
        said = f'The vendor\'s license server refused the request: "There are no licenses for serial number {SERIAL}."'
        await expect(refusal.get_by_role("alert")).to_contain_text(said)
        await refusal.locator("footer").get_by_role("button", name="Close").click()
        await expect(problem).to_be_visible()

    await get_from_web(inga)
    await expect(refusal.get_by_role("alert")).to_contain_text(
        "The license server of SuperOffice AS could not be reached."
    )
    await expect(refusal).to_contain_text("The current licenses remain in effect.")
    await refusal.locator("footer").get_by_role("button", name="Close").click()
    await expect(inga.get_by_role("row").filter(has_text="Sales Premium")).to_contain_text("25")

    await problem.click()
    await expect(inga.get_by_role("dialog", name="New licenses from SuperOffice AS")).to_contain_text(
        "could not be reached"
    )
    assert await axe_violations(inga) == []
    await inga.emulate_media(color_scheme="dark")
    assert await axe_violations(inga, ["color-contrast"]) == []
    await inga.keyboard.press("Escape")
    await inga.set_viewport_size({"width": 360, "height": 740})
    assert await overflowing_elements(inga) == []
    await inga.get_by_label("Language").select_option(label="Norsk")
    await inga.get_by_role("link", name="Status").click()
    await expect(inga.get_by_role("table", name="Leverandører")).to_be_visible()
    assert await overflowing_elements(inga) == []
    await inga.get_by_role("link", name="Problem: nye lisenser kunne ikke hentes", exact=True).click()
    notice = inga.get_by_role("dialog", name="Nye lisenser fra SuperOffice AS")
    await expect(notice).to_contain_text("Lisensserveren til SuperOffice AS kunne ikke nås. Prøv igjen senere")
    await notice.get_by_role("link", name="Hent lisens fra fil").click()
    await expect(inga.get_by_role("dialog", name="Hent lisens fra fil")).to_be_visible()


async def get_from_web(page: Page) -> None:
    """Check the vendor's license server for new licenses."""
    await page.get_by_role("button", name="Get license from web").click()
