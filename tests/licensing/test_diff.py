"""Only altered licenses are listed, with seats before, after and in use."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.diff import check_immutable, diff, is_unchanged, seats_available, surplus
from licensing.enums import LicenseChangeKind, LicenseScope, UserKind
from licensing.errors import FileInvalid
from tests.support.grants import FEATURES, grants, in_use, license, terms

ADDED, INCREASED, DECREASED, ALTERED, REMOVED = LicenseChangeKind
SYSTEM = LicenseScope.SYSTEM


def only(before, after, in_use=0):
    """The one change from a license to another, either of which may be missing."""
    old, new = ([grant] if grant else [] for grant in (before, after))
    code = (before or after).code
    [change] = diff(old, new, {code: in_use})
    return change


@pytest.mark.parametrize(("in_use", "new_total", "over"), [(3, 2, 1), (2, 2, 0), (1, 2, 0), (9, None, 0), (2, 0, 2)])
def test_surplus_is_what_is_in_use_beyond_the_new_total(in_use, new_total, over):
    assert surplus(in_use, new_total) == over


@pytest.mark.parametrize(("total", "in_use", "left"), [(5, 3, 2), (3, 3, 0), (2, 3, 0), (None, 3, None)])
def test_seats_available_are_never_below_zero(total, in_use, left):
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
def test_what_happens_to_a_license(before, after, kind):
    assert only(before, after).kind is kind


@pytest.mark.parametrize(
    "after",
    [
        license("a", 5, plan=True, includes=("b", "c")),
        license("a", 5, plan=True, includes=("c", "b")),
        license("a", 5, plan=True, includes=("b", "c"), sort=7),
        license("a", 5, plan=True, includes=("b", "c"), kinds=(UserKind.EXTERNAL,)),
    ],
    ids=["nothing", "order of its features", "place in the list", "kinds of user"],
)
def test_what_leaves_seats_name_and_contents_alone_is_not_listed(after):
    assert diff([license("a", 5, plan=True, includes=("b", "c"))], [after], {}) == []


def test_a_change_tells_seats_before_after_and_in_use():
    change = only(license("a", 21, name="Sales"), license("a", 18, name="Sales Premium", description="Sells."), 21)

    assert (change.old_total, change.new_total, change.in_use, change.surplus) == (21, 18, 21, 3)
    assert (change.name, change.previous_name, change.description) == ("Sales Premium", "Sales", "Sells.")


def test_an_added_license_had_no_seats_and_no_name():
    change = only(None, license("a", 5))

    assert (change.old_total, change.new_total, change.previous_name, change.surplus) == (0, 5, None, 0)


def test_a_removed_license_has_no_seats_left_and_keeps_its_name():
    change = only(license("a", 5, name="Sales", description="Sells."), None, in_use=2)

    assert (change.old_total, change.new_total, change.surplus) == (5, 0, 2)
    assert (change.name, change.previous_name, change.description) == ("Sales", "Sales", "Sells.")


@pytest.mark.parametrize("before", [None, license("a", scope=SYSTEM)])
@pytest.mark.parametrize("after", [None, license("a", scope=SYSTEM, name="Other")])
def test_a_system_license_has_no_seats(before, after):
    if before or after:
        change = only(before, after, in_use=3)

        assert (change.old_total, change.new_total, change.in_use, change.surplus) == (None, None, 0, 0)


def test_a_plan_tells_the_features_that_its_holders_gain_and_lose():
    before = license("a", plan=True, includes=("t2", "quote"))
    after = license("a", plan=True, includes=("quote", "chat"))

    assert (only(before, after).gained_features, only(before, after).lost_features) == (("chat",), ("t2",))
    assert (only(None, after).gained_features, only(None, after).lost_features) == (("quote", "chat"), ())
    assert (only(before, None).gained_features, only(before, None).lost_features) == ((), ("t2", "quote"))


def test_a_license_that_turns_hidden_is_removed_and_one_that_turns_visible_is_added():
    shown, hidden = license("a", 5), license("a", 5, hidden=True)

    assert (only(shown, hidden, in_use=2).kind, only(shown, hidden, in_use=2).surplus) == (REMOVED, 2)
    assert only(hidden, shown).kind is ADDED
    assert diff([hidden], [license("a", 9, hidden=True)], {}) == []


def test_changes_are_in_the_vendors_order_with_removed_ones_where_they_were():
    before = [license("z", 1, sort=1), license("gone", 1, sort=2), license("moved", 1, sort=1)]
    after = [license("moved", 2, sort=3), license("z", 2, sort=1), license("a", 2, sort=1)]

    assert [change.code for change in diff(before, after, {})] == ["a", "z", "gone", "moved"]


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"scope": SYSTEM}, "license `a` was of scope USER and cannot become SYSTEM"),
        ({"plan": True}, "license `a` cannot become a plan"),
    ],
)
def test_a_code_stands_for_one_kind_of_thing(other, words, hidden):
    with pytest.raises(FileInvalid, match=words):
        diff([license("a", hidden=hidden)], [license("a", hidden=hidden, **other)], {})
    with pytest.raises(FileInvalid):
        check_immutable([license("a", **other)], [license("a")])


def apply(changes, grants):
    """The licenses listed after these changes to those."""
    listed = {grant.code: grant for grant in grants if not grant.hidden}
    for change in changes:
        if change.after is None:
            del listed[change.code]
        else:
            listed[change.code] = change.after
    return listed


def to_see(grant):
    return (grant.name, grant.total, frozenset(grant.includes))


@given(before=grants(), after=grants(), in_use=in_use)
def test_applying_the_changes_to_what_is_in_force_gives_what_the_document_lists(before, after, in_use):
    applied = apply(diff(before, after, in_use), before)

    wanted = {grant.code: to_see(grant) for grant in after if not grant.hidden}
    assert {code: to_see(grant) for code, grant in applied.items()} == wanted


@given(before=grants(), after=grants(), in_use=in_use)
def test_the_list_is_empty_exactly_when_nothing_listed_differs(before, after, in_use):
    old, new = ({grant.code: to_see(grant) for grant in grants if not grant.hidden} for grants in (before, after))

    assert (diff(before, after, in_use) == []) == (old == new)


@given(before=grants(), after=grants(), in_use=in_use)
def test_each_license_is_listed_once_and_none_that_was_and_stays_hidden(before, after, in_use):
    codes = [change.code for change in diff(before, after, in_use)]

    assert len(codes) == len(set(codes))
    assert set(codes) <= {grant.code for grant in [*before, *after] if not grant.hidden}


@given(grants=grants(), data=st.data())
def test_the_same_licenses_in_another_order_are_nothing_new(grants, data):
    again = data.draw(st.permutations(grants))

    assert is_unchanged(terms(*grants), terms(*again))


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
def test_anything_else_is_new_even_if_it_is_not_listed(after):
    assert not is_unchanged(terms(license("a")), after)


def test_how_lists_and_defaults_are_written_is_nothing_new():
    before = terms(license("a", plan=True, includes=FEATURES))
    after = terms(license("a", plan=True, includes=FEATURES[::-1], kinds=(UserKind.EMPLOYEE,)))

    assert is_unchanged(before, after)
