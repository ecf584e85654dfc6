"""The vendor cannot be reached over the net, and has sent a file."""

import pytest
from playwright.async_api import Page, expect

from tests.acceptance.conftest import Client, Running
from tests.browser.conftest import license_file
from tests.browser.test_4_activate_new_license import row
from tests.support.keygen_files import LICENSE_KEY, keygen_file, license


@pytest.fixture
async def importing(inga: Page) -> Page:
    """The dialog, opened by its link."""
    await inga.get_by_role("link", name="Get license from file").click()
    await expect(inga.get_by_role("dialog", name="Get license from file")).to_be_visible()
    return inga


async def choose(page: Page, text: str) -> None:
    """Chooses a file with this in it."""
    await page.locator("dialog input[type=file]").set_input_files([license_file(text)])


async def test_a_chosen_file_is_shown_before_it_is_imported(importing: Page, server: Running, elsewhere: Client):
    await choose(importing, server.demo.files["growth.lic"])

    preview = importing.get_by_role("table", name="Altered licenses")
    await expect(preview.get_by_role("row").filter(has_text="Sales Premium")).to_contain_text("25")
    in_force = await elsewhere.run('{ license(key: "superoffice.ten-sales") { seats { total } } }')
    assert in_force == {"seats": {"total": 21}}
    await importing.get_by_role("button", name="Import", exact=True).click()

    await expect(importing.get_by_text("The new licenses from SuperOffice AS are activated.")).to_be_visible()
    await expect(row(importing, "User licenses", "Sales Premium").get_by_role("cell").nth(1)).to_have_text("25")


async def test_a_file_may_be_pasted_and_left_for_review(importing: Page, server: Running):
    await importing.get_by_label("Or paste what is in it").fill(server.demo.files["growth.lic"])
    await importing.get_by_role("button", name="Show what it changes").click()
    await importing.get_by_label("Leave it to be reviewed before it is activated").check()
    await importing.get_by_role("button", name="Import", exact=True).click()

    await expect(importing.get_by_role("dialog", name="Activate new license")).to_be_visible()
    await expect(importing.get_by_role("button", name="Activate", exact=True)).to_be_enabled()


async def test_a_file_may_be_dropped(importing: Page, server: Running):
    dropped = await importing.evaluate_handle(
        """text => {
          const data = new DataTransfer();
          data.items.add(new File([text], "growth.lic"));
          return data;
        }""",
        server.demo.files["growth.lic"],
    )

    await importing.dispatch_event("dialog .drop", "drop", {"dataTransfer": dropped})

    await expect(importing.get_by_role("table", name="Altered licenses")).to_be_visible()


async def test_a_file_that_leaves_too_few_seats_says_so_and_waits(importing: Page, server: Running):
    await choose(importing, server.demo.files["renewal.lic"])

    await expect(importing.get_by_text("Sales Premium: 3 seats have to be freed")).to_be_visible()
    await importing.get_by_role("button", name="Import", exact=True).click()
    await expect(importing.get_by_role("dialog", name="Activate new license")).to_be_visible()


async def test_an_encrypted_file_asks_for_its_license_key(importing: Page, server: Running):
    encrypted = keygen_file(license(maxUsers=25), key=server.demo.keys["nordsync"])
    await expect(importing.get_by_label("License key")).to_have_count(0)

    await choose(importing, encrypted.decode())
    key = importing.get_by_label("License key")
    await expect(importing.get_by_role("alert").filter(has_text="The license file is encrypted.")).to_be_visible()
    await key.fill("of another license")
    await importing.get_by_role("button", name="Show what it changes").click()
    await expect(importing.get_by_role("alert").filter(has_text="with another license key")).to_be_visible()
    await expect(key).to_have_attribute("aria-invalid", "true")
    await key.fill(LICENSE_KEY)
    await key.press("Enter")

    await expect(importing.get_by_role("table", name="Altered licenses")).to_contain_text("Example")
    await importing.get_by_role("button", name="Import", exact=True).click()
    await expect(importing.get_by_role("dialog", name="Activate new license")).to_contain_text("Example")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("tampered.lic", "altered"),
        ("other-installation.lic", "installation"),
        ("a letter", "BEGIN SIGNED LICENSE"),
        ("far too long", "larger than 256 KiB"),
    ],
)
async def test_each_refusal_is_said_in_words(importing: Page, server: Running, file: str, words: str):
    others = {"a letter": "Dear customer", "far too long": "x" * 300_000}

    await choose(importing, server.demo.files.get(file) or others[file])

    await expect(importing.get_by_role("alert").filter(has_text=words)).to_be_visible()
    await expect(importing.get_by_role("button", name="Import", exact=True)).to_have_count(0)
