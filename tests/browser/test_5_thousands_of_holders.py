"""The removal dialog handles five thousand holders of a license that will have eighteen seats."""

from datetime import UTC, datetime
from time import perf_counter

import pytest
from playwright.async_api import Page, expect

from licensing.enums import UserKind
from models.assignment import Assignment
from models.db.assignment_copies import repair_copies
from models.license import License
from models.user import User, derived_columns
from tests.browser.screens import row

HOLDERS = 5_000
BATCH_SIZE = 1_000
"""The maximum number of users of one revocation."""
TIMEOUT = 3.0
"""Seconds allowed, also on a busy machine."""


@pytest.fixture
async def many_users(server) -> None:
    """Create users who hold Sales Premium and have never signed in."""
    license = await License.get(key="superoffice.ten-sales")
    own = {"installation_id": license.installation_id}
    people = [(f"Number {n:04}", f"n{n}") for n in range(HOLDERS)]
    keys = {"email": None, "group": None, "role": None, "last_login_at": None}
    users = [
        User(
            **own,
            name=name,
            login=login,
            kind=UserKind.EMPLOYEE.value,
            **derived_columns(name=name, login=login, **keys),
        )
        for name, login in people
    ]
    await User.bulk_create(users, batch_size=500)
    made = await User.filter(login_key__in=[login for _, login in people[:1]]).first()
    assert made
    given = {"assigned_at": datetime.now(UTC), "assigned_by_kind": "SYSTEM", "assigned_by_name": "command line"}
    await Assignment.bulk_create(
        [Assignment(**own, license_id=license.id, user_id=made.id + n, is_plan=True, **given) for n in range(HOLDERS)],
        batch_size=500,
    )
    await repair_copies(license.installation_id)
    seats = license.in_use + HOLDERS
    await License.filter(id=license.id).update(total=seats, in_use=seats)


async def test_removal_dialog_handles_five_thousand_holders(many_users: None, inga: Page):
    await row(inga, "User licenses", "Sales Premium").get_by_role("link", name="Sales Premium").click()
    removal = inga.get_by_role("dialog")
    left = removal.locator("dd").nth(2)
    await expect(left).to_have_text("5,003")
    await expect(removal.get_by_text("50 of 5,021")).to_be_visible()

    begun = perf_counter()
    await removal.get_by_role("button", name="Suggest").click()
    await expect(left).to_have_text("4,003")
    await removal.get_by_role("searchbox").fill("Number 4999")
    await expect(removal.get_by_role("checkbox", name="Number 4999")).to_be_visible()
    await removal.get_by_role("searchbox").fill("")
    await removal.get_by_role("button", name="Next").click()
    await expect(removal.get_by_role("checkbox", name="Number 0060")).to_be_visible()
    assert perf_counter() - begun < TIMEOUT

    await removal.get_by_role("button", name="OK").click()
    await expect(removal.locator("dd").first).to_have_text("4,021")
    await expect(removal.get_by_role("list", name="Selected")).to_have_count(0)
