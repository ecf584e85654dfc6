"""A call that is sent again with its `Idempotency-Key`, because nobody knows what became of it, has one effect."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from models import ApiToken, AuditEvent
from tests.stories.conftest import Client, Running
from tests.stories.operations import ACTIVATE, IMPORT, PENDING, REVOKE

CREATE_TOKEN = """
mutation CreateToken($input: CreateApiTokenInput!) {
  createApiToken(input: $input) { apiToken { id name } secret userErrors { code message path } }
}
"""
SEATS = """
query Seats($key: String!) { license(key: $key) { id seats { inUse } assignments { nodes { blocker user { id } } } } }
"""
TIMES = 50

Send = Callable[..., Awaitable[dict[str, Any]]]


async def send(client: Client, key: str, operation: str, **variables: Any) -> dict[str, Any]:
    """The whole answer to a call with a key."""
    sent = {"query": operation, "variables": variables}
    answer: dict[str, Any] = (await client.http.post("/graphql", json=sent, headers={"Idempotency-Key": key})).json()
    return answer


async def send_file(client: Client, key: str, content: bytes) -> dict[str, Any]:
    """The whole answer to an import, by multipart, with a key."""
    operations = {"query": IMPORT, "variables": {"input": {"file": {"upload": None}}}}
    response = await client.http.post(
        "/graphql",
        data={"operations": json.dumps(operations), "map": json.dumps({"0": ["variables.input.file.upload"]})},
        files={"0": ("license.lic", content)},
        headers={"Idempotency-Key": key},
    )
    answer: dict[str, Any] = response.json()
    return answer


async def at_once(call: Callable[[], Awaitable[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The different answers to equal calls in parallel."""
    answers = await asyncio.gather(*(call() for _ in range(TIMES)))
    assert len(answers) == TIMES
    return [answer for number, answer in enumerate(answers) if answer not in answers[:number]]


async def events() -> int:
    """How many there are."""
    return await AuditEvent.all().count()


async def holders(client: Client, license_key: str = "superoffice.ten-sales") -> tuple[str, list[str]]:
    """The license's ID, and those of the users from whom it can be taken."""
    license = await client.run(SEATS, key=license_key)
    return license["id"], [one["user"]["id"] for one in license["assignments"]["nodes"] if not one["blocker"]]


async def test_of_fifty_revocations_one_takes_the_license(inga: Client) -> None:
    license, users = await holders(inga, "superoffice.visible-for")
    before = await events()

    different = await at_once(lambda: send(inga, "key", REVOKE, input={"licenseId": license, "userIds": users}))

    [answer] = different
    assert [one["outcome"] for one in answer["data"]["revokeUserLicenses"]["results"]] == ["REVOKED"] * len(users)
    assert await events() - before == len(users)


async def test_of_fifty_activations_one_activates(inga: Client) -> None:
    [change_set] = await inga.run(PENDING)
    license, users = await holders(inga)
    blocked = {"licenseId": license, "userIds": users[:3]}
    before = await events()

    input = {"changeSetId": change_set["id"], "revocations": [blocked]}
    different = await at_once(lambda: send(inga, "key", ACTIVATE, input=input))

    [answer] = different
    assert answer["data"]["activateLicenses"]["changeSet"]["status"] == "ACTIVATED"
    assert await events() - before == 3 + 1


@pytest.mark.parametrize("form", ["text", "upload"])
async def test_of_fifty_imports_one_imports(inga: Client, server: Running, form: str) -> None:
    content = server.demo.files["growth.lic"]
    before = await events()

    def call() -> Awaitable[dict[str, Any]]:
        if form == "text":
            return send(inga, "key", IMPORT, input={"file": {"text": content}})
        return send_file(inga, "key", content.encode())

    [answer] = await at_once(call)

    assert answer["data"]["importLicenseFile"]["changeSet"]["status"] == "ACTIVATED"
    actions = await AuditEvent.all().order_by("position").offset(before).values_list("action", flat=True)
    assert actions == ["CHANGE_SET_SUPERSEDED", "CHANGE_SET_RECEIVED", "LICENSES_ACTIVATED"]


async def test_of_fifty_tokens_one_is_issued_and_its_secret_told_once(inga: Client) -> None:
    input = {"name": "Sync", "scopes": ["LICENSES_READ"]}

    answers = await asyncio.gather(*(send(inga, "key", CREATE_TOKEN, input=input) for _ in range(TIMES)))

    payloads = [answer["data"]["createApiToken"] for answer in answers]
    assert len({payload["apiToken"]["id"] for payload in payloads}) == 1
    assert sorted(payload["secret"] is not None for payload in payloads) == [False] * (TIMES - 1) + [True]
    assert await ApiToken.all().count() == 1
