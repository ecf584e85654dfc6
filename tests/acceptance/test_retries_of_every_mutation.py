"""Every mutation of the schema has one effect, or one rejection, per `Idempotency-Key`."""

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
from tests.support.api_client import Client, codes
from tests.support.demo_server import RunningServer, listening
from tests.support.demo_vendor import CONVERSION, Vendor, publish_purchase, served
from tests.support.idempotent_requests import send
from tests.support.operations import CREATE_TOKEN, IMPORT, PENDING, VENDORS
from tests.support.schema_fields import selection
from tests.support.seats import find_holders

CREATE_WEBHOOK = """
mutation Create($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } userErrors { code } } }
"""
MUTATION = schema._schema.mutation_type
assert MUTATION
FIELDS = sorted(MUTATION.fields.keys() - IGNORED_BY)
RETURNING_SECRETS = {"createApiToken", "createWebhook", "updateWebhook"}
"""Mutations that return a secret, only in the first response."""
CHANGED_TABLES = {"sendTestEvent": "WebhookDelivery"}
"""The model that shows the effect of a mutation that records no audit event."""
UNKNOWN = 999_999
CONCURRENCY = 5


class MutationInputs:
    """The input of each mutation, by a method of its name that prepares what it needs."""

    def __init__(self, inga: Client, server: RunningServer, vendor: Vendor, endpoint: str) -> None:
        self.inga, self.server, self.vendor, self.endpoint = inga, server, vendor, endpoint

    async def activateLicenses(self) -> dict[str, Any]:
        [change_set] = await self.inga.run(PENDING)
        license, users = await find_holders(self.inga)
        return {"changeSetId": change_set["id"], "revocations": [{"licenseId": license, "userIds": users[:3]}]}

    async def rejectPendingChanges(self) -> dict[str, Any]:
        [change_set] = await self.inga.run(PENDING)
        return {"changeSetId": change_set["id"], "reason": "We bought 21"}

    async def acknowledgeChangeSet(self) -> dict[str, Any]:
        imported = await self.inga.run(IMPORT, input={"file": {"text": self.server.demo.files["growth.lic"]}})
        await ChangeSet.filter(outcome="ACTIVATED").update(outcome="AUTO_ACTIVATED")
        return {"changeSetId": imported["changeSet"]["id"]}

    async def revokeUserLicenses(self) -> dict[str, Any]:
        license, users = await find_holders(self.inga)
        return {"licenseId": license, "userIds": users[:2]}

    async def assignUserLicenses(self) -> dict[str, Any]:
        license, _ = await find_holders(self.inga, "superoffice.visible-for")
        return {"licenseId": license, "userIds": (await find_holders(self.inga))[1][:2]}

    async def reassignUserLicenses(self) -> dict[str, Any]:
        source, users = await find_holders(self.inga)
        target, _ = await find_holders(self.inga, "superoffice.ten-service")
        return {"fromLicenseId": source, "toLicenseId": target, "userIds": users[:2]}

    async def importLicenseFile(self) -> dict[str, Any]:
        return {"file": {"text": self.server.demo.files["growth.lic"]}}

    async def checkForLicenseChanges(self) -> dict[str, Any]:
        self.vendor.publish(served(self.server, self.vendor, "growth.lic"), self.server.demo.serial_number)
        return {"vendorId": (await self.inga.run(VENDORS))["vendors"][0]["id"]}

    async def convertDemo(self) -> dict[str, Any]:
        publish_purchase(self.server, self.vendor)
        return CONVERSION

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
        """Return an input with which a mutation has an effect."""
        given: dict[str, Any] = await getattr(self, field)()
        return given

    async def rejected_input(self, field: str) -> dict[str, Any]:
        """Return an input that is rejected because of what is stored."""
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
    """Whether the mutation requires a trial."""
    return bool(request.node.callspec.params["field"] == "convertDemo")


@pytest.fixture
def webhook_hosts() -> frozenset[str]:
    """The endpoint's host."""
    return frozenset({"127.0.0.1"})


@pytest.fixture
async def endpoint() -> AsyncIterator[str]:
    """The URL of an endpoint that accepts webhooks."""

    async def receive(request: Request) -> Response:
        return Response(status_code=204)

    async with listening(lambda _: Starlette(routes=[Route("/readyz", receive, methods=["GET", "POST"])])) as url:
        yield f"{url}/readyz"


@pytest.fixture
def inputs(inga: Client, server: RunningServer, vendor: Vendor, endpoint: str) -> MutationInputs:
    """The inputs of all mutations."""
    return MutationInputs(inga, server, vendor, endpoint)


def operation(field: str) -> str:
    """Return a mutation that selects its whole payload except `query`."""
    assert MUTATION
    definition = MUTATION.fields[field]
    type_ = definition.args["input"].type
    assert isinstance(type_, GraphQLNonNull)
    return f"mutation ($input: {type_}) {{ {field}(input: $input) {selection(definition.type, 1)} }}"


async def tables() -> dict[str, list[dict[str, Any]]]:
    """Return every row by model, except sessions, whose last use changes with each request."""
    stored = {name: model for name, model in Tortoise.apps["models"].items() if name != "Session"}
    return {name: await model.all().order_by("id").values() for name, model in stored.items()}


@pytest.mark.parametrize("field", FIELDS)
async def test_repeated_mutation_has_one_effect(inputs: MutationInputs, field: str) -> None:
    input = await inputs.input(field)
    before = await tables()

    answers = await asyncio.gather(
        *(send(inputs.inga, "key", operation(field), input=input) for _ in range(CONCURRENCY))
    )
    after = await tables()
    answers.append(await send(inputs.inga, "key", operation(field), input=input))

    if field in RETURNING_SECRETS:
        assert len([secret for one in answers if (secret := one["data"][field].pop("secret"))]) == 1
    assert answers == answers[:1] * (CONCURRENCY + 1)
    assert codes(answers[0]["data"][field]) == []
    assert {name for name in after if after[name] != before[name]} >= {
        CHANGED_TABLES.get(field, "AuditEvent"),
        "IdempotencyKey",
    }
    assert await tables() == after


@pytest.mark.parametrize("field", FIELDS)
async def test_repeated_rejection_is_replayed(inputs: MutationInputs, field: str) -> None:
    input = await inputs.rejected_input(field)

    first = await send(inputs.inga, "key", operation(field), input=input)
    after = await tables()
    second = await send(inputs.inga, "key", operation(field), input=input)

    assert len(codes(first["data"][field])) == 1
    assert second == first
    assert await tables() == after
    assert await IdempotencyKey.all().count() == 1
