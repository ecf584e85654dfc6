"""Superfluous licenses are removed and new licenses are activated, as the help page describes."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.screens import open_removal, row
from tests.support.api_client import Client


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_surplus_is_removed_and_activated(page: Page, server):
    await page.get_by_label("Login").fill("inga")
    await page.get_by_label("Password").fill("three seats too many")
    await page.get_by_role("button", name="Sign in").click()

    sales = row(page, "User licenses", "Sales Premium")
    await expect(sales).to_contain_text("3 too many")
    await page.get_by_role("link", name="Activate new license", exact=True).click()

    review = page.get_by_role("dialog", name="Activate new license")
    await expect(review.get_by_role("row")).to_have_count(1 + 4)
    await expect(review.get_by_role("button", name="Activate")).to_be_disabled()
    await expect(review).to_contain_text("remove the license from 3 users before you activate.")
    await review.get_by_role("link", name="Sales Premium").click()

    removal = page.get_by_role("dialog", name="Remove superfluous licenses")
    left = removal.locator("dd").nth(2)
    await expect(removal.locator("dd").first).to_have_text("21")
    await expect(removal.locator("dd").nth(1)).to_have_text("18")
    await expect(left).to_have_text("3")
    await expect(removal.get_by_role("checkbox", name="Astrid Moen")).to_be_disabled()
    await expect(removal.get_by_role("row", name="Astrid Moen")).to_contain_text("owns open requests")
    for name, still in (("Tuva Nygård", "2"), ("Magnus Halvorsen", "1"), ("Per Haugen", "0Enough")):
        await removal.get_by_role("checkbox", name=name).check()
        await expect(left).to_have_text(still)
    await removal.get_by_role("button", name="OK").click()

    await expect(review).to_be_visible()
    await review.get_by_role("button", name="Activate").click()

    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_text("The new licenses from SuperOffice AS are activated.")).to_be_visible()
    await expect(page.get_by_text("Up to date").first).to_be_visible()
    await expect(sales.get_by_role("cell")).to_contain_text(["18", "18", "0"])
    await expect(page.get_by_role("list").get_by_text("AI: Chatbot")).to_be_visible()
    await expect(page.get_by_text("Projects (free)")).to_have_count(0)

    await page.get_by_role("navigation", name="Vendors").get_by_role("link", name="Status").click()
    await expect(row(page, "Vendors", "SuperOffice AS")).to_contain_text("Up to date")


async def test_suggestion_selects_the_least_active_users(inga: Page):
    await open_removal(inga)

    await inga.get_by_role("button", name="Suggest").click()

    ticked = inga.get_by_role("list", name="Selected")
    await expect(ticked.get_by_role("listitem")).to_have_count(3)
    await expect(ticked).to_contain_text("Henrik Virtanen")
    await ticked.get_by_role("button", name="Deselect Henrik Virtanen").click()
    await expect(ticked.get_by_role("listitem")).to_have_count(2)
    await expect(inga.get_by_role("dialog").locator("dd").nth(2)).to_have_text("1")


async def test_selection_is_kept_while_searching(inga: Page):
    await open_removal(inga)
    removal = inga.get_by_role("dialog")
    await removal.get_by_role("checkbox", name="Per Haugen").check()

    await removal.get_by_role("searchbox", name="Search users").fill("tobias")

    await expect(removal.get_by_role("checkbox", name="Tobias Eide")).to_be_visible()
    await expect(removal.get_by_role("checkbox", name="Per Haugen")).to_have_count(0)
    await expect(removal.get_by_role("list", name="Selected")).to_contain_text("Per Haugen")


async def test_users_move_to_another_plan_on_activation(inga: Page):
    await open_removal(inga)
    removal = inga.get_by_role("dialog")
    await removal.get_by_label("Action").select_option("superoffice.ten-service")
    for name in ("Astrid Moen", "Tuva Nygård", "Per Haugen"):
        await removal.get_by_role("checkbox", name=name).check()
    await removal.get_by_role("button", name="OK").click()

    review = inga.get_by_role("dialog", name="Activate new license")
    await expect(review).to_contain_text("will move to Service Premium on activation")
    await expect(row(inga, "User licenses", "Sales Premium").get_by_role("cell").first).to_have_text("21")
    await review.get_by_role("button", name="Activate").click()

    await expect(inga.get_by_role("dialog")).to_have_count(0)
    await expect(row(inga, "User licenses", "Sales Premium").get_by_role("cell").first).to_have_text("18")
    await expect(row(inga, "User licenses", "Service Premium").get_by_role("cell").first).to_have_text("8")


async def test_new_licenses_are_rejected_with_a_reason(inga: Page):
    await inga.get_by_role("link", name="Activate new license", exact=True).click()
    await inga.get_by_role("button", name="Reject").click()
    await inga.get_by_label("Reason").fill(" ")
    await inga.get_by_role("button", name="Reject new licenses").click()
    await expect(inga.get_by_role("alert").filter(has_text="blank")).to_be_visible()

    await inga.get_by_label("Reason").fill("We ordered 21 seats of Sales Premium.")
    await inga.get_by_role("button", name="Reject new licenses").click()

    await inga.get_by_role("link", name="New license rejected", exact=True).click()
    await expect(inga.get_by_role("dialog")).to_contain_text("We ordered 21 seats of Sales Premium.")


async def test_concurrent_rejection_is_shown(inga: Page, elsewhere: Client):
    await inga.get_by_role("link", name="Activate new license", exact=True).click()
    await expect(inga.get_by_role("table", name="Altered licenses")).to_be_visible()
    pending = await elsewhere.run("{ pendingChanges { id } }")

    await elsewhere.run(
        """mutation ($input: RejectPendingChangesInput!) {
          rejectPendingChanges(input: $input) { userErrors { code } }
        }""",
        input={"changeSetId": pending[0]["id"], "reason": "Wrong numbers."},
    )

    await expect(inga.get_by_role("dialog")).to_contain_text("No new licenses are awaiting activation.")
