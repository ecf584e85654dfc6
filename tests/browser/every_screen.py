"""Screenshots of every screen and dialog, for review: in both languages, light and dark, and on a phone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, expect

from licensing.documents.document import sign
from resolvers.context import utc_now
from server.demo import documents
from server.demo.installation import Demo
from tests.browser.screens import license_file, sign_in
from tests.support.endpoints import endpoint
from tests.support.keygen_files import keygen_file, license

LOCALES = {"en": "en-GB", "nb": "nb-NO"}
WIDE, NARROW = 1120, 360
HEIGHT = 820

SCREENS = {
    "licenses": "/licenses",
    "licenses-other-vendor": "/licenses?vendor=nordsync",
    "status": "/licenses/status",
    "users": "/users",
    "users-other": "/users/other",
    "users-licenses": "/users/licenses",
    "users-of-license": "/users/licenses?license=superoffice.ten-service",
    "audit-log": "/audit-log",
    "api-tokens-none": "/api-tokens",
    "webhooks-none": "/webhooks",
    "no-such-page": "/nothing-here",
    "dialog-activate": "/licenses?dialog=activate",
    "dialog-surplus": "/licenses?dialog=surplus&license=superoffice.ten-sales",
    "dialog-import": "/licenses?dialog=import",
}


@dataclass
class Camera:
    """A page in a language, and the folder of its screenshots."""

    page: Page
    url: str
    language: str
    folder: Path

    async def go(self, path: str) -> None:
        """Open a screen and wait until it has loaded."""
        await self.page.goto(self.url + path)
        await self.page.wait_for_load_state("networkidle")

    async def capture(self, name: str) -> None:
        """Take a screenshot in light, in dark and at a phone's width."""
        await self.page.wait_for_timeout(200)
        for scheme, width in (("light", WIDE), ("dark", WIDE), ("light", NARROW)):
            await self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            await self.page.set_viewport_size({"width": width, "height": HEIGHT})
            look = "narrow" if width == NARROW else scheme
            is_dialog = await self.page.locator("dialog").count() > 0
            path = self.folder / f"{name}-{self.language}-{look}.png"
            await self.page.screenshot(path=path, full_page=not is_dialog)
        await self.page.set_viewport_size({"width": WIDE, "height": HEIGHT})

    async def press(self, selector: str) -> None:
        """Click the last button that the selector matches, which is in the topmost dialog."""
        await self.page.locator(selector).last.click()


@asynccontextmanager
async def camera(browser: Browser, url: str, language: str, folder: Path) -> AsyncIterator[Camera]:
    """Open a browser that is not signed in."""
    context = await browser.new_context(locale=LOCALES[language], reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(url)
    await expect(page.locator("input[name=login]")).to_be_visible()
    yield Camera(page, url, language, folder)
    await context.close()


async def take_demo(browser: Browser, url: str, demo: Demo, language: str, folder: Path) -> None:
    """Take the screenshots of the demo, from sign-in to activation."""
    async with camera(browser, url, language, folder) as shot:
        await shot.capture("sign-in")
        await sign_in(shot.page, "wrong")
        await expect(shot.page.locator(".notice.bad")).to_be_visible()
        await shot.capture("sign-in-refused")
        await sign_in(shot.page)
        await expect(shot.page.locator("input[name=password]")).to_have_count(0)
        for name, path in SCREENS.items():
            await shot.go(path)
            await shot.capture(name)
        for take in (_web, _users, _import, _tokens, _webhooks, _surplus, _reject_or_activate, _session):
            await take(shot, demo)


async def take_trial(browser: Browser, url: str, demo: Demo, language: str, folder: Path) -> None:
    """Take the screenshots that only a trial shows."""
    async with camera(browser, url, language, folder) as shot:
        await sign_in(shot.page)
        await expect(shot.page.locator("input[name=password]")).to_have_count(0)
        await shot.go("/licenses")
        await shot.capture("trial-licenses")
        await shot.go("/licenses?dialog=convert")
        await shot.capture("trial-convert")
        await shot.page.locator("dialog input[name=serialNumber]").fill("1")
        await shot.page.locator("dialog input[name=licenseOwner]").fill("Fjord")
        await shot.press("dialog .primary")
        await expect(shot.page.locator("dialog [role=alert]").first).not_to_be_empty()
        await shot.capture("trial-convert-refused")


async def take_checks(browser: Browser, url: str, demo: Demo, language: str, folder: Path, vendor: Path) -> None:
    """Take the screenshots of checks: refused by the license server, then more seats, activated automatically."""
    async with camera(browser, url, language, folder) as shot:
        await sign_in(shot.page)
        await expect(shot.page.locator("input[name=password]")).to_have_count(0)
        await shot.go("/licenses?vendor=nordsync")
        await shot.press(".actions button")
        await expect(shot.page.locator("dialog .notice.bad")).to_be_visible()
        await shot.capture("dialog-check-refused")
        await shot.press("dialog footer button")
        await shot.page.wait_for_load_state("networkidle")
        await shot.capture("licenses-check-failed")
        await shot.go("/licenses?vendor=nordsync&dialog=problem")
        await shot.capture("dialog-problem-check-failed")
        await shot.go("/licenses/status")
        await shot.capture("status-check-failed")

        document = vendor / "v1" / "licenses" / f"{demo.serial_number}.lic"
        document.parent.mkdir(parents=True)
        document.write_text(sign(_more_seats(), demo.keys["nordsync"]))
        await shot.go("/licenses?vendor=nordsync")
        await shot.press(".actions button")
        await expect(shot.page.locator(".announcement")).to_be_visible()
        await shot.page.wait_for_load_state("networkidle")
        await shot.capture("licenses-activated-by-itself")
        await shot.go("/licenses?vendor=nordsync&dialog=activate")
        await shot.capture("dialog-activated-by-itself")
        await shot.go("/audit-log?action=LICENSES_ACTIVATED")
        await _expand(shot)
        await shot.capture("audit-log-activated")


def _more_seats() -> dict[str, Any]:
    claims = documents.nordsync_document(utc_now(), utc_now())
    licenses = [one | {"total": 12} if one["scope"] == "USER" else one for one in claims["licenses"]]
    return claims | {"seq": 2, "jti": f"{claims['jti']}-more", "licenses": licenses}


async def _expand(shot: Camera) -> None:
    for summary in await shot.page.locator("summary").all():
        await summary.click()
    await shot.page.wait_for_load_state("networkidle")


async def _web(shot: Camera, demo: Demo) -> None:
    await shot.go("/licenses")
    await shot.press(".actions button")
    await expect(shot.page.locator(".card .notice").first).to_be_visible()
    await shot.capture("licenses-no-web")


async def _users(shot: Camera, demo: Demo) -> None:
    await shot.go("/users?license=nordsync.connector-cal")
    boxes = shot.page.locator("tbody input[type=checkbox]")
    for position in range(3):
        await boxes.nth(position).check()
    await shot.capture("users-ticked")
    await shot.page.locator(".selection select").first.select_option("revoke")
    await shot.page.locator(".selection select").nth(1).select_option("nordsync.connector-cal")
    await shot.press(".selection button[type=submit], .selection .primary, .selection .danger")
    await shot.capture("users-dialog-take")
    await shot.press("dialog .danger")
    await shot.page.wait_for_load_state("networkidle")
    await shot.capture("users-taken")


async def _import(shot: Camera, demo: Demo) -> None:
    encrypted = keygen_file(license(maxUsers=25), key=demo.keys["nordsync"]).decode()
    files = {
        "preview": demo.files["growth.lic"],
        "preview-surplus": demo.files["renewal.lic"],
        "refused": demo.files["tampered.lic"],
        "license-key": encrypted,
    }
    for name, text in files.items():
        await shot.go("/licenses?dialog=import")
        await shot.page.locator("dialog input[type=file]").set_input_files([license_file(text)])
        await shot.page.wait_for_load_state("networkidle")
        await shot.capture(f"dialog-import-{name}")


async def _tokens(shot: Camera, demo: Demo) -> None:
    await shot.go("/api-tokens")
    await shot.press(".card .primary")
    await shot.capture("dialog-token")
    await shot.page.locator("dialog input[name=name]").fill("Monthly report")
    await shot.press("dialog .primary")
    await expect(shot.page.locator("dialog fieldset .notice")).to_be_visible()
    await shot.capture("dialog-token-refused")
    await shot.page.locator("dialog input[name=scopes]").nth(0).check()
    await shot.press("dialog .primary")
    await expect(shot.page.locator("output")).to_be_visible()
    await shot.capture("dialog-token-secret")
    await shot.press("dialog .primary")
    await shot.capture("api-tokens")
    await shot.press("td button")
    await shot.capture("dialog-token-revoke")


async def _webhooks(shot: Camera, demo: Demo) -> None:
    async with endpoint() as address:
        await shot.go("/webhooks")
        await shot.press(".card .primary")
        await shot.capture("dialog-webhook")
        await shot.page.locator("dialog input[name=name]").fill("ERP")
        await shot.page.locator("dialog input[name=url]").fill("http://example.com/events")
        await shot.press("dialog .primary")
        await expect(shot.page.locator("dialog .problem")).to_be_visible()
        await shot.press("dialog summary")
        await shot.capture("dialog-webhook-refused")
        await shot.page.locator("dialog input[name=url]").fill(address.url)
        for position in (1, 6, 7):
            await shot.page.locator("dialog input[name=actions]").nth(position).check()
        await shot.press("dialog .primary")
        await expect(shot.page.locator("output")).to_be_visible()
        await shot.capture("dialog-webhook-secret")
        await shot.press("dialog .primary")
        await shot.press("td button")
        await shot.capture("dialog-webhook-none")
        await shot.press("dialog footer .primary")
        await expect(shot.page.locator("dialog tbody tr")).to_have_count(1)
        address.status = 500
        await shot.press("dialog footer .primary")
        await expect(shot.page.locator("dialog .notice.bad")).to_be_visible()
        await shot.capture("dialog-webhook-deliveries")
        await shot.press("dialog footer button:nth-child(2)")
        await shot.capture("dialog-webhook-edit")
        await shot.page.locator("dialog input[name=url]").fill("http://example.com/events")
        await shot.press("dialog .primary")
        await expect(shot.page.locator("dialog .problem")).to_be_visible()
        await shot.capture("dialog-webhook-edit-refused")
        await shot.press("dialog form footer button:first-child")
        await shot.press("dialog footer button:first-child")
        await shot.capture("dialog-webhook-delete")
        await shot.press("dialog footer button:first-child")
        await shot.press("dialog footer button:nth-child(4)")
        await shot.page.wait_for_load_state("networkidle")
        await shot.go("/webhooks")
        await shot.capture("webhooks-off")


async def _surplus(shot: Camera, demo: Demo) -> None:
    await shot.go("/licenses?dialog=surplus&license=superoffice.ten-sales")
    await shot.press("dialog .bar button")
    await expect(shot.page.locator("dialog .names li")).to_have_count(3)
    await shot.capture("dialog-surplus-suggested")
    await shot.press("dialog footer .primary")
    await shot.page.wait_for_load_state("networkidle")
    await shot.capture("dialog-surplus-removed")


async def _reject_or_activate(shot: Camera, demo: Demo) -> None:
    await shot.go("/licenses?dialog=activate")
    await shot.capture("dialog-activate-ready")
    await shot.press("dialog footer .aside")
    await shot.capture("dialog-reject")
    await shot.page.locator("dialog textarea").fill("Sales Premium: 21, not 18.")
    await shot.press("dialog .danger")
    await shot.page.wait_for_load_state("networkidle")
    await shot.capture("licenses-rejected")
    await shot.go("/licenses?dialog=problem")
    await shot.capture("dialog-problem-rejected")
    await shot.go("/licenses/status")
    await shot.capture("status-rejected")
    await shot.go("/audit-log")
    await _expand(shot)
    await shot.capture("audit-log-details")


async def _session(shot: Camera, demo: Demo) -> None:
    await shot.go("/licenses")
    await shot.page.context.set_offline(True)
    await shot.page.wait_for_timeout(1500)
    await shot.press(".actions button")
    await shot.page.wait_for_timeout(1500)
    await shot.capture("licenses-unreachable")
    await shot.page.context.set_offline(False)
    await shot.go("/licenses?dialog=import")
    await shot.page.context.clear_cookies()
    await shot.page.locator("dialog textarea").fill("-----BEGIN SIGNED LICENSE-----")
    await shot.press("dialog .primary")
    await expect(shot.page.locator("dialog input[name=password]")).to_be_visible()
    await shot.capture("dialog-session-ended")
