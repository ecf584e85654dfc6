"""Tests of the protection against requests to internal hosts by address, name or redirect."""

from ipaddress import ip_address

import httpx2
import pytest

from models.webhook import Webhook
from resolvers.ports import EndpointRefused
from server.http_clients.ssrf_guard import is_public, parse_webhook_url, resolve, resolve_public_addresses
from server.http_clients.webhook_client import WebhookClient
from server.http_clients.webhook_messages import WebhookMessage
from tests.support.endpoints import endpoint
from tests.support.faulty_license_server import faulty_license_server, self_signed, sends_no_content

NO_TRUSTED_HOSTS: frozenset[str] = frozenset()
PRIVATE = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::1",
    "::127.0.0.1",
]  # fmt: skip
PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e"]


def resolver(*addresses: str):
    """Return a resolver that returns the same addresses for every name."""

    async def resolve_any(host: str, port: int) -> list[str]:
        return list(addresses)

    return resolve_any


@pytest.mark.parametrize("address", PRIVATE)
def test_internal_address_is_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_internet_address_is_public(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "localhost", "2130706433", "0x7f000001", "0177.0.0.1",
     "127.1", "0", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]"],
)  # fmt: skip
async def test_internal_host_is_rejected_in_any_notation(host):
    client = WebhookClient()
    with pytest.raises(EndpointRefused, match=r"not public|unknown host|not a valid URL"):
        await client.check(f"https://{host}/events")
    await client.aclose()


async def test_integer_host_resolves_to_an_address():
    assert set(await resolve("2130706433", 443)) == {"127.0.0.1"}


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["fe80::1"], []])
async def test_name_with_any_internal_address_is_rejected(addresses):
    with pytest.raises(EndpointRefused):
        await resolve_public_addresses(
            parse_webhook_url("https://hooks.example/", NO_TRUSTED_HOSTS), resolver(*addresses), NO_TRUSTED_HOSTS
        )


async def test_name_with_a_public_address_is_accepted():
    url = parse_webhook_url("https://hooks.example/", NO_TRUSTED_HOSTS)
    assert await resolve_public_addresses(url, resolver("93.184.215.14"), NO_TRUSTED_HOSTS) == ["93.184.215.14"]


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example/", "ftp://hooks.example/", "https://", "//hooks.example/", "hooks.example", "javascript:1",
     "https://user:password@hooks.example/", "https://hooks.example/#part", "https://hooks.example/" + "x" * 1000],
)  # fmt: skip
def test_malformed_webhook_url_is_rejected(url):
    with pytest.raises(EndpointRefused):
        parse_webhook_url(url, NO_TRUSTED_HOSTS)


def test_only_trusted_hosts_may_use_http():
    listed = frozenset({"erp.example.internal"})
    assert parse_webhook_url("http://erp.example.internal:8080/", listed).port == 8080
    with pytest.raises(EndpointRefused):
        parse_webhook_url("http://erp.example.internal.evil.example/", listed)


async def test_connection_uses_the_checked_address(context):
    """Only the first resolution of a name counts, which defeats DNS rebinding."""
    resolved_hosts = []

    async def rebinding(host: str, port: int) -> list[str]:
        resolved_hosts.append(host)
        return ["127.0.0.1"]

    async with endpoint() as address:
        port = httpx2.URL(address.url).port
        client = WebhookClient(frozenset({"hooks.example"}), rebinding)
        webhook = Webhook(id=1, installation_id=1, url=f"http://hooks.example:{port}/events", secret="whsec_AAAA")
        _, result = await client.deliver(context, webhook, WebhookMessage("msg_1", b"{}"), None)
        await client.aclose()

        assert result.error is None
        assert resolved_hosts == ["hooks.example"]
        assert address.received[0].headers["host"] == f"hooks.example:{port}"


async def test_name_is_checked_again_when_sending(context):
    moved = resolver("10.0.0.1")
    client = WebhookClient(resolver=moved)
    webhook = Webhook(id=1, installation_id=1, url="https://hooks.example/events", secret="whsec_AAAA")

    delivery, result = await client.deliver(context, webhook, WebhookMessage("msg_1", b"{}"), None)
    await client.aclose()

    assert (result.status, delivery.error) == (None, "points to a host that is not public")


async def test_tls_verifies_the_certificate_of_the_named_host(context, tmp_path):
    names = []
    tls = self_signed(tmp_path)
    tls.sni_callback = lambda connection, name, _: names.append(name)

    async with faulty_license_server(sends_no_content, tls) as server:
        port = httpx2.URL(server.address).port
        client = WebhookClient(frozenset({"hooks.example"}), resolver("127.0.0.1"))
        webhook = Webhook(id=1, installation_id=1, url=f"https://hooks.example:{port}/", secret="whsec_AAAA")
        delivery, _ = await client.deliver(context, webhook, WebhookMessage("msg_1", b"{}"), None)
        await client.aclose()

    assert names == ["hooks.example"]
    assert "certificate" in (delivery.error or "")
    assert server.requests == []
