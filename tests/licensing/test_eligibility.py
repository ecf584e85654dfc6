"""Eligibility for a license, and the blockers of its revocation."""

import pytest

from licensing.documents.claims import LicenseGrant
from licensing.eligibility import blocker, holds, is_assignable, lacks_prerequisite, other_plan
from licensing.enums import LicenseScope, RevocationBlocker, UserKind, UserStatus

OPEN_REQUESTS, REQUIRED = RevocationBlocker
EMPLOYEE = UserKind.EMPLOYEE
ACTIVE = UserStatus.ACTIVE


def grant(code, *, plan=False, includes=(), requires=None, hidden=False, scope="USER", kinds=UserKind):
    return LicenseGrant(
        code=code,
        name=code.title(),
        scope=LicenseScope(scope),
        total=None,
        plan=plan,
        hidden=hidden,
        includes=tuple(includes),
        requires=requires,
        kinds=tuple(kinds),
    )


def key(code):
    return f"acme.{code}"


def keys(codes):
    return [key(code) for code in codes]


GRANTS = {
    key(each.code): each
    for each in [
        grant("sales", plan=True, includes=["web", "quote"], kinds=[EMPLOYEE]),
        grant("service", plan=True, includes=["web"], kinds=[EMPLOYEE]),
        grant("basic", plan=True, kinds=[EMPLOYEE]),
        grant("web", hidden=True),
        grant("quote", hidden=True),
        grant("visible-for", requires="web"),
        grant("marketing"),
        grant("campaigns", requires="marketing"),
        grant("portal", scope="SYSTEM"),
        grant("portal-cal", requires="portal"),
        grant("system-user", kinds=[UserKind.SYSTEM]),
    ]
}


def test_plan_holders_hold_its_included_licenses():
    assert holds(keys(["sales"]), key("sales"), GRANTS)
    assert holds(keys(["sales"]), key("quote"), GRANTS)
    assert not holds(keys(["service"]), key("quote"), GRANTS)
    assert not holds(keys(["gone"]), key("quote"), GRANTS)
    assert not holds([], key("quote"), GRANTS)


def test_plan_of_another_vendor_includes_nothing():
    assert not holds(["other.sales"], key("quote"), {**GRANTS, "other.sales": GRANTS[key("sales")]})


@pytest.mark.parametrize(
    ("code", "kind", "status", "expected"),
    [
        ("sales", EMPLOYEE, ACTIVE, True),
        ("sales", EMPLOYEE, UserStatus.WAITING_FOR_APPROVAL, True),
        ("sales", EMPLOYEE, UserStatus.RETIRED, False),
        ("sales", UserKind.EXTERNAL, ACTIVE, False),
        ("marketing", UserKind.EXTERNAL, ACTIVE, True),
        ("system-user", UserKind.SYSTEM, ACTIVE, True),
        ("system-user", EMPLOYEE, ACTIVE, False),
        ("web", EMPLOYEE, ACTIVE, False),
        ("portal", EMPLOYEE, ACTIVE, False),
    ],
)
def test_assignability_depends_on_license_kind_and_status(code, kind, status, expected):
    assert is_assignable(GRANTS[key(code)], kind, status) is expected


def test_a_user_holds_one_plan():
    assert other_plan(key("sales"), keys(["marketing", "service"]), GRANTS) == key("service")
    assert other_plan(key("sales"), keys(["marketing", "sales"]), GRANTS) is None
    assert other_plan(key("marketing"), keys(["service"]), GRANTS) is None
    assert other_plan(key("sales"), keys(["gone"]), GRANTS) is None


@pytest.mark.parametrize(
    ("code", "held", "lacks"),
    [
        ("marketing", [], False),
        ("campaigns", [], True),
        ("campaigns", ["marketing"], False),
        ("visible-for", ["basic"], True),
        ("visible-for", ["sales"], False),
        ("portal-cal", [], False),
    ],
    ids=["requires nothing", "lacks it", "holds it", "plan without it", "plan that includes it", "everyone has it"],
)
def test_missing_prerequisite_is_detected(code, held, lacks):
    assert lacks_prerequisite(key(code), keys(held), GRANTS) is lacks


@pytest.mark.parametrize(
    ("code", "held", "open_requests", "gaining", "reason"),
    [
        ("sales", ["sales"], 0, None, None),
        ("sales", ["sales"], 1, None, OPEN_REQUESTS),
        ("sales", ["sales"], 1, "service", None),
        ("sales", ["sales"], 1, "marketing", OPEN_REQUESTS),
        ("marketing", ["sales", "marketing"], 1, None, None),
        ("marketing", ["marketing", "campaigns"], 0, None, REQUIRED),
        ("campaigns", ["marketing", "campaigns"], 0, None, None),
        ("sales", ["sales", "visible-for"], 0, None, REQUIRED),
        ("sales", ["sales", "visible-for"], 0, "service", None),
        ("sales", ["sales", "visible-for"], 0, "basic", REQUIRED),
        ("sales", ["sales", "visible-for"], 1, None, OPEN_REQUESTS),
        ("basic", ["basic", "visible-for"], 0, None, None),
        ("marketing", ["marketing", "portal-cal"], 0, None, None),
        ("sales", ["marketing"], 1, None, None),
        ("gone", ["gone", "marketing"], 1, None, None),
        ("marketing", ["marketing", "gone"], 0, None, None),
    ],
    ids=[
        "no open requests",
        "open requests",
        "open requests, another plan instead",
        "open requests, no plan instead",
        "open requests, keeps the plan",
        "required by another",
        "requires another",
        "includes what another requires",
        "the next plan includes it too",
        "the next plan does not",
        "both reasons",
        "missing already",
        "everyone has what another requires",
        "not held",
        "no longer in force",
        "another is no longer in force",
    ],
)
def test_revocation_blocker_gives_the_reason(code, held, open_requests, gaining, reason):
    assert blocker(key(code), keys(held), open_requests, GRANTS, gaining and key(gaining)) is reason
