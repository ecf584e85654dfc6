"""Keygen license files, from import to activation."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from licensing.documents.errors import FileExpired, FileInvalid, FileOutdated, LicenseKeyInvalid, SerialNumberMismatch
from licensing.documents.keys import parse_public_jwk, public_jwk
from licensing.enums import AuditAction, ChangeSetStatus, ImportMode
from models.audit_event import AuditEvent
from models.change_set import ChangeSet, ReceivedDocument
from models.installation import Installation
from models.license import License
from models.user import User
from models.vendor import Vendor
from resolvers.change_sets.activation import activate_licenses
from resolvers.change_sets.change_sets import get_change_set
from resolvers.change_sets.demo_conversion import convert_demo
from resolvers.change_sets.license_files import import_license_file, verify_license_file
from resolvers.change_sets.read_model import ChangeSetView
from resolvers.context import Context, system_context
from resolvers.idempotency import IdempotentRequest
from resolvers.operations.doctor import examine
from resolvers.operations.scheduled_jobs import triage_effective
from resolvers.principals import SYSTEM
from resolvers.vendors.removal import remove_vendor
from resolvers.vendors.trusted_keys import distrust_key, trust_key
from tests.support.documents import KEY, SERIAL
from tests.support.keygen_files import CSHARP, JS, LICENSE_KEY, NODE, Sample, keygen_file, license

ImportFile = Callable[..., Awaitable[ChangeSetView | None]]


@pytest.fixture
async def acme(context: Context) -> Vendor:
    """Make a vendor, not the main one, that issues Keygen files."""
    await trust_key(context, JS.public_key, vendor_key="acme", name="Acme Inc.")
    return await trust_key(context, parse_public_jwk(public_jwk(KEY)), vendor_key="acme", name="Acme Inc.")


@pytest.fixture
def import_file(context: Context, acme: Vendor) -> ImportFile:
    """Import a file as the administrator."""

    async def do(
        content: bytes, license_key: str | None = LICENSE_KEY, mode: ImportMode = ImportMode.FOLLOW_POLICY
    ) -> ChangeSetView | None:
        document = await verify_license_file(context, content, mode, license_key)
        return await import_license_file(context, document, content, mode)

    return do


def file(issued: datetime | None = None, **attributes: Any) -> bytes:
    stated = license(**attributes)
    if issued:
        stated["meta"]["issued"] = issued.isoformat()
    return keygen_file(stated)


async def collect_user_errors() -> list[str]:
    refused = AuditEvent.filter(action=AuditAction.LICENSE_FILE_REFUSED.value).order_by("position")
    return [event.facts["code"] for event in await refused]


@pytest.mark.parametrize("sample", [NODE, CSHARP], ids=lambda sample: sample.id)
async def test_expired_keygen_file_is_rejected(import_file: ImportFile, sample: Sample) -> None:
    with pytest.raises(FileExpired):
        await import_file(sample.data, sample.license_key)
    assert not await ReceivedDocument.exists()


@pytest.mark.parametrize("sample", [JS], ids=lambda sample: sample.id)
async def test_perpetual_file_is_previewed_and_activated(import_file: ImportFile, sample: Sample) -> None:
    preview = await import_file(sample.data, sample.license_key, ImportMode.PREVIEW)

    assert preview is not None
    assert [(one.key, one.name, one.new_total) for one in preview.changes] == [("acme.license", sample.name, None)]
    assert not await ReceivedDocument.exists()

    changed = await import_file(sample.data, sample.license_key)

    assert changed is not None and changed.status is ChangeSetStatus.ACTIVATED
    assert (await License.get(key="acme.license")).includes == [sample.feature]
    assert (await License.get(key=f"acme.{sample.feature}")).is_hidden


async def test_license_key_is_not_stored(import_file: ImportFile, context: Context) -> None:
    await import_file(file())

    kept = await ReceivedDocument.get()
    assert LICENSE_KEY not in f"{kept.statement} {bytes(kept.content)!r}"
    assert not any(LICENSE_KEY in str(event.facts) for event in await AuditEvent.all())
    assert await examine(context) == []


async def test_doctor_finds_altered_document(import_file: ImportFile, context: Context) -> None:
    await import_file(file())
    await ReceivedDocument.all().update(content=file(maxUsers=1000))

    assert [finding.code for finding in await examine(context)] == ["SIGNATURE_INVALID"]


async def test_failed_keygen_imports_are_recorded(import_file: ImportFile) -> None:
    for content, license_key, refusal in [
        (file(), None, LicenseKeyInvalid),
        (file(), "another", LicenseKeyInvalid),
        (file(metadata={"serialNumber": "9999999999"}), LICENSE_KEY, SerialNumberMismatch),
    ]:
        with pytest.raises(refusal):
            await import_file(content, license_key)
    assert await collect_user_errors() == ["LICENSE_KEY_INVALID", "LICENSE_KEY_INVALID", "SERIAL_NUMBER_MISMATCH"]


async def test_pending_file_activates_without_license_key(import_file: ImportFile, context: Context) -> None:
    waiting = await import_file(file(maxUsers=3), mode=ImportMode.REVIEW)

    assert waiting is not None and waiting.status is ChangeSetStatus.AWAITING_ACTIVATION
    assert [one.new_total for one in (await get_change_set(context, waiting.id)).changes] == [3]
    await activate_licenses(context, waiting.id)
    assert (await License.get(key="acme.license")).total == 3


async def test_surplus_blocks_keygen_file(import_file: ImportFile, make_user: Callable[..., Awaitable[User]]) -> None:
    await import_file(file(maxUsers=3))
    for name in ("Kari", "Ola"):
        await make_user(name, holds=["acme.license"])

    changed = await import_file(file(datetime(2025, 6, 1, tzinfo=UTC), maxUsers=1))

    assert changed is not None and changed.status is ChangeSetStatus.BLOCKED_BY_SURPLUS


async def test_earlier_keygen_file_is_outdated(import_file: ImportFile) -> None:
    await import_file(file(datetime(2025, 6, 1, tzinfo=UTC)))
    with pytest.raises(FileOutdated):
        await import_file(file(datetime(2025, 5, 31, tzinfo=UTC)))


async def test_reimport_returns_same_change_set(import_file: ImportFile) -> None:
    content = file()
    first = await import_file(content)
    again = await import_file(content)

    assert first is not None and again is not None and again.id == first.id


async def test_repeated_request_returns_same_result(context: Context, acme: Vendor) -> None:
    content, calls = file(), []
    for _ in range(2):
        request = replace(context)
        request.idempotent_request = IdempotentRequest.of(context.caller, "key", "the call")
        await request.idempotent_request.look_up(context.now())
        document = await verify_license_file(request, content, ImportMode.FOLLOW_POLICY, LICENSE_KEY)
        changed = await import_license_file(request, document, content, ImportMode.FOLLOW_POLICY)
        calls.append((document, changed and changed.id))
        await distrust_key(context, document.key_id)

    assert calls[0] == calls[1]
    assert await ReceivedDocument.all().count() == 1


async def test_unmentioned_vendor_details_stay_unchanged(import_file: ImportFile) -> None:
    await Vendor.filter(key="acme").update(license_server="https://licenses.acme.example")

    await import_file(file(expiry="2030-01-01T00:00:00Z"))

    vendor = await Vendor.get(key="acme")
    assert (vendor.name, vendor.license_server) == ("Acme Inc.", "https://licenses.acme.example")
    assert vendor.next_check_at is not None and vendor.expires_at == datetime(2030, 1, 1, tzinfo=UTC)


async def test_future_issue_date_delays_activation(import_file: ImportFile, context: Context) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    waiting = await import_file(file(soon))
    assert waiting is not None and waiting.status is ChangeSetStatus.AWAITING_ACTIVATION

    then = soon + timedelta(minutes=1)
    await triage_effective(lambda id_: system_context(id_, actor=SYSTEM, request_id="checker", now=lambda: then), then)

    assert (await ChangeSet.get()).outcome == ChangeSetStatus.ACTIVATED.value


async def test_returning_vendor_regains_its_licenses(import_file: ImportFile, context: Context) -> None:
    await import_file(file())
    await remove_vendor(context, "acme")
    assert not (await License.get(key="acme.license")).in_force

    await trust_key(context, JS.public_key, vendor_key="acme", name="Acme Inc.")

    assert (await License.get(key="acme.license")).in_force


async def test_distrusted_key_keeps_active_licenses(import_file: ImportFile, context: Context) -> None:
    await import_file(file())
    await distrust_key(context, parse_public_jwk(public_jwk(KEY)).kid)

    assert await examine(context) == []
    assert (await License.get(key="acme.license")).in_force


async def test_file_without_serial_number_cannot_convert(context: Context) -> None:
    await trust_key(context, parse_public_jwk(public_jwk(KEY)), vendor_key="superoffice", name="SuperOffice AS")
    await Installation.all().update(is_demo=True, serial_number="1010000004")
    with pytest.raises(FileInvalid, match="serialNumber"):
        await convert_demo(context, SERIAL, "Fjordlys Handel AS", keygen_file(license(), None))
