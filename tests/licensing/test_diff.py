"""A comparison lists the altered licenses, with seats before, after and in use."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.diff import check_immutable, diff, is_unchanged
from licensing.documents.errors import FileInvalid
from licensing.enums import LicenseChangeKind, LicenseScope, UserKind
from licensing.surplus import seats_available, surplus
from tests.support.grants import FEATURES, grants, in_use, license, terms

ADDED, INCREASED, DECREASED, ALTERED, REMOVED = LicenseChangeKind
SYSTEM = LicenseScope.SYSTEM


def single_change(before, after, in_use=0):
    """Return the only change between two licenses, one of which may be None."""
    old, new = ([grant] if grant else [] for grant in (before, after))
    code = (before or after).code
    [change] = diff(old, new, {code: in_use})
    return change


@pytest.mark.parametrize(("in_use", "new_total", "over"), [(3, 2, 1), (2, 2, 0), (1, 2, 0), (9, None, 0), (2, 0, 2)])
def test_surplus_is_use_beyond_the_total(in_use, new_total, over):
    assert surplus(in_use, new_total) == over


@pytest.mark.parametrize(("total", "in_use", "left"), [(5, 3, 2), (3, 3, 0), (2, 3, 0), (None, 3, None)])
def test_available_seats_are_never_negative(total, in_use, left):
    assert seats_available(total, in_use) == left


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, license("a", 5), ADDED),
        (None, license("a", scope=SYSTEM), ADDED),
        (license("a", 5), None, REMOVED),
        (license("a", 5), license("a", 6), INCREASED),
        (license("a", 5), license("a", None), INCREASED),
        (license("a", 5), license("a", 4), DECREASED),
        (license("a", 5), license("a", 0), DECREASED),
        (license("a", None), license("a", 9999), DECREASED),
        (license("a", 5), license("a", 6, name="Other"), INCREASED),
        (license("a", 5), license("a", 5, name="Other"), ALTERED),
        (license("a", 5), license("a", 5, names={"nb": "Annet"}), ALTERED),
        (license("a", 5), license("a", 5, description="Other."), ALTERED),
        (license("a", 5), license("a", 5, requires="b"), ALTERED),
        (license("a", plan=True, includes=("b",)), license("a", plan=True), ALTERED),
        (license("a", scope=SYSTEM), license("a", scope=SYSTEM, name="Other"), ALTERED),
    ],
)
def test_kind_of_change(before, after, kind):
    assert single_change(before, after).kind is kind


@pytest.mark.parametrize(
    "after",
    [
        license("a", 5, plan=True, includes=("b", "c")),
        license("a", 5, plan=True, includes=("c", "b")),
        license("a", 5, plan=True, includes=("b", "c"), sort=7),
        license("a", 5, plan=True, includes=("b", "c"), kinds=(UserKind.EXTERNAL,)),
    ],
    ids=["equal", "order of features", "sort order", "kinds of user"],
)
def test_equivalent_license_is_not_listed(after):
    assert diff([license("a", 5, plan=True, includes=("b", "c"))], [after], {}) == []


def test_change_has_seats_before_after_and_in_use():
    change = single_change(
        license("a", 21, name="Sales"), license("a", 18, name="Sales Premium", description="Sells."), 21
    )

    assert (change.old_total, change.new_total, change.in_use, change.surplus) == (21, 18, 21, 3)
    assert (change.name, change.previous_name, change.description) == ("Sales Premium", "Sales", "Sells.")


def test_added_license_had_no_seats_and_no_name():
    change = single_change(None, license("a", 5))

    assert (change.old_total, change.new_total, change.previous_name, change.surplus) == (0, 5, None, 0)


def test_removed_license_keeps_its_name():
    change = single_change(license("a", 5, name="Sales", description="Sells."), None, in_use=2)

    assert (change.old_total, change.new_total, change.surplus) == (5, 0, 2)
    assert (change.name, change.previous_name, change.description) == ("Sales", "Sales", "Sells.")


@pytest.mark.parametrize("before", [None, license("a", scope=SYSTEM)])
@pytest.mark.parametrize("after", [None, license("a", scope=SYSTEM, name="Other")])
def test_system_license_has_no_seats(before, after):
    if before or after:
        change = single_change(before, after, in_use=3)

        assert (change.old_total, change.new_total, change.in_use, change.surplus) == (None, None, 0, 0)


def test_plan_change_lists_gained_and_lost_features():
    before = license("a", plan=True, includes=("t2", "quote"))
    after = license("a", plan=True, includes=("quote", "chat"))

    assert (single_change(before, after).gained_features, single_change(before, after).lost_features) == (
        ("chat",),
        ("t2",),
    )
    assert (single_change(None, after).gained_features, single_change(None, after).lost_features) == (
        ("quote", "chat"),
        (),
    )
    assert (single_change(before, None).gained_features, single_change(before, None).lost_features) == (
        (),
        ("t2", "quote"),
    )


def test_hiding_removes_and_showing_adds_a_license():
    shown, hidden = license("a", 5), license("a", 5, hidden=True)

    assert (single_change(shown, hidden, in_use=2).kind, single_change(shown, hidden, in_use=2).surplus) == (REMOVED, 2)
    assert single_change(hidden, shown).kind is ADDED
    assert diff([hidden], [license("a", 9, hidden=True)], {}) == []


def test_changes_are_in_the_vendors_order():
    before = [license("z", 1, sort=1), license("gone", 1, sort=2), license("moved", 1, sort=1)]
    after = [license("moved", 2, sort=3), license("z", 2, sort=1), license("a", 2, sort=1)]

    assert [change.code for change in diff(before, after, {})] == ["a", "z", "gone", "moved"]


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"scope": SYSTEM}, "license `a` was of scope USER and cannot become SYSTEM"),
        ({"plan": True}, "license `a` cannot become a plan"),
    ],
)
def test_scope_and_plan_are_immutable(other, reason, hidden):
    with pytest.raises(FileInvalid, match=reason):
        diff([license("a", hidden=hidden)], [license("a", hidden=hidden, **other)], {})
    with pytest.raises(FileInvalid):
        check_immutable([license("a", **other)], [license("a")])


def apply(changes, grants):
    """Return the visible licenses by code after the changes are applied."""
    visible = {grant.code: grant for grant in grants if not grant.hidden}
    for change in changes:
        if change.after is None:
            del visible[change.code]
        else:
            visible[change.code] = change.after
    return visible


def visible_values(grant):
    return (grant.name, grant.total, frozenset(grant.includes))


@given(before=grants(), after=grants(), in_use=in_use)
def test_applying_the_changes_yields_the_new_licenses(before, after, in_use):
    applied = apply(diff(before, after, in_use), before)

    expected = {grant.code: visible_values(grant) for grant in after if not grant.hidden}
    assert {code: visible_values(grant) for code, grant in applied.items()} == expected


@given(before=grants(), after=grants(), in_use=in_use)
def test_no_changes_if_visible_licenses_are_equal(before, after, in_use):
    old, new = (
        {grant.code: visible_values(grant) for grant in grants if not grant.hidden} for grants in (before, after)
    )

    assert (diff(before, after, in_use) == []) == (old == new)


@given(before=grants(), after=grants(), in_use=in_use)
def test_visible_licenses_are_listed_once(before, after, in_use):
    codes = [change.code for change in diff(before, after, in_use)]

    assert len(codes) == len(set(codes))
    assert set(codes) <= {grant.code for grant in [*before, *after] if not grant.hidden}


@given(grants=grants(), data=st.data())
def test_order_of_licenses_is_no_change(grants, data):
    permuted = data.draw(st.permutations(grants))

    assert is_unchanged(terms(*grants), terms(*permuted))


EXPIRY = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "after",
    [
        terms(license("a"), owner="Another AS"),
        terms(license("a"), expires_at=EXPIRY),
        terms(license("a"), maintenance_ends_at=EXPIRY),
        terms(license("a", sort=1)),
        terms(license("a", kinds=(UserKind.EXTERNAL,))),
        terms(license("a", descriptions={"nb": "Selger."})),
        terms(license("a"), license("b", hidden=True)),
        terms(),
    ],
)
def test_unlisted_differences_are_changes(after):
    assert not is_unchanged(terms(license("a")), after)


def test_equivalent_notations_are_no_change():
    before = terms(license("a", plan=True, includes=FEATURES))
    after = terms(license("a", plan=True, includes=FEATURES[::-1], kinds=(UserKind.EMPLOYEE,)))

    assert is_unchanged(before, after)
