"""Take the documentation's screenshots of the console from a server with the demo: `make screenshots`.

With a folder, `make screenshots ALL=FOLDER`, it takes pictures of every screen and dialog there instead.
"""

import asyncio
import shutil
import sys
import tempfile
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect
from tortoise import Tortoise
from tortoise.backends.base.executor import EXECUTOR_CACHE

from models.db.config import tortoise_config
from models.db.migrate import migrate
from models.vendor import Vendor
from server.demo.installation import Demo, fill
from tests.browser import every_screen
from tests.browser.screens import CHROMIUM_OPTIONS, license_file, sign_in
from tests.support.api_client import PASSWORD
from tests.support.endpoints import endpoint
from tests.support.processes import license_server_process, process

IMAGES = Path(__file__).parents[2] / "docs" / "images"

SCREENS = {
    "licenses": "/licenses",
    "status": "/licenses/status",
    "activate-new-license": "/licenses?dialog=activate",
    "import-a-license-file": "/licenses?dialog=import",
    "users": "/users?license=superoffice.ten-sales",
    "user-licenses": "/users/licenses?license=superoffice.ten-service",
    "audit-log": "/audit-log",
}
"""Screens that are shown without further actions."""


async def take_all() -> None:
    """Take the screenshots of the demo, then those of the trial."""
    IMAGES.mkdir(exist_ok=True)
    async with _browser() as browser:
        for take, trial in ((take_demo, False), (take_trial, True)):
            async with _server(trial=trial) as (url, demo):
                await take(browser, url, demo)


async def take_every_screen(folder: Path) -> None:
    """Take screenshots of every screen and dialog into a folder."""
    async with _browser() as browser:
        for language in every_screen.LOCALES:
            for take, trial in ((every_screen.take_demo, False), (every_screen.take_trial, True)):
                async with _server(trial=trial) as (url, demo):
                    await take(browser, url, demo, language, folder)
            with tempfile.TemporaryDirectory() as name:
                vendor = Path(name)
                async with (
                    license_server_process(vendor, vendor / "server.log") as address,
                    _server(trial=False, license_server=address) as (url, demo),
                ):
                    await every_screen.take_checks(browser, url, demo, language, folder, vendor)


@asynccontextmanager
async def _browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_OPTIONS)
        yield browser
        await browser.close()


@asynccontextmanager
async def _server(*, trial: bool, license_server: str | None = None) -> AsyncIterator[tuple[str, Demo]]:
    """Run a server with its own demo, webhooks to this host allowed; NordSync may have a license server."""
    with tempfile.TemporaryDirectory() as name:
        database = f"sqlite://{name}/seatkeeper.db"
        demo = await _create_demo(database, trial=trial, license_server=license_server)
        server = process(database, Path(name), open_schema="1", check_interval="0", webhook_hosts="127.0.0.1")
        async with server as (url, _):
            yield url, demo


async def take_demo(browser: Browser, url: str, demo: Demo) -> None:
    """Take the screenshots of the demo, some of them dark, in Norwegian or on a phone."""
    page = await _open(browser, url)
    await expect(page.get_by_label("Login")).to_be_visible()
    await _shoot(page, "sign-in", height=600)
    await _enter(page)
    for name, path in SCREENS.items():
        await _go(page, url + path)
        await _shoot(page, name)
    await _issue_token(page, url)
    await _shoot(page, "api-tokens")
    await _create_webhook(page, url)
    await _shoot(page, "webhooks")
    await _go(page, f"{url}/licenses?dialog=import")
    file = license_file(demo.files["growth.lic"])
    await page.locator("dialog input[type=file]").set_input_files([file])
    await expect(page.get_by_role("table", name="Altered licenses")).to_be_visible()
    await _shoot(page, "import-preview")
    await _remove(page, url)
    await _shoot(page, "remove-superfluous-licenses")
    await page.emulate_media(color_scheme="dark")
    await _shoot(page, "remove-superfluous-licenses-dark")
    await _go(page, f"{url}/licenses")
    await _shoot(page, "licenses-dark")
    await page.emulate_media(color_scheme="light")
    await _go(page, f"{url}/graphql")
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("query SeeLicenses")
    await page.get_by_role("button", name="Execute").first.click()
    await expect(page.locator(".graphiql-response")).to_contain_text("SuperOffice AS")
    await _shoot(page, "graphiql")
    phone = await _open(browser, url, locale="nb-NO", viewport={"width": 390, "height": 780})
    await _enter(phone)
    await _go(phone, f"{url}/licenses")
    await _shoot(phone, "licenses-phone-norwegian", width=390)


async def take_trial(browser: Browser, url: str, demo: Demo) -> None:
    """Take the screenshots that only a trial shows."""
    page = await _open(browser, url)
    await _enter(page)
    await _go(page, f"{url}/licenses?dialog=convert")
    await _shoot(page, "become-a-customer")


async def _issue_token(page: Page, url: str) -> None:
    await _go(page, f"{url}/api-tokens")
    await page.get_by_role("button", name="New token").click()
    await page.get_by_label("Name").fill("Monthly report")
    await page.get_by_label("Read licenses").check()
    await page.get_by_role("button", name="Create").click()
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_role("row").filter(has_text="Monthly report")).to_be_visible()


async def _create_webhook(page: Page, url: str) -> None:
    async with endpoint() as address:
        await _go(page, f"{url}/webhooks")
        await page.get_by_role("button", name="New webhook").click()
        await page.get_by_label("Name").fill("ERP")
        await page.get_by_label("Address").fill(address.url)
        await page.get_by_role("button", name="Create").click()
        await page.get_by_role("button", name="Done").click()
        await page.get_by_role("button", name="Deliveries").click()
        for status, said in ((500, "answered with status 500"), (204, "Delivered")):
            address.status = status
            await page.get_by_role("button", name="Send test event").click()
            await expect(page.get_by_role("table", name="Deliveries")).to_contain_text(said)


async def _create_demo(url: str, *, trial: bool, license_server: str | None) -> Demo:
    await migrate(url)
    EXECUTOR_CACHE.clear()
    await Tortoise.init(config=tortoise_config(url))
    try:
        demo = await fill(PASSWORD, trial=trial)
        await Vendor.filter(key="nordsync").update(license_server=license_server)
        return demo
    finally:
        await Tortoise.close_connections()


async def _open(browser: Browser, url: str, **options: object) -> Page:
    given = {"locale": "en-GB", "viewport": {"width": 1120, "height": 760}, "reduced_motion": "reduce", **options}
    context = await browser.new_context(**given)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(url)
    return page


async def _enter(page: Page) -> None:
    await sign_in(page)
    await expect(page.locator("input[name=password]")).to_have_count(0)


async def _go(page: Page, url: str) -> None:
    await page.goto(url)
    await page.wait_for_load_state("networkidle")


async def _remove(page: Page, url: str) -> None:
    await _go(page, f"{url}/licenses?dialog=surplus&license=superoffice.ten-sales")
    await page.get_by_role("button", name="Suggest").click()
    await page.get_by_role("button", name="Deselect Magnus Halvorsen").click()


async def _shoot(page: Page, name: str, *, width: int = 1120, height: int = 760) -> None:
    await page.set_viewport_size({"width": width, "height": height})
    picture = await _as_webp(page, await page.screenshot())
    (IMAGES / f"{name}.webp").write_bytes(picture)
    print(f"{name}.webp, {len(picture) // 1024} KB")


async def _as_webp(page: Page, png: bytes) -> bytes:
    """Return the screenshot as WebP at a third of its size, converted by the browser."""
    blank = await page.context.new_page()
    url: str = await blank.evaluate(
        """async png => {
          const image = await createImageBitmap(await (await fetch(png)).blob());
          const canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [image.width, image.height];
          canvas.getContext("2d").drawImage(image, 0, 0);
          return canvas.toDataURL("image/webp", 0.9);
        }""",
        f"data:image/png;base64,{b64encode(png).decode()}",
    )
    await blank.close()
    return b64decode(url.partition(",")[2])


if __name__ == "__main__":
    asyncio.run(take_every_screen(Path(sys.argv[1])) if sys.argv[1:] else take_all())
