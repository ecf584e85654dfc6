"""The details of an audit event are shown as translated texts instead of technical names."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from licensing.enums import ActivationPolicy, ApiScope, AuditAction, UserKind, UserStatus
from resolvers.context import Context, system_context
from resolvers.principals import COMMAND_LINE
from resolvers.unit_of_work import unit_of_work
from resolvers.users.directory_csv import ExportedUser, read_export
from resolvers.users.directory_import import import_users
from tests.browser.page_checks import overflowing_elements
from tests.support.api_client import Client
from tests.support.demo_server import RunningServer

ENUMS = (ActivationPolicy, ApiScope, AuditAction, UserKind, UserStatus)
RAW = {str(member.value) for enum in ENUMS for member in enum} | {"true", "false"}
"""Technical values that must not be shown."""

ACTIONS = [
    "USER_CHANGED",
    "VENDOR_CHANGED",
    "LICENSES_ACTIVATED",
    "API_TOKEN_CREATED",
    "WEBHOOK_CREATED",
    "WEBHOOK_CHANGED",
]


@pytest.fixture
def webhook_hosts() -> frozenset[str]:
    """The local host, which is not public."""
    return frozenset({"127.0.0.1"})


async def test_event_details_are_translated(inga: Page, server: RunningServer, elsewhere: Client):
    await _record_events_with_details(elsewhere, server)

    details = {action: await _expanded_details(inga, action) for action in ACTIONS}
    assert ["Name", "Kari Nordby Kari N"] in details["USER_CHANGED"]
    assert ["Can sign in", "Yes No"] in details["USER_CHANGED"]
    assert ["Kind of user", "Employee External"] in details["USER_CHANGED"]
    assert ["Automatic activation", "All changes None"] in details["VENDOR_CHANGED"]
    assert ["Sales Premium", "21 25"] in details["LICENSES_ACTIVATED"]
    assert ["AI: Chatbot", "On"] in details["LICENSES_ACTIVATED"]
    assert ["Permissions", "Read licenses, Read users and their licenses"] in details["API_TOKEN_CREATED"]
    assert ["Vendor", "NordSync AS"] in details["API_TOKEN_CREATED"]
    assert ["Events", "Licenses activated All events"] in details["WEBHOOK_CHANGED"]
    assert ["New secret", "Yes"] in details["WEBHOOK_CHANGED"]
    assert _untranslated(details) == []

    await inga.locator("header select").select_option(label="Norsk")
    details = {action: await _expanded_details(inga, action) for action in ACTIONS}
    await inga.set_viewport_size({"width": 360, "height": 740})
    assert await overflowing_elements(inga) == []
    assert ["Kan logge inn", "Ja Nei"] in details["USER_CHANGED"]
    assert ["Åpne saker", "0 2"] in details["USER_CHANGED"]
    assert ["Automatisk aktivering", "Alle endringer Ingen"] in details["VENDOR_CHANGED"]
    assert ["Prosjekter (gratis)", "På"] in details["LICENSES_ACTIVATED"]
    assert ["Rettigheter", "Lese lisenser, Lese brukere og lisensene deres"] in details["API_TOKEN_CREATED"]
    assert ["Hendelser", "Lisenser aktivert Alle hendelser"] in details["WEBHOOK_CHANGED"]
    assert _untranslated(details) == []


async def test_untranslated_details_show_name_and_value(inga: Page, server: RunningServer):
    async with unit_of_work(_context(server)) as unit:
        stored = [("shoeSize", "EU_42", "EU_43"), ("superoffice.gone", "3", None)]
        unit.record(AuditAction.USER_CHANGED, details=stored, user="Kari Nordby", what="they were changed")

    details = await _expanded_details(inga, "USER_CHANGED")
    assert details[:2] == [["shoe size", "EU_42 EU_43"], ["superoffice.gone", "3"]]


async def _record_events_with_details(client: Client, server: RunningServer) -> None:
    """Record an event of each action that has details."""
    lines = [
        "login,name,email,kind,group,role,status,can_log_in,last_login_at,open_requests",
        "kari,Kari N,kn@fjordlys.example,external,Abroad,Level 2,waiting_for_approval,no,2026-01-15T09:00:00Z,2",
    ]
    users = [line for line in read_export(f"{line}\n" for line in lines) if isinstance(line, ExportedUser)]
    assert (await import_users(_context(server), users)).changed == 1

    await _mutate(client, "importLicenseFile", {"file": {"text": server.demo.files["growth.lic"]}})
    vendors = {vendor["key"]: vendor["id"] for vendor in await client.run("{ vendors { id key } }")}
    await _mutate(client, "updateVendor", {"vendorId": vendors["superoffice"], "activationPolicy": "MANUAL"})
    scopes = ["LICENSES_READ", "USERS_READ"]
    await _mutate(client, "createApiToken", {"name": "Report", "scopes": scopes, "vendorId": vendors["nordsync"]})
    made = {"name": "ERP", "url": "https://127.0.0.1/events", "actions": ["LICENSES_ACTIVATED"]}
    await _mutate(client, "createWebhook", made)
    [webhook] = await client.run("{ webhooks { id } }")
    changes = {
        "name": "Books",
        "url": "https://127.0.0.1:8443/",
        "actions": [],
        "isEnabled": False,
        "rotateSecret": True,
    }
    await _mutate(client, "updateWebhook", {"webhookId": webhook["id"], **changes})


async def _mutate(client: Client, name: str, given: dict[str, Any]) -> None:
    kind = f"{name[0].upper()}{name[1:]}Input"
    text = f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ userErrors {{ message }} }} }}"
    assert (await client.run(text, input=given))["userErrors"] == []


def _context(server: RunningServer) -> Context:
    return system_context(server.demo.installation_id, actor=COMMAND_LINE, request_id="test")


async def _expanded_details(page: Page, action: str) -> list[list[str]]:
    """Return the name and the values of each detail of an action's events."""
    await page.goto(f"/audit-log?action={action}")
    await expect(page.locator("tbody tr").first).to_be_visible()
    for summary in await page.locator("tbody summary").all():
        await summary.click()
    await expect(page.locator("details[open] dl")).to_have_count(await page.locator("details").count())
    facts = await page.locator("dl.details > div").all()
    texts = [await fact.locator("dt, dd").all_text_contents() for fact in facts]
    return [[text.strip() for text in pair] for pair in texts if pair[0] not in ("Request", "Forespørsel")]


def _untranslated(details: dict[str, list[list[str]]]) -> list[str]:
    """Return untranslated details: names such as `canLogIn` and `superoffice.ten-sales`, values, timestamps.

    Translated names begin with a capital letter, except `administrator`, which is also used within sentences.
    """
    facts = [fact for facts in details.values() for fact in facts]
    names = [name for name, _ in facts if name[0].islower() and name != "administrator"]
    values = [value for _, value in facts if RAW & set(re.split(r"\W+", value)) or re.search(r"\d-\d\dT\d", value)]
    return names + values
