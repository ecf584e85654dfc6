"""Changes by others appear immediately, and input survives the end of the session and a restart of the server."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Page, expect

from models.session import Session
from server.demo.installation import Demo
from tests.browser.screens import open_removal, row, sign_in
from tests.support.api_client import Client
from tests.support.processes import process
from tests.support.seats import revoke_from_per


async def test_changes_appear_in_other_browsers(inga: Page, open_browser: Callable[..., Awaitable[Page]]):
    other = await open_browser("/licenses")
    await sign_in(other)
    await expect(row(other, "User licenses", "Sales Premium")).to_contain_text("3 too many")

    await open_removal(inga)
    await inga.get_by_role("checkbox", name="Per Haugen").check()
    await inga.get_by_role("button", name="OK").click()

    await expect(row(other, "User licenses", "Sales Premium")).to_contain_text("2 too many")


async def test_dialog_input_survives_a_new_sign_in(inga: Page):
    await inga.get_by_role("link", name="Activate new license", exact=True).click()
    await inga.get_by_role("button", name="Reject").click()
    await inga.get_by_label("Reason").fill("We ordered 21 seats.")
    await Session.all().delete()

    # Not by mouse: the live connection may have ended first, and its dialog would cover the button.
    await inga.get_by_role("button", name="Reject new licenses").dispatch_event("click")
    again = inga.get_by_role("dialog", name="Sign in again")
    await expect(again).to_be_visible()
    await sign_in(inga)

    await expect(again).to_have_count(0)
    await inga.get_by_role("link", name="New license rejected", exact=True).click()
    await expect(inga.get_by_role("dialog")).to_contain_text("We ordered 21 seats.")


async def test_live_updates_resume_after_sign_in(inga: Page, elsewhere: Client):
    await open_removal(inga)
    await Session.filter(id=await first_session_id()).delete()
    await inga.get_by_role("button", name="Suggest").dispatch_event("click")
    await expect(inga.get_by_role("dialog", name="Sign in again")).to_be_visible()
    await sign_in(inga)
    await expect(inga.get_by_text("3 suggested")).to_be_visible()

    await revoke_from_per(elsewhere)

    await expect(inga.get_by_role("table", name="20 users hold Sales Premium")).to_be_visible()


async def first_session_id() -> int:
    """Return the ID of the oldest session, which is the browser's."""
    session = await Session.all().order_by("id").first()
    assert session
    id: int = session.id
    return id


async def test_lost_connection_is_shown_and_recovers(
    copied_demo: tuple[str, Demo], open_browser: Callable[..., Awaitable[Page]], elsewhere: Client, tmp_path: Path
):
    database_url, _ = copied_demo
    lost = "The connection to the server was lost."
    async with process(database_url, tmp_path) as (url, _):
        page = await open_browser(f"{url}/licenses")
        await sign_in(page)
        await open_removal(page)
        await page.get_by_role("checkbox", name="Tuva Nygård").check()
    await expect(page.get_by_text(lost)).to_be_attached()
    await revoke_from_per(elsewhere)

    async with process(database_url, tmp_path, port=urlsplit(url).port or 0):
        await expect(page.get_by_text(lost)).to_have_count(0)
        await expect(page.get_by_role("table", name="20 users hold Sales Premium")).to_be_visible()
        await expect(page.get_by_role("checkbox", name="Tuva Nygård")).to_be_checked()
        await page.get_by_role("button", name="OK").click()
        await expect(row(page, "User licenses", "Sales Premium")).to_contain_text("1 too many")
