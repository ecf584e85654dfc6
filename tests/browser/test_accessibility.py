"""The console is accessible: by axe, by keyboard and on a phone."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.browser.page_checks import axe_violations, focused_element, overflowing_elements, tab_to
from tests.browser.screens import open_removal, sign_in

TITLES = {
    "/licenses": ("Licenses", "Lisenser"),
    "/licenses/status": ("Licenses", "Lisenser"),
    "/users": ("Users", "Brukere"),
    "/audit-log": ("Audit log", "Logg"),
    "/api-tokens": ("API tokens", "API-nøkler"),
    "/webhooks": ("Webhooks", "Webhooker"),
    "/nothing-here": ("Page not found", "Siden finnes ikke"),
}

SCREENS = [
    "/licenses",
    "/licenses/status",
    "/licenses?dialog=activate",
    "/licenses?dialog=surplus&license=superoffice.ten-sales",
    "/licenses?dialog=import",
    "/users",
    "/users/other",
    "/users/licenses?license=superoffice.ten-service",
    "/audit-log",
    "/api-tokens",
    "/webhooks",
    "/nothing-here",
]


async def test_sign_in_screen_has_no_axe_violations(page: Page):
    await expect(page.get_by_label("Login")).to_be_visible()
    await expect(page).to_have_title("Sign in")
    assert await axe_violations(page) == []
    await page.emulate_media(color_scheme="dark")
    assert await axe_violations(page, ["color-contrast"]) == []


async def test_screens_have_no_axe_violations(inga: Page):
    await inga.emulate_media(reduced_motion="reduce")
    found = {}
    for path in SCREENS:
        await visit(inga, path)
        found[path] = await axe_violations(inga)
        await inga.emulate_media(color_scheme="dark")
        found[f"{path}, dark"] = await axe_violations(inga, ["color-contrast"])
        await inga.emulate_media(color_scheme="light")
    assert {path: violations for path, violations in found.items() if violations} == {}


@pytest.mark.parametrize("locale", ["en-GB", "nb-NO"])
async def test_screens_fit_a_phone(open_browser: Callable[..., Awaitable[Page]], locale: str):
    page = await open_browser(locale=locale, viewport={"width": 360, "height": 740})
    await sign_in(page)
    await expect(page.locator("input[name=password]")).to_have_count(0)
    found = {}
    for path in SCREENS:
        await visit(page, path)
        found[path] = await overflowing_elements(page)
    assert {path: violations for path, violations in found.items() if violations} == {}


async def test_screens_have_a_title_and_a_language(inga: Page):
    for position, (language, tag) in enumerate({"English": "en", "Norsk": "nb"}.items()):
        await inga.locator("header select").select_option(label=language)
        await expect(inga.locator("html")).to_have_attribute("lang", tag)
        for path, titles in TITLES.items():
            await visit(inga, path)
            await expect(inga).to_have_title(titles[position])
            await expect(inga.locator("html")).to_have_attribute("lang", tag)


async def visit(page: Page, path: str) -> None:
    """Open a screen and wait until it has loaded."""
    await page.goto(path)
    await expect(page.get_by_role("dialog") if "dialog" in path else page.locator("h1")).to_be_visible()
    await expect(page.locator(".loading")).to_have_count(0)


async def test_surplus_can_be_removed_by_keyboard(inga: Page):
    await tab_to(inga, "Activate new license")
    await inga.keyboard.press("Enter")
    await expect(inga.get_by_role("dialog", name="Activate new license")).to_be_visible()
    await tab_to(inga, "Sales Premium")
    await inga.keyboard.press("Enter")
    await expect(inga.get_by_role("table", name="21 users hold Sales Premium")).to_be_visible()
    await tab_to(inga, "Suggest")
    await inga.keyboard.press("Enter")
    await expect(inga.get_by_text("3 suggested")).to_be_visible()
    await tab_to(inga, "OK")
    await inga.keyboard.press("Enter")
    await expect(inga.get_by_role("button", name="Activate", exact=True)).to_be_enabled()
    await tab_to(inga, "Activate")
    await inga.keyboard.press("Enter")
    await expect(inga.get_by_role("dialog")).to_have_count(0)


async def test_escape_closes_a_dialog_and_restores_focus(inga: Page):
    await tab_to(inga, "Get license from file")
    await inga.keyboard.press("Enter")
    await expect(inga.get_by_role("dialog")).to_be_visible()

    await inga.keyboard.press("Escape")

    await expect(inga.get_by_role("dialog")).to_have_count(0)
    assert await focused_element(inga) == "Get license from file"


async def test_skip_link_bypasses_the_navigation(inga: Page):
    await inga.reload()
    await expect(inga.locator("h1")).to_be_visible()
    await inga.keyboard.press("Tab")
    assert await focused_element(inga) == "Skip to content"
    await inga.keyboard.press("Enter")
    await inga.keyboard.press("Tab")
    assert await focused_element(inga) != "Licenses"


async def test_back_button_closes_a_dialog(inga: Page):
    await open_removal(inga)
    await inga.go_back()
    await expect(inga.get_by_role("dialog")).to_have_count(0)
