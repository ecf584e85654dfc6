"""Every mutation of the schema, sent several times with one `Idempotency-Key`, has one effect or one refusal."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import GraphQLNonNull
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tortoise import Tortoise

from models.change_set import ChangeSet
from models.idempotency import IdempotencyKey
from schema.build import schema
from schema.relay.node import global_id
from server.graphql.idempotency import IGNORED_BY
from tests.acceptance.conftest import Client, Running, Vendor, codes, listening
from tests.acceptance.operations import IMPORT, PENDING, VENDORS
from tests.acceptance.test_3_licenses_update_themselves import served
from tests.acceptance.test_8_become_a_customer import NEW, on_sale
from tests.acceptance.test_retries import CREATE_TOKEN, holders, send
from tests.schema.test_tenant_isolation import selection

CREATE_WEBHOOK = """
mutation Create($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } userErrors { code } } }
"""
MUTATION = schema._schema.mutation_type
assert MUTATION
FIELDS = sorted(MUTATION.fields.keys() - IGNORED_BY)
SHOWN_ONCE = {"createApiToken", "createWebhook", "updateWebhook"}
"""Mutations that tell a secret."""
CHANGES = {"sendTestEvent": "WebhookDelivery"}
"""What else than the audit log shows the effect of a mutation."""
UNKNOWN = 999_999
AT_ONCE = 5


class Story:
    """For each mutation what makes it possible, and its input: a mutation without one fails its tests."""

    def __init__(self, inga: Client, server: Running, vendor: Vendor, endpoint: str) -> None:
        self.inga, self.server, self.vendor, self.endpoint = inga, server, vendor, endpoint

    async def activateLicenses(self) -> dict[str, Any]:
        [change_set] = await self.inga.run(PENDING)
        license, users = await holders(self.inga)
        return {"changeSetId": change_set["id"], "revocations": [{"licenseId": license, "userIds": users[:3]}]}

    async def rejectPendingChanges(self) -> dict[str, Any]:
        [change_set] = await self.inga.run(PENDING)
        return {"changeSetId": change_set["id"], "reason": "We bought 21"}

    async def acknowledgeChangeSet(self) -> dict[str, Any]:
        imported = await self.inga.run(IMPORT, input={"file": {"text": self.server.demo.files["growth.lic"]}})
        await ChangeSet.filter(outcome="ACTIVATED").update(outcome="AUTO_ACTIVATED")
        return {"changeSetId": imported["changeSet"]["id"]}

    async def revokeUserLicenses(self) -> dict[str, Any]:
        license, users = await holders(self.inga)
        return {"licenseId": license, "userIds": users[:2]}

    async def assignUserLicenses(self) -> dict[str, Any]:
        license, _ = await holders(self.inga, "superoffice.visible-for")
        return {"licenseId": license, "userIds": (await holders(self.inga))[1][:2]}

    async def reassignUserLicenses(self) -> dict[str, Any]:
        source, users = await holders(self.inga)
        target, _ = await holders(self.inga, "superoffice.ten-service")
        return {"fromLicenseId": source, "toLicenseId": target, "userIds": users[:2]}

    async def importLicenseFile(self) -> dict[str, Any]:
        return {"file": {"text": self.server.demo.files["growth.lic"]}}

    async def checkForLicenseChanges(self) -> dict[str, Any]:
        self.vendor.publish(served(self.server, self.vendor, "growth.lic"), self.server.demo.serial_number)
        return {"vendorId": (await self.inga.run(VENDORS))["vendors"][0]["id"]}

    async def convertDemo(self) -> dict[str, Any]:
        on_sale(self.server, self.vendor)
        return NEW

    async def updateVendor(self) -> dict[str, Any]:
        return {"vendorId": (await self.inga.run(VENDORS))["vendors"][0]["id"], "activationPolicy": "MANUAL"}

    async def createApiToken(self) -> dict[str, Any]:
        return {"name": "Sync", "scopes": ["LICENSES_READ"]}

    async def revokeApiToken(self) -> dict[str, Any]:
        created = await self.inga.run(CREATE_TOKEN, input={"name": "Sync", "scopes": ["LICENSES_READ"]})
        return {"apiTokenId": created["apiToken"]["id"]}

    async def createWebhook(self) -> dict[str, Any]:
        return {"name": "ERP", "url": self.endpoint}

    async def updateWebhook(self) -> dict[str, Any]:
        created = await self.inga.run(CREATE_WEBHOOK, input=await self.createWebhook())
        return {"webhookId": created["webhook"]["id"], "rotateSecret": True}

    async def deleteWebhook(self) -> dict[str, Any]:
        return {"webhookId": (await self.updateWebhook())["webhookId"]}

    async def sendTestEvent(self) -> dict[str, Any]:
        return await self.deleteWebhook()

    async def input(self, field: str) -> dict[str, Any]:
        """The input with which a mutation does something."""
        given: dict[str, Any] = await getattr(self, field)()
        return given

    async def refused_input(self, field: str) -> dict[str, Any]:
        """One that depends on what is stored, and that is refused."""
        other: dict[str, dict[str, Any]] = {
            "importLicenseFile": {"file": {"text": "Hello"}},
            "convertDemo": {"serialNumber": "9999999999"},
            "createWebhook": {"vendorId": global_id("Vendor")(UNKNOWN)},
            "createApiToken": {"vendorId": global_id("Vendor")(UNKNOWN)},
        }
        given = await self.input(field)
        unknown = {name: global_id(name[0].upper() + name[1:-2])(UNKNOWN) for name in given if name.endswith("Id")}
        return {**given, **other.get(field, unknown)}


@pytest.fixture
def is_trial(request: pytest.FixtureRequest) -> bool:
    """Only a trial can be converted."""
    return bool(request.node.callspec.params["field"] == "convertDemo")


@pytest.fixture
def webhook_hosts() -> frozenset[str]:
    """The endpoint's."""
    return frozenset({"127.0.0.1"})


@pytest.fixture
async def endpoint() -> AsyncIterator[str]:
    """Where webhooks are received."""

    async def receive(request: Request) -> Response:
        return Response(status_code=204)

    async with listening(lambda _: Starlette(routes=[Route("/readyz", receive, methods=["GET", "POST"])])) as url:
        yield f"{url}/readyz"


@pytest.fixture
def story(inga: Client, server: Running, vendor: Vendor, endpoint: str) -> Story:
    """What makes mutations possible."""
    return Story(inga, server, vendor, endpoint)


def operation(field: str) -> str:
    """The mutation, with all that its payload has but `query`."""
    assert MUTATION
    definition = MUTATION.fields[field]
    type_ = definition.args["input"].type
    assert isinstance(type_, GraphQLNonNull)
    return f"mutation ($input: {type_}) {{ {field}(input: $input) {selection(definition.type, 1)} }}"


async def tables() -> dict[str, list[dict[str, Any]]]:
    """Every row of the database, but for when sessions were last used."""
    stored = {name: model for name, model in Tortoise.apps["models"].items() if name != "Session"}
    return {name: await model.all().order_by("id").values() for name, model in stored.items()}


@pytest.mark.parametrize("field", FIELDS)
async def test_it_has_one_effect(story: Story, field: str) -> None:
    input = await story.input(field)
    before = await tables()

    answers = await asyncio.gather(*(send(story.inga, "key", operation(field), input=input) for _ in range(AT_ONCE)))
    after = await tables()
    answers.append(await send(story.inga, "key", operation(field), input=input))

    if field in SHOWN_ONCE:
        assert len([secret for one in answers if (secret := one["data"][field].pop("secret"))]) == 1
    assert answers == answers[:1] * (AT_ONCE + 1)
    assert codes(answers[0]["data"][field]) == []
    assert {name for name in after if after[name] != before[name]} >= {
        CHANGES.get(field, "AuditEvent"),
        "IdempotencyKey",
    }
    assert await tables() == after


@pytest.mark.parametrize("field", FIELDS)
async def test_it_is_refused_once(story: Story, field: str) -> None:
    input = await story.refused_input(field)

    first = await send(story.inga, "key", operation(field), input=input)
    after = await tables()
    second = await send(story.inga, "key", operation(field), input=input)

    assert len(codes(first["data"][field])) == 1
    assert second == first
    assert await tables() == after
    assert await IdempotencyKey.all().count() == 1
