"""Actions in the console have one effect, also if the response is lost."""

import json

from playwright.async_api import Page, Request, Route, expect

from tests.support.api_client import Client


async def test_repeated_request_keeps_its_idempotency_key(inga: Page, elsewhere: Client):
    sent: list[tuple[str, str | None]] = []

    def note(request: Request) -> None:
        if request.method == "POST" and "mutation" in (request.post_data or ""):
            operation = json.loads(request.post_data or "")["operationName"]
            sent.append((operation, request.headers.get("idempotency-key")))

    async def drop_response(route: Route) -> None:
        await route.fetch()
        await route.abort()

    inga.on("request", note)
    await inga.get_by_role("link", name="API tokens").click()
    await inga.get_by_role("button", name="New token").click()
    dialog = inga.get_by_role("dialog", name="New token")
    await dialog.get_by_label("Name").fill("Monthly report")
    await dialog.get_by_label("Read licenses").check()
    await inga.route("**/graphql", drop_response, times=1)
    await dialog.get_by_role("button", name="Create").click()
    await expect(dialog.get_by_role("alert").filter(has_text="could not be reached")).to_be_visible()

    await dialog.get_by_role("button", name="Create").click()

    await expect(dialog.get_by_role("alert").filter(has_text="the response with its secret was lost")).to_be_visible()
    assert await elsewhere.run("{ apiTokens { name } }") == [{"name": "Monthly report"}]
    await dialog.get_by_role("button", name="Create").click()
    await expect(inga.get_by_role("dialog", name="Token created")).to_be_visible()
    assert len(await elsewhere.run("{ apiTokens { name } }")) == 2
    (first, first_key), (second, second_key), (third, third_key) = sent
    assert first == second == third == "CreateApiToken"
    assert first_key and first_key == second_key != third_key
