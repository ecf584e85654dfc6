"""Each constraint of the database rejects a violation, on both engines."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from tortoise import Model, Tortoise
from tortoise.exceptions import IntegrityError, OperationalError

from licensing.enums import LicenseScope
from models.api_token import ApiToken
from models.assignment import Assignment
from models.audit_event import AuditEvent
from models.change_set import ChangeSet, ReceivedDocument
from models.db.config import MODEL_MODULES
from models.idempotency import IdempotencyKey
from models.installation import Installation
from models.license import License
from models.session import Session
from models.user import User
from models.vendor import TrustedKey, Vendor
from models.webhook import Webhook

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class Rows:
    """One row of each table, in one installation."""

    installation: Installation
    vendor: Vendor
    license: License
    other_plan: License
    system_license: License
    user: User
    assignment: Assignment
    document: ReceivedDocument
    change_set: ChangeSet
    key: TrustedKey
    session: Session
    event: AuditEvent
    idempotency_key: IdempotencyKey
    webhook: Webhook


@pytest.fixture
async def rows(installation, make_license, make_user):
    tenant = {"installation_id": installation}
    vendor = await Vendor.get(key="superoffice", **tenant)
    license = await make_license("superoffice.ten-sales", total=5, plan=True)
    other_plan = await make_license("superoffice.ten-service", total=5, plan=True)
    system_license = await make_license("superoffice.server", scope=LicenseScope.SYSTEM)
    user = await make_user("Kari", holds=["superoffice.ten-sales"])
    document = await ReceivedDocument.create(**tenant, **document_of(vendor, sha256="a" * 64))
    return Rows(
        installation=await Installation.get(id=installation),
        vendor=vendor,
        license=license,
        other_plan=other_plan,
        system_license=system_license,
        user=user,
        assignment=await Assignment.get(user_id=user.id),
        document=document,
        change_set=await ChangeSet.create(**tenant, **change_set_of(vendor, document)),
        key=await TrustedKey.create(**tenant, vendor_id=vendor.id, kid="kid", jwk={}),
        session=await Session.create(
            **tenant, user_id=user.id, secret_sha256="a" * 64, created_at=NOW, last_seen_at=NOW
        ),
        event=await AuditEvent.create(**tenant, **event_at(1)),
        idempotency_key=await IdempotencyKey.create(
            **tenant, principal="user 1", key="key", fingerprint="a" * 64, kept_at=NOW
        ),
        webhook=await Webhook.create(
            **tenant, name="ERP", url="https://erp.example", secret="s", created_at=NOW, position=0, next_try_at=NOW
        ),
    )


def document_of(vendor, *, sha256):
    return {
        "vendor_id": vendor.id,
        "sha256": sha256,
        "content": b"",
        "key_id": "kid",
        "document_id": "jti",
        "serial_number": "1204417838",
        "sequence": 1,
        "license_owner": "Fjordlys Handel AS",
        "issued_at": NOW,
        "effective_at": NOW,
        "received_at": NOW,
    }


def change_set_of(vendor, document, **columns):
    return {
        "vendor_id": vendor.id,
        "document_id": document.id,
        "source": "LICENSE_FILE",
        "received_at": NOW,
        **columns,
    }


def event_at(position):
    return {
        "position": position,
        "occurred_at": NOW,
        "action": "SIGNED_IN",
        "actor_kind": "SYSTEM",
        "actor_name": "system",
        "request_id": "test-request",
        "facts": {},
        "details": [],
    }


def update(name, **columns):
    """Return a function that updates columns of one of the rows."""

    async def violate(rows):
        row = getattr(rows, name)
        await type(row).filter(id=row.id).update(**columns)

    return violate


def copy(name, **columns):
    """Return a function that inserts a copy of one of the rows, with other values in some columns."""

    async def violate(rows):
        row = getattr(rows, name)
        values = {column: getattr(row, column) for column in type(row)._meta.fields_db_projection if column != "id"}
        await type(row).create(**{**values, **columns})

    return violate


async def assign_another_plan(rows):
    await copy("assignment", license_id=rows.other_plan.id)(rows)


CHECKS = {
    "installation_serial_number_length": [update("installation", serial_number="123456789")],
    "user_open_requests": [update("user", open_requests=-1)],
    "user_retired_administrator": [update("user", is_administrator=True, status="RETIRED")],
    "license_seats": [update("license", in_use=6), update("license", in_use=-1), update("license", total=0)],
    "license_total": [update("system_license", total=1)],
    "license_plan": [update("system_license", is_plan=True)],
    "license_unseated": [
        update("license", in_force=False),
        update("license", is_hidden=True),
        update("license", scope="SYSTEM", total=None, is_plan=False),
        update("system_license", in_use=1),
    ],
    "change_set_closed": [
        update("change_set", outcome="REJECTED"),
        update("change_set", outcome="REJECTED", closed_at=NOW),
        update("change_set", outcome="REJECTED", changes=[]),
        update("change_set", closed_at=NOW, changes=[]),
    ],
    "webhook_tries": [update("webhook", tries=-1), update("webhook", tries=1), update("webhook", failing_since=NOW)],
    "webhook_previous_secret": [
        update("webhook", previous_secret="s"),
        update("webhook", previous_secret_ends_at=NOW),
    ],
}

UNIQUES = {
    "user_login": copy("user"),
    "vendor_key": copy("vendor", is_main=False),
    "license_key": copy("license"),
    "assignment_seat": copy("assignment", is_plan=False),
    "received_document_identity": copy("document"),
    "audit_event_position": copy("event"),
    "trusted_key_kid": copy("key"),
    "idempotency_key_principal": copy("idempotency_key"),
    "session.secret_sha256": copy("session"),
    "installation.serial_number": copy("installation"),
    "vendor_main": copy("vendor", key="nordsync"),
    "assignment_plan": assign_another_plan,
    "change_set_open": copy("change_set"),
}

ALLOWED = {
    "same key of another caller": copy("idempotency_key", principal="token 1"),
    "another vendor that is not the main vendor": copy("vendor", key="nordsync", is_main=False),
    "second change set, closed": copy("change_set", outcome="REJECTED", closed_at=NOW, changes=[]),
    "many seats of an unlimited license": update("license", total=None, in_use=1_000_000),
    "all seats in use": update("license", total=1),
    "retired user without administrator rights": update("user", status="RETIRED"),
}


@pytest.mark.parametrize(
    ("name", "violate"),
    [
        pytest.param(name, violate, id=f"{name}-{number}")
        for name, violations in CHECKS.items()
        for number, violate in enumerate(violations, 1)
    ],
)
async def test_invalid_row_violates_check_constraint(rows, name, violate):
    with pytest.raises(IntegrityError, match=name):
        await violate(rows)


@pytest.mark.parametrize("violate", UNIQUES.values(), ids=UNIQUES)
async def test_duplicate_row_violates_unique_index(rows, violate):
    with pytest.raises(IntegrityError, match=r"(?i)unique"):
        await violate(rows)


@pytest.mark.parametrize("write", ALLOWED.values(), ids=ALLOWED)
async def test_similar_but_valid_row_is_written(rows, write):
    await write(rows)


def test_every_constraint_is_tested():
    Tortoise.init_models(MODEL_MODULES, "models")
    models = [model for model in Tortoise.apps["models"].values() if issubclass(model, Model)]

    declared = {constraint.name for model in models for constraint in model._meta.constraints}

    assert declared
    assert declared <= CHECKS.keys() | UNIQUES.keys()


@pytest.mark.parametrize("name", ["installation", "vendor", "license", "user", "document"])
async def test_referenced_row_cannot_be_deleted(rows, name):
    row = getattr(rows, name)

    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        await type(row).filter(id=row.id).delete()


async def test_dangling_reference_is_rejected(rows):
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        await ApiToken.create(
            installation_id=rows.installation.id + 1,
            name="Export",
            secret_sha256="a" * 64,
            scopes=[],
            created_at=NOW,
            expires_at=NOW,
        )


async def test_audit_event_cannot_be_updated(rows):
    with pytest.raises((IntegrityError, OperationalError), match="never altered or removed"):
        await AuditEvent.filter(id=rows.event.id).update(actor_name="someone else")

    assert (await AuditEvent.get()).actor_name == "system"


async def test_audit_event_cannot_be_deleted(rows):
    with pytest.raises((IntegrityError, OperationalError), match="never altered or removed"):
        await AuditEvent.all().delete()

    assert await AuditEvent.all().count() == 1
