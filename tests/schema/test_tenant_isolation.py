"""IDs of another installation are not found by any field that takes an ID, as listed by the schema."""

import json
from typing import Any

import pytest

from licensing.enums import UserStatus
from models.api_token import ApiToken
from models.assignment import Assignment
from models.audit_event import AuditEvent
from models.change_set import ChangeSet, ReceivedDocument
from models.installation import Installation
from models.license import License
from models.user import User
from models.vendor import Vendor
from models.webhook import Webhook
from resolvers.context import utc_now
from resolvers.principals import ALL_SCOPES, COMMAND_LINE
from schema.relay.node import global_id
from tests.support import factories
from tests.support.schema_fields import FIELDS_TAKING_IDS, ROOTS, selection, takes_id, value

MARK = "Hemmelig"
"""Marker in every text of the other installation."""


@pytest.fixture
async def foreign_ids(other_installation) -> dict[str, str]:
    """Return one ID per type of object of another installation, whose texts all contain the marker."""
    other = await other_installation()
    await Installation.filter(id=other).update(license_owner=MARK)
    vendor = await Vendor.get(installation_id=other)
    await Vendor.filter(id=vendor.id).update(name=MARK)
    license = await factories.make_license("superoffice.plan", installation_id=other, name=MARK, total=5, plan=True)
    user = await factories.make_user(MARK, installation_id=other, holds=["superoffice.plan"], status=UserStatus.ACTIVE)
    now = utc_now()
    document = await ReceivedDocument.create(
        installation_id=other, vendor_id=vendor.id, sha256="0" * 64, content=b"", key_id="k", document_id="d",
        serial_number="2000000006", sequence=1, issued_at=now, license_owner=MARK, effective_at=now, received_at=now,
    )  # fmt: skip
    change_set = await ChangeSet.create(
        installation_id=other, vendor_id=vendor.id, document_id=document.id, source="LICENSE_FILE", received_at=now,
        changes=[], outcome="AUTO_ACTIVATED", closed_at=now, closed_by_kind="SYSTEM", closed_by_name=MARK,
    )  # fmt: skip
    token = await ApiToken.create(
        installation_id=other, name=MARK, secret_sha256="0" * 64, scopes=sorted(ALL_SCOPES), created_at=now,
        expires_at=now,
    )  # fmt: skip
    event = await AuditEvent.create(
        installation_id=other, position=1, occurred_at=now, action="SIGNED_IN", actor_kind=COMMAND_LINE.kind.value,
        actor_name=MARK, request_id="r", facts={"user": MARK}, details=[],
    )  # fmt: skip
    assignment = await Assignment.get(installation_id=other)
    webhook = await Webhook.create(
        installation_id=other, name=MARK, url=f"https://{MARK}.example", secret=MARK, created_at=now, position=0,
        next_try_at=now,
    )  # fmt: skip
    rows = {
        "Installation": other, "Vendor": vendor.id, "License": license.id, "User": user.id, "ApiToken": token.id,
        "LicenseAssignment": assignment.id, "LicenseChangeSet": change_set.id, "AuditEvent": event.id,
        "Webhook": webhook.id,
    }  # fmt: skip
    return {name: global_id(name)(id_) for name, id_ in rows.items()}


async def state() -> list[Any]:
    """Return all rows of the other installation that a mutation could change."""
    tables = (Installation, Vendor, License, User, Assignment, ChangeSet, ApiToken, Webhook)
    others = {"id__gt": 0}
    return [
        await table.filter(**others).exclude(**{"id" if table is Installation else "installation_id": 1}).values()
        for table in tables
    ]


def test_fields_taking_ids_are_found():
    assert len(FIELDS_TAKING_IDS) >= 12
    assert ("query", "node") in FIELDS_TAKING_IDS and ("mutation", "activateLicenses") in FIELDS_TAKING_IDS


@pytest.mark.parametrize(("kind", "name"), FIELDS_TAKING_IDS)
async def test_foreign_ids_are_not_found(execute, foreign_ids, make_license, kind, name):
    await make_license("superoffice.plan", total=5, plan=True)
    before = await state()
    field = dict(ROOTS)[kind].fields[name]
    for id_ in foreign_ids.values():
        arguments = {n: value(a.type, id_) for n, a in field.args.items() if takes_id(a.type) or n == "input"}
        declared = ", ".join(f"${n}: {field.args[n].type}" for n in arguments)
        used = ", ".join(f"{n}: ${n}" for n in arguments)
        document = f"{kind} ({declared}) {{ {name}({used}) {selection(field.type)} }}"

        result = await execute(document, **arguments)

        response = json.dumps([result.data, [str(error) for error in result.errors or ()]], default=str)
        assert MARK not in response and "2000000006" not in response
        data = (result.data or {}).get(name)
        if kind == "mutation":
            assert result.errors or "NOT_FOUND" in response, response
        elif name in ("node", "nodes"):
            assert data in (None, [None])
        else:
            assert not (data or {}).get("nodes"), response
    assert await state() == before
