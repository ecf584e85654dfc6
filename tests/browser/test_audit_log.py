"""What an event changed, unfolded in the audit log: in words, not by the names that programs know."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from licensing.enums import ActivationPolicy, ApiScope, AuditAction, UserKind, UserStatus
from resolvers.context import COMMAND_LINE, Context, system_context
from resolvers.unit_of_work import unit_of_work
from resolvers.users.directory_csv import ExportedUser, read_export
from resolvers.users.directory_import import import_users
from tests.acceptance.conftest import Client, Running
from tests.browser.test_accessibility import too_wide

ENUMS = (ActivationPolicy, ApiScope, AuditAction, UserKind, UserStatus)
RAW = {str(member.value) for enum in ENUMS for member in enum} | {"true", "false"}
"""Values as programs say them."""

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
    """The machine of the tests, to which the server may send webhooks."""
    return frozenset({"127.0.0.1"})


async def test_details_are_told_in_words_of_both_languages(inga: Page, server: Running, elsewhere: Client):
    await _change_much(elsewhere, server)

    told = {action: await _unfolded(inga, action) for action in ACTIONS}
    assert ["Name", "Kari Nordby Kari N"] in told["USER_CHANGED"]
    assert ["Can log in", "Yes No"] in told["USER_CHANGED"]
    assert ["Kind of user", "Employee External"] in told["USER_CHANGED"]
    assert ["Activate on arrival", "Everything Nothing"] in told["VENDOR_CHANGED"]
    assert ["Sales Premium", "21 25"] in told["LICENSES_ACTIVATED"]
    assert ["AI: Chatbot", "On"] in told["LICENSES_ACTIVATED"]
    assert ["Rights", "Read licenses, Read users and who uses which license"] in told["API_TOKEN_CREATED"]
    assert ["Vendor", "NordSync AS"] in told["API_TOKEN_CREATED"]
    assert ["Events", "Licenses activated All events"] in told["WEBHOOK_CHANGED"]
    assert ["New secret", "Yes"] in told["WEBHOOK_CHANGED"]
    assert _raw(told) == []

    await inga.locator("header select").select_option(label="Norsk")
    told = {action: await _unfolded(inga, action) for action in ACTIONS}
    await inga.set_viewport_size({"width": 360, "height": 740})
    assert await too_wide(inga) == []
    assert ["Kan logge inn", "Ja Nei"] in told["USER_CHANGED"]
    assert ["Åpne saker", "0 2"] in told["USER_CHANGED"]
    assert ["Aktiveres ved ankomst", "Alt Ingenting"] in told["VENDOR_CHANGED"]
    assert ["Prosjekter (gratis)", "På"] in told["LICENSES_ACTIVATED"]
    assert ["Rettigheter", "Lese lisenser, Lese brukere og hvem som har hvilken lisens"] in told["API_TOKEN_CREATED"]
    assert ["Hendelser", "Lisenser aktivert Alle hendelser"] in told["WEBHOOK_CHANGED"]
    assert _raw(told) == []


async def test_what_has_no_words_yet_shows_its_name_and_value(inga: Page, server: Running):
    async with unit_of_work(_context(server)) as change:
        details = [("shoeSize", "EU_42", "EU_43"), ("superoffice.gone", "3", None)]
        change.record(AuditAction.USER_CHANGED, details=details, user="Kari Nordby", what="they were changed")

    told = await _unfolded(inga, "USER_CHANGED")
    assert told[:2] == [["shoe size", "EU_42 EU_43"], ["superoffice.gone", "3"]]


async def _change_much(client: Client, server: Running) -> None:
    """Something of each kind that has details."""
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


def _context(server: Running) -> Context:
    return system_context(server.demo.installation_id, actor=COMMAND_LINE, request_id="test")


async def _unfolded(page: Page, action: str) -> list[list[str]]:
    """What all events of this action changed: what it is, and its values."""
    await page.goto(f"/audit-log?action={action}")
    await expect(page.locator("tbody tr").first).to_be_visible()
    for summary in await page.locator("tbody summary").all():
        await summary.click()
    await expect(page.locator("details[open] dl")).to_have_count(await page.locator("details").count())
    facts = await page.locator("dl.details > div").all()
    texts = [await fact.locator("dt, dd").all_text_contents() for fact in facts]
    return [[text.strip() for text in pair] for pair in texts if pair[0] not in ("Request", "Forespørsel")]


def _raw(told: dict[str, list[list[str]]]) -> list[str]:
    """What is said as programs say it: names such as `canLogIn` and `superoffice.ten-sales`, values, instants.

    Words for names begin with a capital, but for the one that is shared with sentences.
    """
    facts = [fact for facts in told.values() for fact in facts]
    names = [name for name, _ in facts if name[0].islower() and name != "administrator"]
    values = [value for _, value in facts if RAW & set(re.split(r"\W+", value)) or re.search(r"\d-\d\dT\d", value)]
    return names + values
