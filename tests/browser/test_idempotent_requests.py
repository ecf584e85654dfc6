"""What an administrator does is done once, also where the answer never arrives."""

import json

from playwright.async_api import Page, Request, Route, expect

from tests.acceptance.conftest import Client


async def test_each_action_has_a_key_of_its_own_that_its_repetition_keeps(inga: Page, elsewhere: Client):
    sent: list[tuple[str, str | None]] = []

    def note(request: Request) -> None:
        if request.method == "POST" and "mutation" in (request.post_data or ""):
            operation = json.loads(request.post_data or "")["operationName"]
            sent.append((operation, request.headers.get("idempotency-key")))

    async def lose_the_answer(route: Route) -> None:
        await route.fetch()
        await route.abort()

    inga.on("request", note)
    await inga.get_by_role("link", name="API tokens").click()
    await inga.get_by_role("button", name="New token").click()
    dialog = inga.get_by_role("dialog", name="New token")
    await dialog.get_by_label("What is it for?").fill("Monthly report")
    await dialog.get_by_label("Read licenses").check()
    await inga.route("**/graphql", lose_the_answer, times=1)
    await dialog.get_by_role("button", name="Issue").click()
    await expect(dialog.get_by_role("alert").filter(has_text="could not be reached")).to_be_visible()

    await dialog.get_by_role("button", name="Issue").click()

    await expect(dialog.get_by_role("alert").filter(has_text="its secret got lost on the way")).to_be_visible()
    assert await elsewhere.run("{ apiTokens { name } }") == [{"name": "Monthly report"}]
    await dialog.get_by_role("button", name="Issue").click()
    await expect(inga.get_by_role("dialog", name="Token issued")).to_be_visible()
    assert len(await elsewhere.run("{ apiTokens { name } }")) == 2
    (first, first_key), (second, second_key), (third, third_key) = sent
    assert first == second == third == "CreateApiToken"
    assert first_key and first_key == second_key != third_key
