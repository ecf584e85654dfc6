"""Failures of a vendor's license server leave the licenses in force unchanged and tell the administrator what to do."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec
import pytest

from licensing.documents.document import read_stored, sign
from licensing.documents.keys import SigningKey, generate_key
from models.assignment import Assignment
from models.change_set import ChangeSet, ReceivedDocument
from models.license import License
from models.user import User
from models.vendor import TrustedKey, VendorReport
from models.vendor import Vendor as StoredVendor
from resolvers.context import utc_now
from server.background.scheduler import Scheduler
from server.demo.installation import Demo
from server.http_clients.vendor_client import RetryPolicy, VendorClient
from tests.support import faulty_license_server as modes
from tests.support.api_client import Client
from tests.support.demo_server import RunningServer
from tests.support.faulty_license_server import Call, Mode, closed_port, faulty_license_server, self_signed

QUICK = RetryPolicy(attempt_timeout=0.25, total_timeout=2.0, retry_delay=0.01)
AN_HOUR = 3600.0

LICENSES = """
query {
  licenses(first: 100) {
    totalCount
    nodes {
      id key name description scope isPlan
      seats { total inUse available }
      assignments(first: 100) { totalCount nodes { id assignedAt user { login } } }
      pendingChange { kind newTotal surplus }
    }
  }
}
"""

LAST_CHECKS = "query { vendors { key lastCheck { outcome message checkedAt } nextCheckAt } }"

FAILURES = "query { auditEvents(filter: {actions: [VENDOR_CHECK_FAILED]}, first: 10) { nodes { summary } } }"

RESULTS = ("checked_at", "check_outcome", "check_message", "check_words", "check_claimed_until", "next_check_at")
"""The columns of a vendor that a failed check may change."""


async def stored() -> list[list[dict[str, Any]]]:
    """Return every row of licenses, assignments, change sets, trusted keys, users and vendors."""
    models = (License, Assignment, ChangeSet, ReceivedDocument, TrustedKey, User, VendorReport)
    tables: list[list[dict[str, Any]]] = [await model.all().order_by("id").values() for model in models]
    vendors = await StoredVendor.all().order_by("id").values()
    return [*tables, [{name: row[name] for name in row if name not in RESULTS} for row in vendors]]


async def assert_failed_check_is_harmless(inga: Client, address: str, outcome: str, message: str) -> None:
    """Run the scheduler twice, an hour apart, and assert that only the check's result changes.

    Args:
        inga: The administrator's client.
        address: The license server's URL.
        outcome: The expected outcome of the check.
        message: A regular expression for the expected message.
    """
    now = [time.monotonic()]
    client = VendorClient(QUICK, clock=lambda: now[0])
    await Scheduler(client).run_once()  # completes the other jobs that are due
    await StoredVendor.filter(is_main=True).update(license_server=address)
    before = await stored(), (await inga.http.post("/graphql", json={"query": LICENSES})).content
    started = utc_now().isoformat()
    try:
        for _ in range(2):
            await StoredVendor.filter(is_main=True).update(next_check_at=utc_now())
            await Scheduler(client).run_once()
            now[0] += AN_HOUR

            [main] = [one for one in await inga.run(LAST_CHECKS) if one["key"] == "superoffice"]
            text = main["lastCheck"]["message"]
            assert main["lastCheck"]["outcome"] == outcome
            assert re.fullmatch(message, text), text
            assert main["nextCheckAt"] > started
    finally:
        await client.aclose()

    assert (await stored(), (await inga.http.post("/graphql", json={"query": LICENSES})).content) == before
    [event] = (await inga.run(FAILURES))["nodes"]
    assert text in event["summary"]


def responds_with(status: int, content: bytes = b"", **headers: str) -> Mode:
    """Return a mode that sends the same response to each request."""

    async def answer(call: Call) -> None:
        await call.answer(status, content, **headers)

    answer.__name__ = f"responds_with_{status}"
    return answer


TIME = "did not answer in time"
BROKEN = "closed the connection early or did not send valid HTTP"
LARGE = "sent more than 256 KiB, so it is no license document"
ELSEWHERE = "redirected to another server, which is not followed"

UNAVAILABLE = [
    (modes.never_answers, TIME),
    (modes.drips, TIME),
    (modes.fails, "failed (status 500)"),
    (responds_with(502), "failed (status 502)"),
    (responds_with(503, Retry_After="1"), "failed (status 503)"),
    (modes.is_too_busy, "is too busy (status 429)"),
    (modes.sends_invalid_http, BROKEN),
    (modes.resets, BROKEN),
    (modes.sends_truncated_body, BROKEN),
    (modes.sends_large_body, LARGE),
    (modes.sends_endless_chunks, LARGE),
    (modes.redirects_in_a_loop, "redirected more than 3 times"),
    (modes.redirects_to_another_host, ELSEWHERE),
    (modes.redirects_to_another_port, ELSEWHERE),
    (modes.sends_no_content, "sent no document (status 204)"),
    (modes.sends_unrequested_not_modified, "sent no document (status 304)"),
]


def name_of(value: object) -> str:
    """Return a mode's name, for the test ID."""
    return getattr(value, "__name__", "")


def unavailable_message(problem: str) -> str:
    """Return a regular expression for the message about an unavailable license server."""
    return re.escape(f"The license server of SuperOffice AS {problem}. Try again later, or import a license file.")


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """One engine per failure, chosen by the test's name: failures do not depend on the database."""
    return ("sqlite", "postgres")[crc32(request.node.name.encode()) % 2]


@pytest.mark.parametrize(("mode", "problem"), UNAVAILABLE, ids=name_of)
async def test_faulty_server_is_unavailable(inga: Client, mode: Mode, problem: str) -> None:
    async with faulty_license_server(mode) as license_server:
        await assert_failed_check_is_harmless(inga, license_server.address, "UNAVAILABLE", unavailable_message(problem))


async def test_closed_port_is_unavailable(inga: Client) -> None:
    await assert_failed_check_is_harmless(
        inga, await closed_port(), "UNAVAILABLE", unavailable_message("could not be reached")
    )


async def test_untrusted_certificate_is_unavailable(inga: Client, tmp_path: Path) -> None:
    problem = "has a certificate that is not trusted (self-signed certificate)"
    async with faulty_license_server(modes.recovers, self_signed(tmp_path)) as license_server:
        await assert_failed_check_is_harmless(inga, license_server.address, "UNAVAILABLE", unavailable_message(problem))


async def test_missing_tls_is_unavailable(inga: Client) -> None:
    problem = "does not support TLS, so no secure connection is possible"
    async with faulty_license_server(modes.sends_invalid_http) as license_server:
        address = license_server.address.replace("http", "https")
        await assert_failed_check_is_harmless(inga, address, "UNAVAILABLE", unavailable_message(problem))


async def test_plain_http_server_is_not_contacted(inga: Client) -> None:
    problem = "has no address that begins with https://"
    await assert_failed_check_is_harmless(inga, "http://licenses.example", "UNAVAILABLE", unavailable_message(problem))


REFUSED = [
    (modes.returns_not_found, "The vendor does not know serial number 1204417838."),
    (modes.refuses, "The agreement ended in May. Call us."),
    (responds_with(401), "Access is denied (status 401)."),
    (responds_with(418), "The license server does not support this request (status 418)."),
]


@pytest.mark.parametrize(("mode", "reason"), REFUSED, ids=name_of)
async def test_vendor_refusal_is_reported(inga: Client, mode: Mode, reason: str) -> None:
    message = (
        f'The vendor\'s license server refused the request: "{reason}" Contact the vendor, or import a license file.'
    )
    async with faulty_license_server(mode) as license_server:
        await assert_failed_check_is_harmless(inga, license_server.address, "REFUSED", re.escape(message))


def growth(demo: Demo, key: SigningKey | None = None, **changed: object) -> str:
    """Return `growth.lic` with claims replaced, or removed where the value is `...`, signed with a key."""
    claims: dict[str, Any] = msgspec.to_builtins(read_stored(demo.files["growth.lic"].encode()))
    changed_claims = {name: value for name, value in {**claims, **changed}.items() if value is not ...}
    return sign(changed_claims, key or demo.keys["superoffice"], check=False)


def days(number: int) -> int:
    """Return the Unix time of a number of days from now."""
    return int((utc_now() + timedelta(days=number)).timestamp())


def another_scope(demo: Demo) -> str:
    """Return `growth.lic` with a SYSTEM license turned into a USER license."""
    claims: dict[str, Any] = msgspec.to_builtins(read_stored(demo.files["growth.lic"].encode()))
    licenses = [
        {**one, "scope": "USER", "total": 5} if one["code"] == "online-webservices" else one
        for one in claims["licenses"]
    ]
    return growth(demo, licenses=licenses)


def invalid(reason: str) -> str:
    """Return a regular expression for the message about an invalid license file."""
    return (
        rf"The license file cannot be used: .*{reason}.*\. Choose the file that the vendor sent, or ask for a new one\."
    )


UNTRUSTED = (
    r"The license file is signed with a key that is not trusted for this vendor: \S+\. "
    r"If the vendor confirms that the key is its own, have the operator of this system trust it\."
)

UNUSABLE: dict[str, tuple[Callable[[Demo], str], str]] = {
    "a page of HTML": (lambda _: "<h1>Welcome to the hotel's network</h1>", invalid("BEGIN SIGNED LICENSE")),
    "half of it": (lambda demo: growth(demo)[:1000], invalid("END SIGNED LICENSE")),
    "an altered document": (
        lambda demo: demo.files["tampered.lic"],
        r"The license file was altered .* Get it from the vendor again, and import it unaltered\.",
    ),
    "another installation's": (
        lambda demo: demo.files["other-installation.lic"],
        r"The license file is for serial number \d+, and .* Ask the vendor for a file for 1204417838\.",
    ),
    "a stranger's key": (lambda demo: growth(demo, generate_key()), UNTRUSTED),
    "another vendor's key": (lambda demo: growth(demo, demo.keys["nordsync"]), UNTRUSTED),
    "out of date": (
        lambda demo: growth(demo, iat=days(-9), exp=days(-1)),
        r"The license file could be imported until .+ UTC\. Ask the vendor for a new one\.",
    ),
    "from the future": (lambda demo: growth(demo, iat=days(2)), invalid("`iat` is in the future")),
    "a claim missing": (lambda demo: growth(demo, licenses=...), invalid("licenses")),
    "a claim of another type": (lambda demo: growth(demo, seq="four"), invalid("seq")),
    "another scope": (another_scope, invalid("`online-webservices` was of scope SYSTEM and cannot become USER")),
}


@pytest.mark.parametrize("case", UNUSABLE)
async def test_unusable_document_changes_nothing(inga: Client, server: RunningServer, case: str) -> None:
    make, message = UNUSABLE[case]
    async with faulty_license_server(responds_with(200, make(server.demo).encode())) as license_server:
        await assert_failed_check_is_harmless(inga, license_server.address, "UNUSABLE", message)
