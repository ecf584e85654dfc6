"""Webhooks lead nowhere inside: not by an address in any notation, not by a name, not by a redirect."""

from ipaddress import ip_address

import httpx2
import pytest

from models.webhook import Webhook
from resolvers.webhooks.webhooks import EndpointRefused
from server.http_clients.ssrf_guard import checked_addresses, is_public, read_url, resolve
from server.http_clients.webhook_client import WebhookClient
from server.http_clients.webhook_messages import WebhookMessage
from tests.support.endpoints import endpoint
from tests.support.faulty_license_server import faulty_license_server, gives_nothing, self_signed

NOBODY: frozenset[str] = frozenset()
PRIVATE = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::1",
    "::127.0.0.1",
]  # fmt: skip
PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e"]


def resolver(*addresses: str):
    """A name server that says the same of every name."""

    async def answer(host: str, port: int) -> list[str]:
        return list(addresses)

    return answer


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_inside_is_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "localhost", "2130706433", "0x7f000001", "0177.0.0.1",
     "127.1", "0", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]"],
)  # fmt: skip
async def test_a_host_inside_is_refused_in_any_notation(host):
    client = WebhookClient()
    with pytest.raises(EndpointRefused, match=r"not public|not known|leads nowhere"):
        await client.check(f"https://{host}/events")
    await client.aclose()


async def test_a_number_is_an_address_to_this_machine_also():
    assert set(await resolve("2130706433", 443)) == {"127.0.0.1"}


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["fe80::1"], []])
async def test_a_name_that_leads_inside_is_refused_whatever_else_it_has(addresses):
    with pytest.raises(EndpointRefused):
        await checked_addresses(read_url("https://hooks.example/", NOBODY), resolver(*addresses), NOBODY)


async def test_a_name_that_leads_outside_is_taken():
    url = read_url("https://hooks.example/", NOBODY)
    assert await checked_addresses(url, resolver("93.184.215.14"), NOBODY) == ["93.184.215.14"]


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example/", "ftp://hooks.example/", "https://", "//hooks.example/", "hooks.example", "javascript:1",
     "https://user:password@hooks.example/", "https://hooks.example/#part", "https://hooks.example/" + "x" * 1000],
)  # fmt: skip
def test_an_address_of_another_form_is_refused(url):
    with pytest.raises(EndpointRefused):
        read_url(url, NOBODY)


def test_a_listed_host_may_be_reached_by_http_and_no_other():
    listed = frozenset({"erp.example.internal"})
    assert read_url("http://erp.example.internal:8080/", listed).port == 8080
    with pytest.raises(EndpointRefused):
        read_url("http://erp.example.internal.evil.example/", listed)


async def test_the_connection_is_made_to_the_address_that_was_checked(context):
    """A name server that gives a private address to whoever asks a second time gets nobody there."""
    asked = []

    async def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    async with endpoint() as address:
        port = httpx2.URL(address.url).port
        client = WebhookClient(frozenset({"hooks.example"}), rebinding)
        webhook = Webhook(id=1, installation_id=1, url=f"http://hooks.example:{port}/events", secret="whsec_AAAA")
        _, answer = await client.deliver(context, webhook, WebhookMessage("msg_1", b"{}"), None)
        await client.aclose()

        assert answer.error is None
        assert asked == ["hooks.example"]
        assert address.received[0].headers["host"] == f"hooks.example:{port}"


async def test_an_address_that_has_moved_inside_since_is_refused_when_sending(context):
    moved = resolver("10.0.0.1")
    client = WebhookClient(resolver=moved)
    webhook = Webhook(id=1, installation_id=1, url="https://hooks.example/events", secret="whsec_AAAA")

    delivery, answer = await client.deliver(context, webhook, WebhookMessage("msg_1", b"{}"), None)
    await client.aclose()

    assert (answer.status, delivery.error) == (None, "leads to a host that is not public")


async def test_tls_is_spoken_with_the_host_that_is_named_and_its_certificate_checked(context, tmp_path):
    names = []
    tls = self_signed(tmp_path)
    tls.sni_callback = lambda connection, name, _: names.append(name)

    async with faulty_license_server(gives_nothing, tls) as server:
        port = httpx2.URL(server.address).port
        client = WebhookClient(frozenset({"hooks.example"}), resolver("127.0.0.1"))
        webhook = Webhook(id=1, installation_id=1, url=f"https://hooks.example:{port}/", secret="whsec_AAAA")
        delivery, _ = await client.deliver(context, webhook, WebhookMessage("msg_1", b"{}"), None)
        await client.aclose()

    assert names == ["hooks.example"]
    assert "certificate" in (delivery.error or "")
    assert server.requests == []
