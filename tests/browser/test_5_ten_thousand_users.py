"""The Users screen renders quickly with ten thousand users."""

from statistics import median

import pytest
from playwright.async_api import Page, expect

from licensing.enums import UserKind
from models.license import License
from models.user import User, derived_columns

USERS = 10_000
TIMEOUT = 0.2
"""Seconds allowed from the click to the rows."""
TRIES = 5

WAIT_FOR_ROWS = """name => new Promise(resolve => {
  const begun = performance.now();
  const look = () => document.querySelectorAll("tbody tr").length === 50 ? resolve(performance.now() - begun)
    : requestAnimationFrame(look);
  [...document.querySelectorAll("header nav a")].find(link => link.textContent === name).click();
  look();
})"""
"""Resolves to the milliseconds until the browser shows 50 rows."""


@pytest.fixture
async def many_users(server) -> None:
    """Ten thousand employees."""
    license = await License.get(key="superoffice.ten-sales")
    keys = {"email": None, "group": None, "role": None, "last_login_at": None}
    people = [(f"Number {n:05}", f"n{n}") for n in range(USERS)]
    await User.bulk_create(
        [
            User(
                installation_id=license.installation_id,
                kind=UserKind.EMPLOYEE.value,
                name=name,
                login=login,
                **derived_columns(name=name, login=login, **keys),
            )
            for name, login in people
        ],
        batch_size=500,
    )


async def test_users_screen_renders_ten_thousand_users_quickly(many_users: None, inga: Page):
    taken = []
    for _ in range(TRIES):
        await inga.goto("/api-tokens")
        await expect(inga.get_by_text("There are no API tokens.")).to_be_visible()
        taken.append(await inga.evaluate(WAIT_FOR_ROWS, "Users") / 1000)
        await expect(inga.get_by_text("50 of 10,053")).to_be_visible()

    assert median(taken) < TIMEOUT, taken
