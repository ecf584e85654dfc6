"""Concurrent schedulers check each vendor once and send each report once."""

import asyncio
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from datetime import timedelta

import pytest

from licensing.documents.keys import generate_key
from models.license import License
from models.vendor import TrustedKey, Vendor
from resolvers.context import utc_now
from tests.support import factories
from tests.support.documents import claims, grant, signed, trusted
from tests.support.faulty_license_server import Call, FaultyLicenseServer, faulty_license_server

SCHEDULERS, INSTALLATIONS, VENDORS_EACH = 10, 5, 10


class LicenseServer:
    """A license server that serves documents by path and accepts all reports."""

    def __init__(self) -> None:
        """Start without documents."""
        self.documents: dict[str, bytes] = {}

    async def answer(self, call: Call) -> None:
        """Respond to a request."""
        if call.request.startswith("GET "):
            await call.answer(200, self.documents[call.request.split()[1]])
        else:
            await call.answer(204)

    async def add(self, address: str, installation_id: int, serial: str, number: int) -> None:
        """Create a vendor that is due for a check, with a document at a path of its own."""
        key, name, at = generate_key(), f"vendor-{number}", f"{address}/{serial}/{number}"
        vendor = await factories.make_vendor(name, installation_id=installation_id, name=name, license_server=at)
        trust = trusted(key, name)
        await TrustedKey.create(
            installation_id=installation_id, vendor_id=vendor.id, kid=trust.kid, jwk=dict(trust.jwk)
        )
        await Vendor.filter(id=vendor.id).update(next_check_at=utc_now() - timedelta(minutes=1))
        stated = claims(
            iss=name,
            sub=serial,
            jti=f"{name}-{serial}",
            vendor={"name": name, "license_server": at},
            licenses=[grant("seat", total=number)],
        )
        self.documents[f"/{serial}/{number}/v1/licenses/{serial}.lic"] = signed(stated, key)


def requests(server: FaultyLicenseServer, method: str) -> Counter[str]:
    """Return how often each path was requested."""
    return Counter(match[1] for head in server.requests if (match := re.match(rf"{method} (\S+)", head)))


async def start(database_url: str) -> Process:
    """Start a scheduler process and wait until it is ready."""
    checker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.chaos.run_scheduler_once", database_url), stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    assert checker.stdout
    assert await checker.stdout.readline() == b"ready\n"
    return checker


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_ten_schedulers_check_each_vendor_once(database: str) -> None:
    documents = LicenseServer()
    async with faulty_license_server(documents.answer) as server:
        for index in range(INSTALLATIONS):
            made = await factories.make_installation(serial := f"{index + 1}000000000", "Fjordlys Handel AS")
            for number in range(VENDORS_EACH):
                await documents.add(server.address, made.id, serial, number)

        checkers = await asyncio.gather(*(start(database) for _ in range(SCHEDULERS)))
        logs = await asyncio.gather(*(checker.communicate(b"go\n") for checker in checkers))

        assert [checker.returncode for checker in checkers] == [0] * SCHEDULERS, logs
        assert requests(server, "GET") == dict.fromkeys(documents.documents, 1)
        reports = {path.partition("/v1/")[0] + "/v1/acceptances": 1 for path in documents.documents}
        assert requests(server, "POST") == reports

    totals = Counter(await License.all().values_list("total", flat=True))
    assert totals == dict.fromkeys(range(VENDORS_EACH), INSTALLATIONS)
    assert set(await Vendor.all().values_list("check_outcome", flat=True)) == {"CHANGES_FOUND"}
