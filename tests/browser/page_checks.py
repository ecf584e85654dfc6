"""Checks of a page's accessibility: by axe, by keyboard and by width."""

import pytest
from playwright.async_api import Page

from server.console import DIST_DIR

AXE = (DIST_DIR.parent / "node_modules" / "axe-core" / "axe.min.js").read_text() if DIST_DIR.exists() else ""


async def axe_violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """Return axe's violations of at least serious impact, each with its element, for all rules or for some."""
    await page.evaluate(AXE)
    found = await page.evaluate("rules => axe.run(rules ? { runOnly: rules } : {})", rules)
    return [
        f"{violation['id']}: {node['target']}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


async def overflowing_elements(page: Page) -> list[str]:
    """Return the elements that are wider than the window, and tables and tabs that require scrolling sideways."""
    wide: list[str] = await page.evaluate(
        """() => [...document.querySelectorAll("*")].filter(one => one.matches(".scroll, .tabs")
            ? one.scrollWidth > one.clientWidth
            : document.documentElement.scrollWidth > innerWidth && one.getBoundingClientRect().right > innerWidth)
          .map(one => one.outerHTML.slice(0, 80))"""
    )
    return wide


async def focused_element(page: Page) -> str:
    """Return the accessible name of the focused element."""
    text: str = await page.evaluate("document.activeElement.textContent")
    return text


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until the element with a name has the focus."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        if await focused_element(page) == name:
            return
    pytest.fail(f"Tab does not lead to {name}.")
