import asyncio
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from licensing.documents.document import verify
from licensing.errors import VendorRefused, VendorUnavailable
from server.http_clients.circuit_breaker import FAILURE_THRESHOLD, RESET_TIMEOUT
from server.http_clients.vendor_client import FetchedDocument, RetryPolicy, VendorClient
from tests.support import documents
from tests.support import faulty_license_server as modes
from tests.support.faulty_license_server import closed_port, faulty_license_server, self_signed

QUICK = RetryPolicy(attempt_timeout=0.3, total_timeout=2.0, retry_delay=0.01)
CALL_TIMEOUT = 2.5
"""Seconds within which every call with the policy `QUICK` must end."""


class Clock:
    """A monotonic clock that a test advances."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def client(clock):
    client = VendorClient(QUICK, clock=clock)
    yield client
    await client.aclose()


async def fetch(client, address, etag=None):
    async with asyncio.timeout(CALL_TIMEOUT):
        return await client.fetch(address, documents.SERIAL, vendor="NordSync AS", etag=etag)


async def fetch_failure(client, address):
    """Fetch a document, expect `VendorUnavailable`, and return what happened."""
    with pytest.raises(VendorUnavailable) as refusal:
        await fetch(client, address)
    assert refusal.value.message.params["vendor"] == "NordSync AS"
    assert str(refusal.value).endswith("Try again later, or import a license file.")
    return str(refusal.value.message.params["happened"])


FAILURES = [
    (modes.never_answers, "did not answer in time", 3),
    (modes.drips, "did not answer in time", 3),
    (modes.fails, "failed (status 500)", 3),
    (modes.is_too_busy, "is too busy (status 429)", 1),
    (modes.sends_invalid_http, "closed the connection early or did not send valid HTTP", 3),
    (modes.sends_large_body, "sent more than 256 KiB, so it is no license document", 1),
    (modes.sends_endless_chunks, "sent more than 256 KiB, so it is no license document", 1),
    (modes.redirects_to_another_host, "redirected to another server, which is not followed", 1),
    (modes.redirects_to_another_port, "redirected to another server, which is not followed", 1),
    (modes.redirects_in_a_loop, "redirected more than 3 times", 4),
    (modes.resets, "closed the connection early or did not send valid HTTP", 3),
    (modes.sends_truncated_body, "closed the connection early or did not send valid HTTP", 3),
    (modes.sends_no_content, "sent no document (status 204)", 1),
    (modes.sends_unrequested_not_modified, "sent no document (status 304)", 1),
]


@pytest.mark.parametrize(("mode", "happened", "requests"), FAILURES, ids=lambda value: getattr(value, "__name__", ""))
async def test_each_failure_is_reported_in_time(client, mode, happened, requests):
    async with faulty_license_server(mode) as server:
        assert await fetch_failure(client, server.address) == happened

    assert len(server.requests) == requests


async def test_closed_port_is_unavailable(client):
    assert await fetch_failure(client, await closed_port()) == "could not be reached"


async def test_https_to_a_plain_port_fails(client):
    async with faulty_license_server(modes.sends_invalid_http) as server:
        happened = await fetch_failure(client, server.address.replace("http", "https"))

    assert happened == "does not support TLS, so no secure connection is possible"


async def test_https_to_a_silent_port_times_out(client):
    async with faulty_license_server(modes.never_answers) as server:
        assert await fetch_failure(client, server.address.replace("http", "https")) == "did not answer in time"


async def test_untrusted_certificate_is_rejected(client, tmp_path):
    async with faulty_license_server(modes.recovers, self_signed(tmp_path)) as server:
        assert await fetch_failure(client, server.address) == (
            "has a certificate that is not trusted (self-signed certificate)"
        )

    assert server.requests == []


async def test_certificate_trusted_by_the_system_is_accepted(tmp_path, monkeypatch):
    tls = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    client = VendorClient(QUICK)
    async with faulty_license_server(modes.redirects_within_the_server, tls) as server:
        assert await fetch(client, server.address) == FetchedDocument(b"document", None)
    await client.aclose()


async def test_redirect_from_https_to_http_is_not_followed(tmp_path, monkeypatch):
    async def downgrades(call):
        await call.answer(302, Location=call.address.replace("https", "http") + "/open")

    tls = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    client = VendorClient(QUICK)
    async with faulty_license_server(downgrades, tls) as server:
        assert await fetch_failure(client, server.address) == "redirected to another server, which is not followed"
    await client.aclose()


@pytest.mark.parametrize(
    "address",
    [
        "http://licenses.example",
        "http://10.0.0.7",
        "ftp://licenses.example",
        "https://",
        "https://user@licenses.example",
    ],
)
async def test_http_is_allowed_only_to_loopback(client, address):
    assert await fetch_failure(client, address) == "has no address that begins with https://"


async def test_transient_failure_is_retried(client):
    async with faulty_license_server(modes.recovers) as server:
        assert await fetch(client, server.address) == FetchedDocument(b"document", '"1"')

    assert len(server.requests) == 2


async def test_redirect_within_the_server_is_followed(client):
    async with faulty_license_server(modes.redirects_within_the_server) as server:
        assert await fetch(client, server.address + "/licensing/") == FetchedDocument(b"document", None)

    assert [head.split(" ")[1] for head in server.requests] == [
        f"/licensing/v1/licenses/{documents.SERIAL}.lic",
        "/moved/here.lic",
    ]


async def test_content_is_not_validated_by_the_client(client):
    async with faulty_license_server(modes.sends_html) as server:
        assert b"hotel" in (await fetch(client, server.address)).content
    async with faulty_license_server(modes.sends_excess_body) as server:
        assert (await fetch(client, server.address)).content == b"doc"


async def test_not_modified_response_has_no_content(client):
    async def unchanged(call):
        assert 'If-None-Match: W/"1"\r\n' in call.request
        await call.answer(304, ETag='"1"')

    async with faulty_license_server(unchanged) as server:
        assert await fetch(client, server.address, etag='W/"1"') == FetchedDocument(None, 'W/"1"')


@pytest.mark.parametrize("etag", ["no quotes", '"' + "x" * 200 + '"', '"\xe6"'])
async def test_malformed_etag_is_ignored(client, etag):
    async def odd(call):
        await call.answer(200, b"document", ETag=etag)

    async with faulty_license_server(odd) as server:
        assert await fetch(client, server.address) == FetchedDocument(b"document", None)


async def test_cookies_and_compression_are_disabled(client):
    async def marks(call):
        await call.answer(200, b"document", Set_Cookie="visitor=1")

    async with faulty_license_server(marks) as server:
        await fetch(client, server.address)
        await fetch(client, server.address)

    assert all("cookie" not in head.lower() and "accept-encoding: identity" in head.lower() for head in server.requests)


async def test_vendor_detail_is_sanitized(client):
    async with faulty_license_server(modes.refuses) as server:
        with pytest.raises(VendorRefused) as refusal:
            await fetch(client, server.address)

    assert refusal.value.message.params == {"said": "The agreement ended in May. Call us."}
    assert len(server.requests) == 1


async def test_long_vendor_detail_is_truncated(client):
    async def talks(call):
        await call.answer(403, b'{"title": "' + b"no " * 1000 + b'", "detail": " "}')

    async with faulty_license_server(talks) as server:
        with pytest.raises(VendorRefused) as refusal:
            await fetch(client, server.address)

    assert refusal.value.message.params["said"] == ("no " * 200)[:499].rstrip() + "…"


@pytest.mark.parametrize(
    ("status", "content", "detail"),
    [
        (404, b"<h1>Not Found</h1>", "The vendor does not know serial number 1204417838."),
        (410, b"", "The vendor does not know serial number 1204417838."),
        (403, b"\xff{", "Access is denied (status 403)."),
        (403, b"[" * 100_000, "Access is denied (status 403)."),
        (403, b"x" * modes.TOO_LARGE, "Access is denied (status 403)."),
        (405, b'{"detail": 7}', "The license server does not support this request (status 405)."),
        (501, b"", "The license server does not support this request (status 501)."),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_refusal_without_detail_gets_a_default(client, status, content, detail):
    async def refuses(call):
        await call.answer(status, content)

    async with faulty_license_server(refuses) as server:
        with pytest.raises(VendorRefused) as refusal:
            await fetch(client, server.address)

    assert str(refusal.value.message.params["said"]) == detail
    assert len(server.requests) == 1


async def test_attempts_share_the_total_timeout():
    client = VendorClient(RetryPolicy(attempt_timeout=10.0, total_timeout=0.2, retry_delay=0.01))
    started = time.monotonic()
    async with faulty_license_server(modes.never_answers) as server:
        assert await fetch_failure(client, server.address) == "did not answer in time"
    await client.aclose()

    assert time.monotonic() - started < 1.0
    assert len(server.requests) == 1


async def test_circuit_breaker_opens_after_repeated_failures(client, clock):
    async with faulty_license_server(modes.fails) as server:
        await fetch_failure(client, server.address)
        await fetch_failure(client, server.address)
        assert len(server.requests) == FAILURE_THRESHOLD
        assert (
            await fetch_failure(client, server.address) == "failed repeatedly and is not contacted again for a minute"
        )
        clock.now += RESET_TIMEOUT - 1
        await fetch_failure(client, server.address)
        assert len(server.requests) == FAILURE_THRESHOLD

        clock.now += 1
        assert await fetch_failure(client, server.address) == "failed (status 500)"
        await fetch_failure(client, server.address)
        assert len(server.requests) == FAILURE_THRESHOLD + 1


async def test_circuit_breaker_closes_after_a_success(client, clock):
    async def comes_back(call):
        if call.number <= FAILURE_THRESHOLD:
            await call.answer(500)
        else:
            await call.answer(200, b"document")

    async with faulty_license_server(comes_back) as server:
        await fetch_failure(client, server.address)
        await fetch_failure(client, server.address)
        clock.now += RESET_TIMEOUT
        for _ in range(3):
            assert (await fetch(client, server.address)).content == b"document"


async def test_circuit_breakers_are_per_server(client):
    async with (
        faulty_license_server(modes.fails) as dead,
        faulty_license_server(modes.redirects_within_the_server) as alive,
    ):
        await fetch_failure(client, dead.address)
        await fetch_failure(client, dead.address)
        assert (await fetch(client, alive.address)).content == b"document"


async def test_refusals_do_not_open_the_circuit_breaker(client):
    async with faulty_license_server(modes.returns_not_found) as server:
        for _ in range(FAILURE_THRESHOLD + 1):
            with pytest.raises(VendorRefused):
                await fetch(client, server.address)

    assert len(server.requests) == FAILURE_THRESHOLD + 1


async def test_redirect_that_drops_the_body_is_an_error(client):
    async def sees_other(call):
        await call.answer(303, Location="/thanks")

    async with faulty_license_server(sees_other) as server:
        with pytest.raises(VendorUnavailable, match="drops the request body"):
            await client.report(server.address, "acceptances", {"serial": documents.SERIAL}, vendor="NordSync AS")


@pytest.fixture
def file_server(tmp_path):
    """Run the standard library's file server without logging, and yield its URL."""
    handler = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=tmp_path)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


async def test_static_file_server_is_sufficient(client, file_server, tmp_path):
    folder = tmp_path / "v1" / "licenses"
    folder.mkdir(parents=True)
    (folder / f"{documents.SERIAL}.lic").write_bytes(documents.signed(documents.claims()))

    fetched = await fetch(client, file_server)

    document = verify(fetched.content, keys=[documents.trusted()], serial_number=documents.SERIAL, now=documents.NOW)
    assert document.claims.owner == documents.OWNER
    assert fetched.etag is None
    assert (await fetch(client, file_server)).content == fetched.content
    with pytest.raises(VendorRefused, match="does not know serial number 9999999999"):
        await client.fetch(file_server, "9999999999", vendor="NordSync AS", etag=None)
    with pytest.raises(VendorRefused, match="does not support this request"):
        await client.report(file_server, "acceptances", {"serial": documents.SERIAL}, vendor="NordSync AS")
