"""Administrators sign in and out and manage API tokens."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

from tests.browser.screens import sign_in
from tests.support.api_client import Client
from tests.support.demo_server import RunningServer


async def test_wrong_password_shows_a_message(page: Page):
    await sign_in(page, "not the password")
    await expect(page.get_by_role("alert")).to_contain_text("password")
    await expect(page.get_by_label("Login")).to_have_value("inga")

    await sign_in(page)
    await expect(page.get_by_role("heading", name="Licenses", exact=True)).to_be_visible()


async def test_signing_out_clears_the_page(inga: Page):
    await inga.get_by_role("button", name="Sign out").click()

    await expect(inga.get_by_role("heading", name="Sign in")).to_be_visible()
    await inga.go_back()
    await expect(inga.get_by_text("Sales Premium")).to_have_count(0)


async def test_deep_link_is_followed_after_sign_in(
    open_browser: Callable[..., Awaitable[Page]],
):
    page = await open_browser("/licenses?vendor=nordsync")
    await sign_in(page)
    await expect(page.get_by_role("rowheader", name="NordSync Connector")).to_be_visible()


async def test_api_token_is_created_used_and_revoked(inga: Page, server: RunningServer):
    await inga.get_by_role("link", name="API tokens").click()
    await inga.get_by_role("button", name="New token").click()
    dialog = inga.get_by_role("dialog", name="New token")
    await dialog.get_by_label("Name").fill("Monthly report")
    await dialog.get_by_role("button", name="Create").click()
    await expect(dialog.get_by_role("group", name="Permissions").get_by_role("alert")).to_contain_text("scope")
    await dialog.get_by_label("Read licenses").check()
    await dialog.get_by_role("button", name="Create").click()

    secret = await inga.get_by_role("dialog", name="Token created").locator("output").inner_text()
    await inga.get_by_role("button", name="Done").click()
    program = Client(server.url, token=secret)
    assert (await program.run("{ installation { serialNumber } }")) == {"serialNumber": "1204417838"}

    await inga.get_by_role("row").filter(has_text="Monthly report").get_by_role("button", name="Revoke").click()
    await inga.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    await expect(inga.get_by_text("There are no API tokens.")).to_be_visible()
    await program.http.aclose()


async def test_audit_log_lists_sign_in_and_tokens(inga: Page):
    await inga.get_by_role("link", name="Audit log").click()
    await inga.get_by_label("Action").select_option(label="Signed in")

    await expect(inga.get_by_role("table", name="1 event")).to_contain_text("Inga Solheim")
