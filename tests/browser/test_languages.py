"""The console is Norwegian if the browser prefers it or the user chooses it."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

from tests.browser.screens import sign_in


async def test_console_is_translated_to_norwegian(open_browser: Callable[..., Awaitable[Page]]):
    page = await open_browser(locale="nb-NO")
    await expect(page.get_by_role("button", name="Logg inn")).to_be_visible()
    await sign_in(page)

    await expect(page.get_by_role("heading", name="Lisenser", exact=True)).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "nb")
    await expect(page.get_by_role("table", name="Brukerlisenser")).to_contain_text("Konfidensielle aktiviteter")
    await page.get_by_role("link", name="Aktiver ny lisens", exact=True).click()
    await expect(page.get_by_role("table", name="Endrede lisenser")).to_contain_text("Prosjekter (gratis)")
    await page.get_by_role("button", name="Fjern overflødige lisenser").click()
    await page.get_by_role("button", name="Foreslå").click()
    await expect(page.get_by_text("3 foreslått")).to_be_visible()
    await page.get_by_role("button", name="OK").click()
    await page.get_by_role("button", name="Aktiver", exact=True).click()
    await expect(page.get_by_text("Oppdatert").first).to_be_visible()

    await page.get_by_role("link", name="Hent lisens fra fil").first.click()
    importing = page.get_by_role("dialog", name="Hent lisens fra fil")
    await importing.get_by_label("Eller lim inn innholdet").fill("Hilsen oss")
    await importing.get_by_role("button", name="Forhåndsvis endringer").click()
    await expect(importing.get_by_role("alert")).to_contain_text("Lisensfilen kan ikke brukes: den er ikke teksten fra")
    await page.keyboard.press("Escape")

    await page.get_by_role("link", name="Logg", exact=True).click()
    await expect(
        page.get_by_text("Inga Solheim aktiverte nye lisenser fra SuperOffice AS: 4 lisenser endret.")
    ).to_be_visible()

    await expect(page.get_by_role("cell", name="kommandolinjen", exact=True).first).to_be_visible()

    await page.get_by_role("link", name="Brukere").click()
    for tab in ("Medarbeidere", "Andre brukere", "Brukerlisenser"):
        await expect(page.get_by_role("link", name=tab, exact=True)).to_be_visible()


async def test_chosen_language_is_kept(inga: Page):
    await inga.get_by_label("Language").select_option(label="Norsk")
    await expect(inga.get_by_role("heading", name="Lisenser", exact=True)).to_be_visible()
    await expect(inga.get_by_text("Konfidensielle aktiviteter")).to_be_visible()

    await inga.reload()
    await expect(inga.get_by_role("heading", name="Lisenser", exact=True)).to_be_visible()
