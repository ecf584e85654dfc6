"""Users are listed by license on each tab of the Users screen, where licenses are assigned, changed and removed."""

from playwright.async_api import Page, expect

from tests.browser.screens import row


async def test_user_tabs_filter_by_license_type(inga: Page):
    await inga.get_by_role("link", name="Users").click()
    await expect(inga.get_by_role("table", name="53 users", exact=True)).to_be_visible()

    await inga.get_by_label("License type").select_option(label="Sales Premium")
    await expect(inga.get_by_role("table", name="21 users", exact=True)).to_be_visible()
    await inga.get_by_label("Can sign in").select_option(label="Cannot sign in")
    await expect(inga.get_by_role("table", name="1 user", exact=True)).to_contain_text("Henrik Virtanen")

    await inga.get_by_role("link", name="Other users").click()
    await expect(inga.get_by_role("table", name="6 users", exact=True)).to_be_visible()
    await inga.get_by_label("License type").select_option(label="System user")
    await expect(inga.get_by_role("table", name="1 user", exact=True)).to_contain_text("int-erp")


async def test_url_restores_the_view(inga: Page):
    await inga.goto("/users?license=superoffice.ten-sales")
    await inga.get_by_role("searchbox").fill("kari")
    await expect(inga.get_by_role("table", name="1 user", exact=True)).to_contain_text("Kari Nordby")
    await inga.get_by_role("button", name="Last sign-in").click()
    await expect(inga).to_have_url("/users?license=superoffice.ten-sales&search=kari&order=LAST_LOGIN_AT")

    await inga.reload()
    await expect(inga.get_by_role("table", name="1 user", exact=True)).to_contain_text("Kari Nordby")
    await expect(inga.get_by_role("searchbox")).to_have_value("kari")
    await inga.go_back()
    await expect(inga.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")


async def test_pages_go_forward_and_back(inga: Page):
    await inga.goto("/users")
    await expect(inga.get_by_text("50 of 53")).to_be_visible()
    await inga.get_by_role("button", name="Next").click()
    await expect(inga.get_by_text("3 of 53")).to_be_visible()
    await inga.get_by_role("button", name="Previous").click()
    await expect(inga.get_by_text("50 of 53")).to_be_visible()


async def test_license_is_assigned_changed_and_removed(inga: Page):
    await inga.goto("/users?search=torstein")
    torstein = inga.get_by_role("row").filter(has_text="torstein")
    actions = inga.get_by_role("form", name="Actions for selected users")

    ticked = inga.get_by_role("checkbox", name="Torstein Kvam")
    await ticked.check()
    await actions.get_by_label("New license").select_option(label="Marketing Premium")
    await actions.get_by_role("button", name="Assign").click()
    await expect(torstein).to_contain_text("Marketing Premium")

    await expect(ticked).not_to_be_checked()
    await ticked.check()
    await actions.get_by_label("Action").select_option(label="Move to another license")
    await actions.get_by_label("Current license").select_option(label="Marketing Premium")
    await actions.get_by_label("New license").select_option(label="Service Premium")
    await actions.get_by_role("button", name="Move").click()
    await expect(torstein).to_contain_text("Service Premium")

    await expect(ticked).not_to_be_checked()
    await ticked.check()
    await actions.get_by_label("Action").select_option(label="Remove license")
    await actions.get_by_label("Current license").select_option(label="Service Premium")
    await actions.get_by_role("button", name="Remove").click()
    question = inga.get_by_role("dialog", name="Remove Service Premium")
    await expect(question).to_contain_text("1 user loses Service Premium.")
    await question.get_by_role("button", name="Remove license").click()
    await expect(torstein).not_to_contain_text("Service Premium")


async def test_failed_assignment_shows_its_reason(inga: Page):
    await inga.goto("/users?search=torstein")
    await inga.get_by_role("checkbox", name="Torstein Kvam").check()
    actions = inga.get_by_role("form", name="Actions for selected users")
    await actions.get_by_label("New license").select_option(label="Sales Premium")

    await actions.get_by_role("button", name="Assign").click()

    await expect(actions.get_by_role("alert")).to_contain_text("Sales Premium has 0 seats left")
    await expect(inga.get_by_role("checkbox", name="Torstein Kvam")).to_be_checked()


async def test_license_holders_are_listed(inga: Page):
    await row(inga, "User licenses", "Service Premium").get_by_role("link", name="Service Premium").click()

    holders = inga.get_by_role("table", name="5 users hold Service Premium")
    await expect(holders).to_contain_text("owns open requests")
    await holders.get_by_role("checkbox", name="Hanna Mäkinen").check()
    await inga.get_by_role("button", name="Remove").click()
    await inga.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await expect(inga.get_by_role("alert").filter(has_text="Hanna Mäkinen keeps the license")).to_be_visible()
