"""Who may be given a license, and from whom it can be taken."""

import pytest

from licensing.eligibility import LicenseRule, blocker, check_assignable, holds, lacks_prerequisite, other_plan
from licensing.enums import LicenseScope, RevocationBlocker, UserKind, UserStatus

OPEN_REQUESTS, REQUIRED = RevocationBlocker
EMPLOYEE = UserKind.EMPLOYEE
ACTIVE = UserStatus.ACTIVE


def rule(key, *, plan=False, includes=(), requires=None, hidden=False, scope="USER", kinds=UserKind):
    return LicenseRule(
        key=key,
        name=key.title(),
        scope=LicenseScope(scope),
        is_plan=plan,
        is_hidden=hidden,
        total=None,
        requires=requires,
        includes=frozenset(includes),
        kinds=frozenset(kinds),
    )


RULES = {
    each.key: each
    for each in [
        rule("sales", plan=True, includes=["web", "quote"], kinds=[EMPLOYEE]),
        rule("service", plan=True, includes=["web"], kinds=[EMPLOYEE]),
        rule("basic", plan=True, kinds=[EMPLOYEE]),
        rule("web", hidden=True),
        rule("quote", hidden=True),
        rule("visible-for", requires="web"),
        rule("marketing"),
        rule("campaigns", requires="marketing"),
        rule("portal", scope="SYSTEM"),
        rule("portal-cal", requires="portal"),
        rule("system-user", kinds=[UserKind.SYSTEM]),
    ]
}


def test_holding_a_plan_is_holding_what_it_includes():
    assert holds({"sales"}, "sales", RULES)
    assert holds({"sales"}, "quote", RULES)
    assert not holds({"service"}, "quote", RULES)
    assert not holds({"gone"}, "quote", RULES)
    assert not holds([], "quote", RULES)


@pytest.mark.parametrize(
    ("key", "kind", "status", "is_assignable"),
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
def test_who_may_be_given_a_license(key, kind, status, is_assignable):
    assert check_assignable(RULES[key], kind, status) is is_assignable


def test_a_user_holds_one_plan():
    assert other_plan(RULES["sales"], ["marketing", "service"], RULES) == "service"
    assert other_plan(RULES["sales"], ["marketing", "sales"], RULES) is None
    assert other_plan(RULES["marketing"], ["service"], RULES) is None
    assert other_plan(RULES["sales"], ["gone"], RULES) is None


@pytest.mark.parametrize(
    ("key", "held", "lacks"),
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
def test_what_a_license_requires(key, held, lacks):
    assert lacks_prerequisite(RULES[key], held, RULES) is lacks


@pytest.mark.parametrize(
    ("take", "held", "open_requests", "gaining", "why"),
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
def test_why_a_license_cannot_be_taken(take, held, open_requests, gaining, why):
    assert blocker(take, held, open_requests, RULES, gaining) is why
