"""A license file that the vendor sent is previewed and imported."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.screens import license_file, row
from tests.support.api_client import Client
from tests.support.demo_server import RunningServer
from tests.support.keygen_files import LICENSE_KEY, keygen_file, license


@pytest.fixture
async def import_dialog(inga: Page) -> Page:
    """The page with the import dialog open."""
    await inga.get_by_role("link", name="Get license from file").click()
    await expect(inga.get_by_role("dialog", name="Get license from file")).to_be_visible()
    return inga


async def choose(page: Page, text: str) -> None:
    """Choose a license file with a content."""
    await page.locator("dialog input[type=file]").set_input_files([license_file(text)])


async def test_chosen_file_is_previewed(import_dialog: Page, server: RunningServer, elsewhere: Client):
    await choose(import_dialog, server.demo.files["growth.lic"])

    preview = import_dialog.get_by_role("table", name="Altered licenses")
    await expect(preview.get_by_role("row").filter(has_text="Sales Premium")).to_contain_text("25")
    in_force = await elsewhere.run('{ license(key: "superoffice.ten-sales") { seats { total } } }')
    assert in_force == {"seats": {"total": 21}}
    await import_dialog.get_by_role("button", name="Import", exact=True).click()

    await expect(import_dialog.get_by_text("The new licenses from SuperOffice AS are activated.")).to_be_visible()
    await expect(row(import_dialog, "User licenses", "Sales Premium").get_by_role("cell").nth(1)).to_have_text("25")


async def test_pasted_file_is_left_for_review(import_dialog: Page, server: RunningServer):
    await import_dialog.get_by_label("Or paste its contents").fill(server.demo.files["growth.lic"])
    await import_dialog.get_by_role("button", name="Preview changes").click()
    await import_dialog.get_by_label("Review before activation").check()
    await import_dialog.get_by_role("button", name="Import", exact=True).click()

    await expect(import_dialog.get_by_role("dialog", name="Activate new license")).to_be_visible()
    await expect(import_dialog.get_by_role("button", name="Activate", exact=True)).to_be_enabled()


async def test_file_can_be_dropped(import_dialog: Page, server: RunningServer):
    dropped = await import_dialog.evaluate_handle(
        """text => {
          const data = new DataTransfer();
          data.items.add(new File([text], "growth.lic"));
          return data;
        }""",
        server.demo.files["growth.lic"],
    )

    await import_dialog.dispatch_event("dialog .drop", "drop", {"dataTransfer": dropped})

    await expect(import_dialog.get_by_role("table", name="Altered licenses")).to_be_visible()


async def test_file_with_a_surplus_is_blocked(import_dialog: Page, server: RunningServer):
    await choose(import_dialog, server.demo.files["renewal.lic"])

    await expect(import_dialog.get_by_text("Sales Premium: 3 seats must be freed")).to_be_visible()
    await import_dialog.get_by_role("button", name="Import", exact=True).click()
    await expect(import_dialog.get_by_role("dialog", name="Activate new license")).to_be_visible()


async def test_encrypted_file_requires_its_license_key(import_dialog: Page, server: RunningServer):
    encrypted = keygen_file(license(maxUsers=25), key=server.demo.keys["nordsync"])
    await expect(import_dialog.get_by_label("License key")).to_have_count(0)

    await choose(import_dialog, encrypted.decode())
    key = import_dialog.get_by_label("License key")
    await expect(import_dialog.get_by_role("alert").filter(has_text="The license file is encrypted.")).to_be_visible()
    await key.fill("of another license")
    await import_dialog.get_by_role("button", name="Preview changes").click()
    await expect(import_dialog.get_by_role("alert").filter(has_text="with another license key")).to_be_visible()
    await expect(key).to_have_attribute("aria-invalid", "true")
    await key.fill(LICENSE_KEY)
    await key.press("Enter")

    await expect(import_dialog.get_by_role("table", name="Altered licenses")).to_contain_text("Example")
    await import_dialog.get_by_role("button", name="Import", exact=True).click()
    await expect(import_dialog.get_by_role("dialog", name="Activate new license")).to_contain_text("Example")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("tampered.lic", "altered"),
        ("other-installation.lic", "installation"),
        ("a letter", "BEGIN SIGNED LICENSE"),
        ("far too long", "larger than 256 KiB"),
    ],
)
async def test_refused_file_shows_its_reason(import_dialog: Page, server: RunningServer, file: str, words: str):
    others = {"a letter": "Dear customer", "far too long": "x" * 300_000}

    await choose(import_dialog, server.demo.files.get(file) or others[file])

    await expect(import_dialog.get_by_role("alert").filter(has_text=words)).to_be_visible()
    await expect(import_dialog.get_by_role("button", name="Import", exact=True)).to_have_count(0)
