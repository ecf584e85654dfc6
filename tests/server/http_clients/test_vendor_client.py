import asyncio
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from licensing.documents.document import verify
from licensing.errors import VendorRefused, VendorUnavailable
from server.http_clients.circuit_breaker import FAILURE_THRESHOLD, RESET_TIMEOUT
from server.http_clients.vendor_client import Fetched, RetryPolicy, VendorClient
from tests.support import documents
from tests.support import faulty_license_server as modes
from tests.support.faulty_license_server import closed_port, faulty_license_server, self_signed

QUICK = RetryPolicy(one_try=0.3, whole_call=2.0, first_pause=0.01)
LONGEST = 2.5
"""Seconds in which every call of a quick client ends."""


class Clock:
    """Time that passes when a test says so."""

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
    async with asyncio.timeout(LONGEST):
        return await client.fetch(address, documents.SERIAL, vendor="NordSync AS", etag=etag)


async def unavailable(client, address):
    """What the license server did, in words."""
    with pytest.raises(VendorUnavailable) as refusal:
        await fetch(client, address)
    assert refusal.value.message.facts["vendor"] == "NordSync AS"
    assert str(refusal.value).endswith("Try again later, or import a license file.")
    return str(refusal.value.message.facts["happened"])


FAILURES = [
    (modes.never_answers, "did not answer in time", 3),
    (modes.drips, "did not answer in time", 3),
    (modes.fails, "failed (status 500)", 3),
    (modes.is_too_busy, "is too busy (status 429)", 1),
    (modes.speaks_garbage, "broke off, or does not speak HTTP", 3),
    (modes.gives_too_much, "sent more than 256 KiB, which is no license document", 1),
    (modes.gives_too_much_in_chunks, "sent more than 256 KiB, which is no license document", 1),
    (modes.redirects_to_another_host, "redirected to another server, which is not followed", 1),
    (modes.redirects_to_another_port, "redirected to another server, which is not followed", 1),
    (modes.redirects_in_circles, "redirected more than 3 times", 4),
    (modes.resets, "broke off, or does not speak HTTP", 3),
    (modes.promises_too_much, "broke off, or does not speak HTTP", 3),
    (modes.gives_nothing, "gave no document (status 204)", 1),
    (modes.has_not_changed_unasked, "gave no document (status 304)", 1),
]


@pytest.mark.parametrize(("mode", "happened", "requests"), FAILURES, ids=lambda value: getattr(value, "__name__", ""))
async def test_each_failure_ends_in_time_and_in_words(client, mode, happened, requests):
    async with faulty_license_server(mode) as server:
        assert await unavailable(client, server.address) == happened

    assert len(server.requests) == requests


async def test_nobody_listens(client):
    assert await unavailable(client, await closed_port()) == "could not be reached"


async def test_https_to_a_port_that_does_not_speak_it(client):
    async with faulty_license_server(modes.speaks_garbage) as server:
        happened = await unavailable(client, server.address.replace("http", "https"))

    assert happened == "does not speak TLS, so there is no secure connection to it"


async def test_https_to_a_port_that_says_nothing(client):
    async with faulty_license_server(modes.never_answers) as server:
        assert await unavailable(client, server.address.replace("http", "https")) == "did not answer in time"


async def test_a_certificate_that_nobody_vouches_for(client, tmp_path):
    async with faulty_license_server(modes.recovers, self_signed(tmp_path)) as server:
        assert await unavailable(client, server.address) == (
            "has a certificate that is not trusted (self-signed certificate)"
        )

    assert server.requests == []


async def test_https_with_a_certificate_that_the_system_trusts(tmp_path, monkeypatch):
    tls = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    client = VendorClient(QUICK)
    async with faulty_license_server(modes.moved, tls) as server:
        assert await fetch(client, server.address) == Fetched(b"document", None)
    await client.aclose()


async def test_https_is_never_left(tmp_path, monkeypatch):
    async def downgrades(call):
        await call.answer(302, Location=call.address.replace("https", "http") + "/open")

    tls = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    client = VendorClient(QUICK)
    async with faulty_license_server(downgrades, tls) as server:
        assert await unavailable(client, server.address) == "redirected to another server, which is not followed"
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
async def test_only_https_leaves_this_machine(client, address):
    assert await unavailable(client, address) == "has no address that begins with https://, so it is not asked"


async def test_a_server_that_recovers_is_asked_again(client):
    async with faulty_license_server(modes.recovers) as server:
        assert await fetch(client, server.address) == Fetched(b"document", '"1"')

    assert len(server.requests) == 2


async def test_a_redirect_within_the_server_is_followed(client):
    async with faulty_license_server(modes.moved) as server:
        assert await fetch(client, server.address + "/licensing/") == Fetched(b"document", None)

    assert [head.split(" ")[1] for head in server.requests] == [
        f"/licensing/v1/licenses/{documents.SERIAL}.lic",
        "/moved/here.lic",
    ]


async def test_what_is_no_document_is_left_to_verification(client):
    async with faulty_license_server(modes.gives_garbage) as server:
        assert b"hotel" in (await fetch(client, server.address)).content
    async with faulty_license_server(modes.promises_too_little) as server:
        assert (await fetch(client, server.address)).content == b"doc"


async def test_the_last_etag_is_sent_and_not_modified_is_no_content(client):
    async def unchanged(call):
        assert 'If-None-Match: W/"1"\r\n' in call.request
        await call.answer(304, ETag='"1"')

    async with faulty_license_server(unchanged) as server:
        assert await fetch(client, server.address, etag='W/"1"') == Fetched(None, 'W/"1"')


@pytest.mark.parametrize("etag", ["no quotes", '"' + "x" * 200 + '"', '"\xe6"'])
async def test_an_etag_that_makes_no_sense_is_forgotten(client, etag):
    async def odd(call):
        await call.answer(200, b"document", ETag=etag)

    async with faulty_license_server(odd) as server:
        assert await fetch(client, server.address) == Fetched(b"document", None)


async def test_cookies_are_not_kept_and_no_compression_is_asked_for(client):
    async def marks(call):
        await call.answer(200, b"document", Set_Cookie="visitor=1")

    async with faulty_license_server(marks) as server:
        await fetch(client, server.address)
        await fetch(client, server.address)

    assert all("cookie" not in head.lower() and "accept-encoding: identity" in head.lower() for head in server.requests)


async def test_the_vendors_words_are_passed_on_clean(client):
    async with faulty_license_server(modes.refuses) as server:
        with pytest.raises(VendorRefused) as refusal:
            await fetch(client, server.address)

    assert refusal.value.message.facts == {"said": "The agreement ended in May. Call us."}
    assert len(server.requests) == 1


async def test_words_of_any_length_are_cut(client):
    async def talks(call):
        await call.answer(403, b'{"title": "' + b"no " * 1000 + b'", "detail": " "}')

    async with faulty_license_server(talks) as server:
        with pytest.raises(VendorRefused) as refusal:
            await fetch(client, server.address)

    assert refusal.value.message.facts["said"] == ("no " * 200)[:499].rstrip() + "…"


@pytest.mark.parametrize(
    ("status", "content", "words"),
    [
        (404, b"<h1>Not Found</h1>", "The vendor does not know serial number 1204417838."),
        (410, b"", "The vendor does not know serial number 1204417838."),
        (403, b"\xff{", "Access is denied (status 403)."),
        (403, b"[" * 100_000, "Access is denied (status 403)."),
        (403, b"x" * modes.TOO_LARGE, "Access is denied (status 403)."),
        (405, b'{"detail": 7}', "It does not take this request (status 405)."),
        (501, b"", "It does not take this request (status 501)."),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_a_refusal_without_words_gets_some(client, status, content, words):
    async def refuses(call):
        await call.answer(status, content)

    async with faulty_license_server(refuses) as server:
        with pytest.raises(VendorRefused) as refusal:
            await fetch(client, server.address)

    assert str(refusal.value.message.facts["said"]) == words
    assert len(server.requests) == 1


async def test_tries_share_the_time_of_a_call():
    client = VendorClient(RetryPolicy(one_try=10.0, whole_call=0.2, first_pause=0.01))
    started = time.monotonic()
    async with faulty_license_server(modes.never_answers) as server:
        assert await unavailable(client, server.address) == "did not answer in time"
    await client.aclose()

    assert time.monotonic() - started < 1.0
    assert len(server.requests) == 1


async def test_a_dead_server_is_left_alone_for_a_while(client, clock):
    async with faulty_license_server(modes.fails) as server:
        await unavailable(client, server.address)
        await unavailable(client, server.address)
        assert len(server.requests) == FAILURE_THRESHOLD
        assert await unavailable(client, server.address) == "failed again and again, and is left alone for a minute"
        clock.now += RESET_TIMEOUT - 1
        await unavailable(client, server.address)
        assert len(server.requests) == FAILURE_THRESHOLD

        clock.now += 1
        assert await unavailable(client, server.address) == "failed (status 500)"
        await unavailable(client, server.address)
        assert len(server.requests) == FAILURE_THRESHOLD + 1


async def test_a_server_that_is_back_is_asked_as_ever(client, clock):
    async def comes_back(call):
        if call.number <= FAILURE_THRESHOLD:
            await call.answer(500)
        else:
            await call.answer(200, b"document")

    async with faulty_license_server(comes_back) as server:
        await unavailable(client, server.address)
        await unavailable(client, server.address)
        clock.now += RESET_TIMEOUT
        for _ in range(3):
            assert (await fetch(client, server.address)).content == b"document"


async def test_a_dead_server_is_no_other_servers_fault(client):
    async with faulty_license_server(modes.fails) as dead, faulty_license_server(modes.moved) as alive:
        await unavailable(client, dead.address)
        await unavailable(client, dead.address)
        assert (await fetch(client, alive.address)).content == b"document"


async def test_a_refusal_is_a_sign_of_life(client):
    async with faulty_license_server(modes.knows_nothing) as server:
        for _ in range(FAILURE_THRESHOLD + 1):
            with pytest.raises(VendorRefused):
                await fetch(client, server.address)

    assert len(server.requests) == FAILURE_THRESHOLD + 1


async def test_a_redirect_that_loses_a_report_is_no_delivery(client):
    async def sees_other(call):
        await call.answer(303, Location="/thanks")

    async with faulty_license_server(sees_other) as server:
        with pytest.raises(VendorUnavailable, match="loses what was sent"):
            await client.report(server.address, "acceptances", {"serial": documents.SERIAL}, vendor="NordSync AS")


@pytest.fixture
def file_server(tmp_path):
    """The standard library's file server, quiet, over a folder."""
    handler = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=tmp_path)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


async def test_static_files_are_enough(client, file_server, tmp_path):
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
    with pytest.raises(VendorRefused, match="does not take this request"):
        await client.report(file_server, "acceptances", {"serial": documents.SERIAL}, vendor="NordSync AS")
