"""Whatever a vendor's license server does wrong: the licenses in force stay, and the administrator reads what to do."""

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
from licensing.documents.keys import SigningKey, generate
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
from tests.acceptance.conftest import Client, Running
from tests.support import faulty_license_server as modes
from tests.support.faulty_license_server import Call, Mode, closed_port, faulty_license_server, self_signed

QUICK = RetryPolicy(one_try=0.25, whole_call=2.0, first_pause=0.01)
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
"""What a failed check may change of a vendor."""


async def stored() -> list[list[dict[str, Any]]]:
    """Every row that says what is in force, who holds it, what waits and whom to trust."""
    models = (License, Assignment, ChangeSet, ReceivedDocument, TrustedKey, User, VendorReport)
    tables: list[list[dict[str, Any]]] = [await model.all().order_by("id").values() for model in models]
    vendors = await StoredVendor.all().order_by("id").values()
    return [*tables, [{name: row[name] for name in row if name not in RESULTS} for row in vendors]]


async def a_failed_check_is_harmless(inga: Client, address: str, outcome: str, message: str) -> None:
    """Has the checker ask twice, an hour apart, and looks at everything that it may and may not change.

    The message is a regular expression.
    """
    now = [time.monotonic()]
    client = VendorClient(QUICK, clock=lambda: now[0])
    await Scheduler(client).run_once()  # what else is due
    await StoredVendor.filter(is_main=True).update(license_server=address)
    before = await stored(), (await inga.http.post("/graphql", json={"query": LICENSES})).content
    started = utc_now().isoformat()
    try:
        for _ in range(2):
            await StoredVendor.filter(is_main=True).update(next_check_at=utc_now())
            await Scheduler(client).run_once()
            now[0] += AN_HOUR

            [main] = [one for one in await inga.run(LAST_CHECKS) if one["key"] == "superoffice"]
            said = main["lastCheck"]["message"]
            assert main["lastCheck"]["outcome"] == outcome
            assert re.fullmatch(message, said), said
            assert main["nextCheckAt"] > started
    finally:
        await client.aclose()

    assert (await stored(), (await inga.http.post("/graphql", json={"query": LICENSES})).content) == before
    [event] = (await inga.run(FAILURES))["nodes"]
    assert said in event["summary"]


def answers(status: int, content: bytes = b"", **headers: str) -> Mode:
    """Gives the same answer each time."""

    async def answer(call: Call) -> None:
        await call.answer(status, content, **headers)

    answer.__name__ = f"answers_{status}"
    return answer


TIME = "did not answer in time"
BROKEN = "broke off, or does not speak HTTP"
LARGE = "sent more than 256 KiB, which is no license document"
ELSEWHERE = "redirected to another server, which is not followed"

UNAVAILABLE = [
    (modes.never_answers, TIME),
    (modes.drips, TIME),
    (modes.fails, "failed (status 500)"),
    (answers(502), "failed (status 502)"),
    (answers(503, Retry_After="1"), "failed (status 503)"),
    (modes.is_too_busy, "is too busy (status 429)"),
    (modes.speaks_garbage, BROKEN),
    (modes.resets, BROKEN),
    (modes.promises_too_much, BROKEN),
    (modes.gives_too_much, LARGE),
    (modes.gives_too_much_in_chunks, LARGE),
    (modes.redirects_in_circles, "redirected more than 3 times"),
    (modes.redirects_to_another_host, ELSEWHERE),
    (modes.redirects_to_another_port, ELSEWHERE),
    (modes.gives_nothing, "gave no document (status 204)"),
    (modes.has_not_changed_unasked, "gave no document (status 304)"),
]


def name_of(value: object) -> str:
    """The failure, as the tests are called by it."""
    return getattr(value, "__name__", "")


def in_words(happened: str) -> str:
    """What the administrator reads."""
    return re.escape(f"The license server of SuperOffice AS {happened}. Try again later, or import a license file.")


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """Half of the failures on each: what is told apart here lies before the database."""
    return ("sqlite", "postgres")[crc32(request.node.name.encode()) % 2]


@pytest.mark.parametrize(("mode", "happened"), UNAVAILABLE, ids=name_of)
async def test_no_answer_of_use(inga: Client, mode: Mode, happened: str) -> None:
    async with faulty_license_server(mode) as license_server:
        await a_failed_check_is_harmless(inga, license_server.address, "UNAVAILABLE", in_words(happened))


async def test_nobody_listens(inga: Client) -> None:
    await a_failed_check_is_harmless(inga, await closed_port(), "UNAVAILABLE", in_words("could not be reached"))


async def test_the_certificate_is_not_trusted(inga: Client, tmp_path: Path) -> None:
    happened = "has a certificate that is not trusted (self-signed certificate)"
    async with faulty_license_server(modes.recovers, self_signed(tmp_path)) as license_server:
        await a_failed_check_is_harmless(inga, license_server.address, "UNAVAILABLE", in_words(happened))


async def test_there_is_no_tls_where_there_should_be(inga: Client) -> None:
    happened = "does not speak TLS, so there is no secure connection to it"
    async with faulty_license_server(modes.speaks_garbage) as license_server:
        address = license_server.address.replace("http", "https")
        await a_failed_check_is_harmless(inga, address, "UNAVAILABLE", in_words(happened))


async def test_an_address_that_could_be_listened_to_on_the_way_is_not_asked(inga: Client) -> None:
    happened = "has no address that begins with https://, so it is not asked"
    await a_failed_check_is_harmless(inga, "http://licenses.example", "UNAVAILABLE", in_words(happened))


REFUSED = [
    (modes.knows_nothing, "The vendor does not know serial number 1204417838."),
    (modes.refuses, "The agreement ended in May. Call us."),
    (answers(401), "Access is denied (status 401)."),
    (answers(418), "It does not take this request (status 418)."),
]


@pytest.mark.parametrize(("mode", "words"), REFUSED, ids=name_of)
async def test_the_vendor_says_no(inga: Client, mode: Mode, words: str) -> None:
    message = f'The vendor\'s license server said no: "{words}" Contact the vendor, or import a license file.'
    async with faulty_license_server(mode) as license_server:
        await a_failed_check_is_harmless(inga, license_server.address, "REFUSED", re.escape(message))


def growth(demo: Demo, key: SigningKey | None = None, **changed: object) -> str:
    """A document that would be activated at once, with claims that make it unusable."""
    claims: dict[str, Any] = msgspec.to_builtins(read_stored(demo.files["growth.lic"].encode()))
    changed_claims = {name: value for name, value in {**claims, **changed}.items() if value is not ...}
    return sign(changed_claims, key or demo.keys["superoffice"], check=False)


def days(number: int) -> int:
    """So many days from now, as documents state it."""
    return int((utc_now() + timedelta(days=number)).timestamp())


def another_scope(demo: Demo) -> str:
    """Makes seats of what has been a license for everyone."""
    claims: dict[str, Any] = msgspec.to_builtins(read_stored(demo.files["growth.lic"].encode()))
    licenses = [
        {**one, "scope": "USER", "total": 5} if one["code"] == "online-webservices" else one
        for one in claims["licenses"]
    ]
    return growth(demo, licenses=licenses)


def invalid(why: str) -> str:
    """What the administrator reads of a document that makes no sense."""
    return rf"The license file cannot be used: .*{why}.*\. Choose the file that the vendor sent, or ask for a new one\."


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
    "a stranger's key": (lambda demo: growth(demo, generate()), UNTRUSTED),
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


@pytest.mark.parametrize("what", UNUSABLE)
async def test_what_it_gives_cannot_be_used(inga: Client, server: Running, what: str) -> None:
    make, message = UNUSABLE[what]
    async with faulty_license_server(answers(200, make(server.demo).encode())) as license_server:
        await a_failed_check_is_harmless(inga, license_server.address, "UNUSABLE", message)
