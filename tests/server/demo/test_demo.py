"""Tests of the demo data, on which screenshots and other tests rely."""

import json
import stat
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from joserfc.util import urlsafe_b64decode

from licensing.documents.armor import SIGNED_LICENSE
from licensing.documents.errors import SerialNumberMismatch, SignatureInvalid
from licensing.enums import ChangeSetStatus, ImportMode, LicenseStatus, UserStatus
from models.assignment import Assignment
from models.audit_event import AuditEvent
from models.change_set import ChangeSet
from models.installation import Installation
from models.license import License
from models.user import User
from resolvers.auth.sessions import sign_in
from resolvers.change_sets.activation import activate_licenses
from resolvers.change_sets.change_sets import pending_changes
from resolvers.change_sets.license_files import import_license_file, verify_license_file
from resolvers.context import Context, system_context
from resolvers.licenses.assignment_queries import suggestions
from resolvers.licenses.assignments import revoke_user_licenses
from resolvers.operations.doctor import examine
from resolvers.principals import COMMAND_LINE
from resolvers.vendors.vendors import load_vendors
from server.demo.installation import fill
from server.demo.people import people

PASSWORD = "correct horse battery"
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture
async def demo(database):
    return await fill(PASSWORD, now=NOW)


@pytest.fixture
def context(demo):
    return system_context(demo.installation_id, actor=COMMAND_LINE, request_id="test", now=lambda: NOW)


@pytest.fixture
async def trial(database):
    return await fill(PASSWORD, trial=True, now=NOW)


async def logins_of(license_key):
    return set(await Assignment.filter(license__key=license_key).values_list("user__login", flat=True))


async def count_holders(license_key, **conditions):
    logins = await logins_of(license_key)
    return await User.filter(login__in=logins, **conditions).count()


async def import_file(context, text, mode):
    content = text.encode()
    return await import_license_file(context, await verify_license_file(context, content, mode), content, mode)


async def test_demo_installation_and_vendors(demo, context):
    installation = await Installation.get()
    assert (installation.license_owner, installation.serial_number) == ("Fjordlys Handel AS", "1204417838")
    assert not installation.is_demo
    assert [(vendor.key, vendor.name, vendor.is_main) for vendor in await load_vendors(context)] == [
        ("superoffice", "SuperOffice AS", True),
        ("nordsync", "NordSync AS", False),
    ]


async def test_visible_licenses(demo):
    shown = await License.filter(is_hidden=False).order_by("vendor_id", "sort")
    assert [(license.key, license.name, license.scope, license.in_use, license.total) for license in shown] == [
        ("superoffice.ten-sales", "Sales Premium", "USER", 21, 21),
        ("superoffice.ten-service", "Service Premium", "USER", 5, 15),
        ("superoffice.ten-salesservicemarketing", "Sales, Service and Marketing Premium", "USER", 20, 20),
        ("superoffice.ten-marketing", "Marketing Premium", "USER", 3, 7),
        ("superoffice.visible-for", "Confidential activities", "USER", 4, None),
        ("superoffice.system-user-cal", "System user", "USER", 1, None),
        ("superoffice.expander-services", "Developer Tools", "SYSTEM", 0, None),
        ("superoffice.online-webservices", "Online WebServices", "SYSTEM", 0, None),
        ("superoffice.sales-t2", "Sales Premium Tier", "SYSTEM", 0, None),
        ("superoffice.projects-free", "Projects (free)", "SYSTEM", 0, None),
        ("nordsync.connector-cal", "NordSync Connector", "USER", 6, 10),
        ("nordsync.connector", "NordSync", "SYSTEM", 0, None),
    ]
    assert {license.code for license in shown if license.is_plan} == {
        "ten-sales",
        "ten-service",
        "ten-salesservicemarketing",
        "ten-marketing",
    }
    assert (await License.get(code="system-user-cal")).kinds == ["SYSTEM"]


async def test_features_of_the_plans(demo):
    every = {"user", "web", "pocket-crm-cal", "selection-cal", "relation-cal"}
    sales = every | {
        "report-cal", "chat-cal", "forms-cal", "sale-cal", "t2", "saint-cal", "target-cal", "project-cal", "quote-cal",
        "guide-cal", "stakeholder-cal", "dash-cal", "selection-combined-cal",
    }  # fmt: skip
    marketing = {"ej-mod-spm-cal", "mktg-auto-cal"}
    assert {plan.code: set(plan.includes) for plan in await License.filter(is_plan=True)} == {
        "ten-sales": sales,
        "ten-service": every | {"ej-client"},
        "ten-salesservicemarketing": sales | {"ej-client"} | marketing | {"mail-merge-cal"},
        "ten-marketing": every | marketing,
    }
    hidden = await License.filter(is_hidden=True).values_list("code", "scope")
    assert dict(hidden) == {code: "USER" for code in sales | {"ej-client", "mail-merge-cal"} | marketing} | {
        "server": "SYSTEM"
    }


async def test_demo_users(demo):
    assert await User.all().count() == 60
    assert await User.exclude(status="RETIRED").count() == 59
    kinds = Counter(await User.exclude(status="RETIRED").values_list("kind", flat=True))
    assert kinds == {"EMPLOYEE": 53, "EXTERNAL": 4, "ANONYMOUS": 1, "SYSTEM": 1}
    oskar = await User.get(status="RETIRED")
    assert (oskar.login, oskar.name, oskar.kind) == ("oskar", "Oskar Dahl", "EMPLOYEE")
    assert (await User.get(kind="ANONYMOUS")).login == "anon-web"
    assert await logins_of("superoffice.system-user-cal") == {"int-erp"}
    assert set(await User.filter(kind="EMPLOYEE").values_list("group", flat=True)) == {
        "Management", "Sales", "Marketing", "Support", "Development"
    }  # fmt: skip
    inga = await User.get(is_administrator=True)
    assert (inga.login, inga.name) == ("inga", "Inga Solheim")
    assert "inga" in await logins_of("superoffice.ten-salesservicemarketing")


async def test_holders_of_sales_premium(demo):
    key = "superoffice.ten-sales"
    assert await count_holders(key, kind="EMPLOYEE", status="ACTIVE") == 21
    assert await count_holders(key, open_requests__gt=0) == 1
    assert await count_holders(key, can_log_in=False) == 1
    assert await count_holders(key, can_log_in=True, last_login_at=None) == 1
    ordinary = await User.filter(
        login__in=await logins_of(key), open_requests=0, can_log_in=True, last_login_at__isnull=False
    )
    assert len({user.last_login_at for user in ordinary}) == 18


async def test_holders_of_the_other_plans(demo):
    assert await count_holders("superoffice.ten-service", status=UserStatus.WAITING_FOR_APPROVAL) == 1
    assert await count_holders("superoffice.ten-service", open_requests__gt=0) == 1
    assert await count_holders("superoffice.ten-salesservicemarketing", kind="EMPLOYEE", can_log_in=True) == 20
    assert await count_holders("superoffice.ten-marketing", kind="EMPLOYEE") == 3
    with_plan = await Assignment.filter(is_plan=True).values_list("user_id", flat=True)
    without = await User.filter(kind="EMPLOYEE", status="ACTIVE").exclude(id__in=list(with_plan))
    assert sorted(user.can_log_in for user in without) == [False, False, True, True]


async def test_holders_of_other_licenses(demo):
    combined = await logins_of("superoffice.ten-salesservicemarketing")
    confidential = await logins_of("superoffice.visible-for")
    assert "inga" in confidential
    assert len(confidential & combined) == len(confidential) == 4
    connected = await logins_of("nordsync.connector-cal")
    assert len(connected & await logins_of("superoffice.ten-sales")) == 3
    assert len(connected & await logins_of("superoffice.ten-service")) == 1
    assert len(connected & combined) == 2
    assert (
        await User.filter(login__in=connected, open_requests=0, can_log_in=True, last_login_at__isnull=False).count()
        == 6
    )


async def test_vendor_dates(context):
    superoffice, nordsync = await load_vendors(context)
    assert superoffice.status is LicenseStatus.ACTIVE
    assert superoffice.warn_at == NOW + 60 * DAY
    assert superoffice.expires_at == NOW + 88 * DAY
    assert superoffice.grace_ends_at == NOW + 100 * DAY
    assert nordsync.status is LicenseStatus.EXPIRING_SOON
    assert (nordsync.warn_at, nordsync.expires_at) == (NOW - 10 * DAY, NOW + 20 * DAY)
    assert nordsync.next_check_at is superoffice.next_check_at is None
    assert superoffice.store_url.startswith("https://shop.example/")
    assert superoffice.support_url.startswith("https://support.example/")


async def test_renewal_is_blocked_by_three_surplus_seats(context):
    [pending] = await pending_changes(context)
    assert pending.status is ChangeSetStatus.BLOCKED_BY_SURPLUS
    assert [(one.key, one.kind, one.old_total, one.new_total, one.surplus) for one in pending.changes] == [
        ("superoffice.ten-sales", "DECREASED", 21, 18, 3),
        ("superoffice.ten-service", "INCREASED", 15, 20, 0),
        ("superoffice.ai-chatbot", "ADDED", None, None, 0),
        ("superoffice.projects-free", "REMOVED", None, None, 0),
    ]
    assert [(one.seats_in_use, one.seats_available, one.seats_to_remove) for one in pending.surplus_requirements] == [
        (21, 18, 3)
    ]
    assert pending.expires_at == NOW + 453 * DAY


async def test_renewal_and_growth_activate_after_three_revocations(demo, context):
    license = await License.get(code="ten-sales")
    [suggested] = await suggestions(context, [(license.id, 3)])
    outcomes = await revoke_user_licenses(context, license.id, [row.user_id for row, _ in suggested])
    assert [outcome.outcome for outcome in outcomes] == ["REVOKED"] * 3

    [pending] = await pending_changes(context)
    await activate_licenses(context, pending.id, [], [])
    assert (await License.get(code="ten-sales")).total == 18
    growth = await import_file(context, demo.files["growth.lic"], ImportMode.FOLLOW_POLICY)
    assert growth.status is ChangeSetStatus.ACTIVATED


async def test_growth_activates_before_the_renewal(demo, context):
    change_set = await import_file(context, demo.files["growth.lic"], ImportMode.FOLLOW_POLICY)
    assert change_set.status is ChangeSetStatus.ACTIVATED
    assert (await License.get(code="ten-sales")).total == 25


@pytest.mark.parametrize(
    ("name", "error"), [("tampered.lic", SignatureInvalid), ("other-installation.lic", SerialNumberMismatch)]
)
async def test_tampered_and_foreign_files_are_rejected(demo, context, name, error):
    with pytest.raises(error):
        await import_file(context, demo.files[name], ImportMode.FOLLOW_POLICY)


async def test_administrator_can_sign_in(demo):
    assert (await sign_in(Context(None, "test"), demo.login, demo.password, None)).actor.name == "Inga Solheim"


async def test_audit_log_is_in_order(demo, context):
    events = await AuditEvent.all().order_by("position")
    moments = [event.occurred_at for event in events]
    assert moments == sorted(moments)
    assert Counter(event.action for event in events) == {
        "VENDOR_CHANGED": 4,
        "CHANGE_SET_RECEIVED": 3,
        "LICENSES_ACTIVATED": 2,
        "USER_CHANGED": 61,
        "USER_LICENSE_ASSIGNED": 60,
    }
    assert await examine(context) == []


def test_users_are_deterministic():
    for today, tomorrow in zip(people(NOW), people(NOW + DAY), strict=True):
        login_at = today.columns["last_login_at"]
        assert tomorrow.columns == today.columns | {"last_login_at": login_at and login_at + DAY}


async def test_files_can_be_imported_for_a_year(demo):
    for text in demo.files.values():
        assert _claims(text)["exp"] == int((NOW + 365 * DAY).timestamp())


async def test_private_keys_are_readable_by_their_owner_only(demo, tmp_path):
    folder = tmp_path / "demo-issuer"
    demo.write(folder)
    demo.write(folder)

    assert sorted(path.name for path in folder.iterdir()) == [
        "growth.lic",
        "nordsync.private.jwk",
        "nordsync.public.jwk",
        "other-installation.lic",
        "renewal.lic",
        "superoffice.private.jwk",
        "superoffice.public.jwk",
        "tampered.lic",
    ]
    assert stat.S_IMODE((folder / "superoffice.private.jwk").stat().st_mode) == 0o600
    assert "d" not in json.loads((folder / "superoffice.public.jwk").read_text())


async def test_trial_installation(trial):
    installation = await Installation.get()
    assert (installation.serial_number, installation.is_demo) == ("1010000004", True)
    shown = await License.filter(is_hidden=False)
    assert [(one.key, one.name, one.is_plan, one.in_use, one.total) for one in shown] == [
        ("superoffice.ten-demo", "Demo", True, 3, 5)
    ]
    assert not await ChangeSet.exists(outcome=None)
    [(name, text)] = trial.files.items()
    claims = _claims(text)
    assert (name, claims["sub"], claims["owner"]) == ("purchase.lic", "1204417838", "Fjordlys Handel AS")
    assert {one["code"]: one["total"] for one in claims["licenses"] if not one.get("hidden")} == {"ten-sales": 2}


def _claims(text):
    return json.loads(urlsafe_b64decode(SIGNED_LICENSE.unwrap(text.encode()).split(".")[1].encode()))
