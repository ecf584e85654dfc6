"""Messages are translated into each caller's language."""

from collections.abc import Awaitable, Callable
from typing import Any

from models.vendor import Vendor as StoredVendor
from tests.support.api_client import Client
from tests.support.api_tokens import make_token
from tests.support.demo_server import RunningServer
from tests.support.demo_vendor import Vendor
from tests.support.faulty_license_server import fails, faulty_license_server
from tests.support.subscriptions import socket

ACTIVATE = """mutation ($id: ID!) {
  activateLicenses(input: {changeSetId: $id}) { userErrors { code message } }
}"""
IMPORT = """mutation ($text: String!) {
  importLicenseFile(input: {file: {text: $text}}) { userErrors { code message } }
}"""
CHECK = """mutation ($id: ID!) {
  checkForLicenseChanges(input: {vendorId: $id}) { vendor { lastCheck { message } } userErrors { code message } }
}"""
LATEST = "{ auditEvents(first: 1) { nodes { action summary } } }"


async def test_messages_follow_the_accepted_language(
    inga: Client, server: RunningServer, another_browser: Callable[..., Awaitable[Client]]
):
    norwegian = await another_browser(language="nb-NO,nb;q=0.9,en;q=0.8")
    refused = await norwegian.sign_in(password="not this one")
    assert refused["userErrors"] == [
        {
            "code": "CREDENTIALS_INVALID",
            "message": "Ingen administrator har dette brukernavnet og passordet. Kontroller begge, og prøv igjen.",
            "path": None,
        }
    ]
    await norwegian.sign_in()
    [pending] = await norwegian.run("{ pendingChanges { id } }")

    [surplus] = (await norwegian.run(ACTIVATE, id=pending["id"]))["userErrors"]
    assert surplus["code"] == "SURPLUS_SEATS"
    assert surplus["message"] == (
        "3 plasser mer av Sales Premium er i bruk enn de nye lisensene tillater. "
        "Ta lisensen fra 3 brukere, og aktiver deretter."
    )
    [surplus] = (await inga.run(ACTIVATE, id=pending["id"]))["userErrors"]
    assert surplus["message"].startswith("3 more seats of Sales Premium are in use")
    assert await summary(norwegian) == (
        "Aktivering av nye lisenser fra SuperOffice AS, forsøkt av Inga Solheim, ble avslått: "
        "3 plasser mer av Sales Premium er i bruk enn de nye lisensene tillater. "
        "Ta lisensen fra 3 brukere, og aktiver deretter."
    )
    assert (await summary(inga)).endswith(surplus["message"])

    [invalid] = (await norwegian.run(IMPORT, text="no license"))["userErrors"]
    assert invalid["message"] == (
        "Lisensfilen kan ikke brukes: den er ikke teksten fra -----BEGIN SIGNED LICENSE----- til "
        "-----END SIGNED LICENSE-----, hel og i linjer på 64 tegn. "
        "Velg filen som leverandøren sendte, eller be om en ny."
    )
    [malformed] = (await norwegian.answer('{ node(id: "frog") { id } }'))["errors"]
    assert malformed["message"] == "`frog` er ingen ID. Oppgi en fra et `id`-felt, uendret."
    names = {one["name"] for one in (await norwegian.run("{ licenses { nodes { name } } }"))["nodes"]}
    assert "Konfidensielle aktiviteter" in names
    await norwegian.http.aclose()


async def test_failed_check_is_translated_per_reader(
    inga: Client, vendor: Vendor, another_browser: Callable[..., Awaitable[Client]]
):
    norwegian = await another_browser(language="nb")
    await norwegian.sign_in()
    async with faulty_license_server(fails) as license_server:
        await StoredVendor.filter(is_main=True).update(license_server=license_server.address)
        main = (await inga.run("{ vendors { id } }"))[0]

        failed = await inga.run(CHECK, id=main["id"])

    english = "The license server of SuperOffice AS failed (status 500). Try again later, or import a license file."
    nb = "Lisensserveren til SuperOffice AS feilet (status 500). Prøv igjen senere, eller hent lisensen fra en fil."
    assert (
        [error["message"] for error in failed["userErrors"]] == [failed["vendor"]["lastCheck"]["message"]] == [english]
    )
    assert await last_check(norwegian) == nb
    assert await summary(norwegian) == f"Kontrollen av nye lisenser fra SuperOffice AS mislyktes: {nb}"
    await norwegian.http.aclose()


async def test_subscription_errors_use_the_handshake_language(inga: Client, server: RunningServer):
    _, secret = await make_token(inga, "AUDIT_READ")
    async with socket(server.url, additional_headers={"Accept-Language": "nb"}) as norwegian:
        await norwegian.initialize(secret)

        await norwegian.subscribe(query='subscription { auditEvents(after: "frog") { cursor } }')

        [malformed] = (await norwegian.receive())["payload"]
    assert malformed["message"] == "Markøren har feil form. Oppgi en fra `pageInfo` eller en kant, eller ingen."
    assert malformed["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_replayed_errors_use_the_language_of_the_replay(
    inga: Client, another_browser: Callable[..., Awaitable[Client]]
):
    [pending] = await inga.run("{ pendingChanges { id } }")
    body = {"query": ACTIVATE, "variables": {"id": pending["id"]}}

    messages = []
    for language in ("en", "nb"):
        headers = {"Idempotency-Key": "a-key", "Accept-Language": language}
        answer: dict[str, Any] = (await inga.http.post("/graphql", json=body, headers=headers)).json()
        messages += [error["message"] for error in answer["data"]["activateLicenses"]["userErrors"]]

    assert messages[0].startswith("3 more seats of Sales Premium are in use")
    assert messages[1].startswith("3 plasser mer av Sales Premium er i bruk")


async def summary(client: Client) -> str:
    """Return the summary of the newest audit event."""
    [event] = (await client.run(LATEST))["nodes"]
    return str(event["summary"])


async def last_check(client: Client) -> str:
    """Return the message of the main vendor's last check."""
    return str((await client.run("{ vendors { lastCheck { message } } }"))[0]["lastCheck"]["message"])
