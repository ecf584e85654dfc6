"""Imports of license files."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from licensing.documents.armor import SIGNED_LICENSE
from licensing.documents.errors import (
    FileExpired,
    FileInvalid,
    FileOutdated,
    SerialNumberMismatch,
    SignatureInvalid,
    SigningKeyUnknown,
)
from licensing.documents.keys import generate_key
from licensing.enums import ActivationPolicy, AuditAction, ChangeSetStatus, ImportMode, LicenseChangeKind
from models.audit_event import AuditEvent
from models.change_set import ChangeSet, ReceivedDocument
from models.installation import Installation
from models.license import License
from models.vendor import TrustedKey, Vendor
from resolvers.change_sets.activation import activate_licenses
from resolvers.change_sets.change_sets import get_change_set, reject_pending_changes
from resolvers.change_sets.license_files import verify_license_file
from resolvers.context import Context
from tests.support.documents import claims, grant, signed
from tests.support.license_imports import ImportFile

Make = Callable[..., Awaitable[License]]


def document(seq: int = 1, **stated: object) -> dict[str, object]:
    return claims(seq=seq, jti=f"document-{seq}", **stated)


def sales(total: int | None, **members: object) -> dict[str, object]:
    return grant("ten-sales", name="Sales Premium", total=total, **members)


async def actions() -> list[str]:
    return [str(action) for action in await AuditEvent.all().order_by("position").values_list("action", flat=True)]


async def nothing_is_kept() -> bool:
    return not (await ReceivedDocument.exists() or await ChangeSet.exists() or await License.exists())


async def test_first_file_is_activated_immediately(import_file: ImportFile) -> None:
    change_set = await import_file(document())

    assert change_set is not None
    assert change_set.status is ChangeSetStatus.ACTIVATED
    assert change_set.closed_by is not None and change_set.closed_by.name == "Inga Solheim"
    assert [(one.key, one.kind, one.old_total, one.new_total) for one in change_set.changes] == [
        ("superoffice.server", LicenseChangeKind.ADDED, None, None),
        ("superoffice.ten-sales", LicenseChangeKind.ADDED, 0, 5),
    ]
    assert (await License.get(key="superoffice.ten-sales")).total == 5
    assert (await License.get(key="superoffice.t2")).is_hidden
    assert await actions() == [AuditAction.CHANGE_SET_RECEIVED, AuditAction.LICENSES_ACTIVATED]


async def test_file_with_surplus_stays_pending(import_file: ImportFile, make_license: Make) -> None:
    await make_license("superoffice.ten-sales", name="Sales Premium", total=5, held_by=4)

    change_set = await import_file(document(licenses=[sales(3)]))

    assert change_set is not None
    assert change_set.status is ChangeSetStatus.BLOCKED_BY_SURPLUS
    assert not change_set.can_activate
    [surplus] = change_set.surplus_requirements
    assert (surplus.seats_in_use, surplus.seats_available, surplus.seats_to_remove) == (4, 3, 1)
    assert (await License.get(key="superoffice.ten-sales")).total == 5


@pytest.mark.parametrize(
    ("policy", "total", "status"),
    [
        (ActivationPolicy.AUTOMATIC, 9, ChangeSetStatus.ACTIVATED),
        (ActivationPolicy.AUTOMATIC, 4, ChangeSetStatus.ACTIVATED),
        (ActivationPolicy.REVIEW_REDUCTIONS, 9, ChangeSetStatus.ACTIVATED),
        (ActivationPolicy.REVIEW_REDUCTIONS, 4, ChangeSetStatus.AWAITING_ACTIVATION),
        (ActivationPolicy.MANUAL, 9, ChangeSetStatus.AWAITING_ACTIVATION),
    ],
)
async def test_activation_policy_decides(
    import_file: ImportFile,
    make_license: Make,
    trusted_vendor: Vendor,
    policy: ActivationPolicy,
    total: int,
    status: str,
) -> None:
    await make_license("superoffice.ten-sales", name="Sales Premium", total=5)
    await Vendor.filter(id=trusted_vendor.id).update(activation_policy=policy.value)

    change_set = await import_file(document(licenses=[sales(total)]))

    assert change_set is not None and change_set.status == status


async def test_review_mode_overrides_policy(import_file: ImportFile) -> None:
    change_set = await import_file(document(), ImportMode.REVIEW)

    assert change_set is not None and change_set.status is ChangeSetStatus.AWAITING_ACTIVATION
    assert change_set.can_activate


async def test_preview_writes_nothing(import_file: ImportFile) -> None:
    change_set = await import_file(document(), ImportMode.PREVIEW)

    assert change_set is not None
    assert (change_set.id, change_set.status, len(change_set.changes)) == (0, ChangeSetStatus.AWAITING_ACTIVATION, 2)
    assert await nothing_is_kept()
    assert await actions() == []


async def test_reimport_returns_same_change_set(import_file: ImportFile) -> None:
    first = await import_file(document())
    events = await AuditEvent.all().count()

    again = await import_file(document())

    assert first is not None and again is not None and again.id == first.id
    assert await AuditEvent.all().count() == events


async def test_newer_file_supersedes_pending_one(import_file: ImportFile, context: Context) -> None:
    waiting = await import_file(document(1), ImportMode.REVIEW)
    newer = await import_file(document(2), ImportMode.REVIEW)

    assert waiting is not None and newer is not None
    assert (await get_change_set(context, waiting.id)).status is ChangeSetStatus.SUPERSEDED
    assert newer.status is ChangeSetStatus.AWAITING_ACTIVATION
    assert AuditAction.CHANGE_SET_SUPERSEDED in await actions()
    with pytest.raises(FileOutdated):
        await import_file(document(1))


async def test_older_file_is_outdated(import_file: ImportFile) -> None:
    await import_file(document(2))
    with pytest.raises(FileOutdated):
        await import_file(document(1))
    assert await actions() == ["CHANGE_SET_RECEIVED", "LICENSES_ACTIVATED", "LICENSE_FILE_REFUSED"]


async def test_unchanged_file_makes_no_change_set(import_file: ImportFile) -> None:
    await import_file(document(1))

    assert await import_file(document(2, vendor={"name": "SuperOffice Norge AS"})) is None

    assert (await Vendor.get(key="superoffice")).name == "SuperOffice Norge AS"
    assert await ChangeSet.all().count() == 1
    with pytest.raises(FileOutdated):
        await import_file(document(2, owner="Another"))


async def test_new_dates_make_an_empty_change_set(import_file: ImportFile) -> None:
    await import_file(document(1))

    change_set = await import_file(document(2, dates={"expires_at": "2030-01-01T00:00:00Z"}))

    assert change_set is not None
    assert change_set.changes == []
    assert change_set.status is ChangeSetStatus.ACTIVATED
    assert (await Vendor.get(key="superoffice")).expires_at == datetime(2030, 1, 1, tzinfo=UTC)


async def test_other_owner_stays_pending_until_activated(
    import_file: ImportFile, context: Context, installation: int
) -> None:
    change_set = await import_file(document(owner="Fjordlys Norge AS"))

    assert change_set is not None and change_set.status is ChangeSetStatus.AWAITING_ACTIVATION
    assert (change_set.previous_license_owner, change_set.license_owner) == ("Fjordlys Handel AS", "Fjordlys Norge AS")
    await activate_licenses(context, change_set.id)
    assert (await Installation.get(id=installation)).license_owner == "Fjordlys Norge AS"


async def test_reimported_rejected_file_stays_pending(import_file: ImportFile, context: Context) -> None:
    first = await import_file(document(), ImportMode.REVIEW)
    assert first is not None
    await reject_pending_changes(context, first.id, "Too few seats")

    again = await import_file(document())

    assert again is not None and again.id != first.id
    assert again.status is ChangeSetStatus.AWAITING_ACTIVATION
    assert (await get_change_set(context, first.id)).rejection_reason == "Too few seats"
    assert await ReceivedDocument.all().count() == 1


async def test_restored_license_keeps_its_id(import_file: ImportFile) -> None:
    await import_file(document(1))
    before = await License.get(key="superoffice.ten-sales")
    await import_file(document(2, licenses=[grant("server", name="Server", scope="SYSTEM")]))
    assert not (await License.get(id=before.id)).in_force

    await import_file(document(3))

    back = await License.get(key="superoffice.ten-sales")
    assert (back.id, back.in_force, back.total) == (before.id, True, 5)


async def test_ended_license_keeps_scope_and_kind(import_file: ImportFile) -> None:
    await import_file(document(1))
    await import_file(document(2, licenses=[]))
    with pytest.raises(FileInvalid, match="server"):
        await import_file(document(3, licenses=[grant("server", total=3)]))


async def test_expired_file_cannot_be_activated(import_file: ImportFile) -> None:
    change_set = await import_file(document(dates={"expires_at": "2025-01-01T00:00:00Z"}))

    assert change_set is not None and change_set.status is ChangeSetStatus.AWAITING_ACTIVATION
    assert not change_set.can_activate


async def test_future_file_stays_pending(import_file: ImportFile) -> None:
    later = datetime.now(UTC) + timedelta(days=30)
    change_set = await import_file(document(nbf=int(later.timestamp())))

    assert change_set is not None and change_set.status is ChangeSetStatus.AWAITING_ACTIVATION
    assert not change_set.can_activate


async def test_file_past_import_deadline_is_rejected(import_file: ImportFile) -> None:
    with pytest.raises(FileExpired):
        await import_file(document(exp=int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())))
    assert await nothing_is_kept()
    assert await actions() == [AuditAction.LICENSE_FILE_REFUSED]


async def test_file_issued_in_the_future_is_rejected(import_file: ImportFile) -> None:
    with pytest.raises(FileInvalid, match="iat"):
        await import_file(document(iat=int((datetime.now(UTC) + timedelta(days=2)).timestamp())))


async def test_failed_verifications_are_recorded(context: Context, trusted_vendor: Vendor) -> None:
    mode = ImportMode.FOLLOW_POLICY
    altered = signed(document()).replace(b"\n", b"\nA", 1)
    for content, refusal in [
        (b"Hello", FileInvalid),
        (signed(document(), generate_key()), SigningKeyUnknown),
        (altered, FileInvalid),
    ]:
        with pytest.raises(refusal):
            await verify_license_file(context, content, mode)
    assert await actions() == [AuditAction.LICENSE_FILE_REFUSED] * 3
    with pytest.raises(FileInvalid):
        await verify_license_file(context, b"Hello", ImportMode.PREVIEW)
    assert len(await actions()) == 3


async def test_file_of_another_installation_is_rejected(import_file: ImportFile) -> None:
    with pytest.raises(SerialNumberMismatch):
        await import_file(document(sub="9999999999"))
    assert await nothing_is_kept()
    assert await actions() == [AuditAction.LICENSE_FILE_REFUSED]


async def test_distrusted_key_is_rejected(context: Context, trusted_vendor: Vendor) -> None:
    await TrustedKey.all().update(distrusted_at=datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(SigningKeyUnknown):
        await verify_license_file(context, signed(document()), ImportMode.FOLLOW_POLICY)


async def test_vendor_bound_token_imports_own_files_only(
    context: Context, trusted_vendor: Vendor, make_vendor: Callable[..., Awaitable[Vendor]]
) -> None:
    other = await make_vendor("nordsync", name="NordSync AS")
    assert context.principal
    bound = Context(replace(context.principal, vendor_id=other.id), request_id="bound")

    with pytest.raises(SigningKeyUnknown):
        await verify_license_file(bound, signed(document()), ImportMode.FOLLOW_POLICY)


async def test_signature_of_other_claims_is_rejected(context: Context, trusted_vendor: Vendor) -> None:
    lines = signed(document()).decode().replace("\n", "").split("-----")
    header, payload, _ = lines[2].split(".")
    other = signed(document(2)).decode().replace("\n", "").split("-----")[2].split(".")[2]
    with pytest.raises(SignatureInvalid):
        await verify_license_file(
            context, SIGNED_LICENSE.wrap(f"{header}.{payload}.{other}").encode(), ImportMode.FOLLOW_POLICY
        )


async def test_concurrent_imports_stay_consistent(import_file: ImportFile) -> None:
    results = await asyncio.gather(
        *(import_file(document(1 + number % 2)) for number in range(20)), return_exceptions=True
    )

    unexpected = [one for one in results if isinstance(one, Exception) and not isinstance(one, FileOutdated)]
    assert unexpected == []
    assert await ChangeSet.filter(outcome__isnull=True).count() == 0
    received = await ReceivedDocument.all().order_by("sequence").values_list("sequence", flat=True)
    assert list(received) in ([2], [1, 2])
    assert (await License.get(key="superoffice.ten-sales")).total == 5
    positions = await AuditEvent.all().order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(1, len(positions) + 1))
