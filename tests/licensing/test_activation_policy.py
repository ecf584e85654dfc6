"""What arrives is activated by itself if it fits and the vendor's policy allows it; else it waits."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.activation_policy import activates_at_once, activation_error, blocking_surplus, is_reduction
from licensing.diff import diff
from licensing.documents.claims import LicenseDates
from licensing.enums import ActivationPolicy
from licensing.errors import LicenseExpired, NotYetEffective, SurplusSeats
from tests.support.documents import NOW, OWNER
from tests.support.grants import grants, in_use, license, terms

DAY = timedelta(days=1)
AUTOMATIC, REVIEW_REDUCTIONS, MANUAL = ActivationPolicy

PLAN = license("ten-sales", 5, plan=True, includes=("t2", "quote"))
IN_FORCE = terms(PLAN, expires_at=NOW + 30 * DAY, grace_ends_at=NOW + 40 * DAY)


def at_once(policy, after, *, before=IN_FORCE, in_use=0, effective_at=NOW, owner=OWNER):
    changes = diff(before.grants, after.grants, {"ten-sales": in_use})
    return activates_at_once(
        policy=policy,
        before=before,
        after=after,
        changes=changes,
        installation_owner=owner,
        effective_at=effective_at,
        now=NOW,
    )


def renewed(total=5, includes=("t2", "quote"), *others, days=30, grace=10, **members):
    """The plan in force, with what is told otherwise."""
    plan = license("ten-sales", total, plan=True, includes=includes)
    expiry = None if days is None else NOW + days * DAY
    grace_ends_at = None if expiry is None or grace is None else expiry + grace * DAY
    return terms(plan, *others, expires_at=expiry, grace_ends_at=grace_ends_at, **members)


@pytest.mark.parametrize(
    ("after", "is_reviewed"),
    [
        (renewed(6), False),
        (renewed(None), False),
        (renewed(4), True),
        (renewed(5, ("t2", "quote", "chat")), False),
        (renewed(5, ("t2",)), True),
        (renewed(9, ("t2",)), True),
        (renewed(5, ("t2", "quote"), license("new", 1)), False),
        (terms(expires_at=NOW + 30 * DAY, grace_ends_at=NOW + 40 * DAY), True),
        (renewed(days=31), False),
        (renewed(days=None), False),
        (renewed(days=29, grace=20), True),
        (renewed(grace=9), True),
        (renewed(grace=None), True),
        (renewed(days=40, grace=None), False),
    ],
    ids=[
        "more seats",
        "unlimited seats",
        "fewer seats",
        "more features",
        "fewer features",
        "more seats, fewer features",
        "one more license",
        "no license",
        "a later expiry",
        "no expiry",
        "an earlier expiry",
        "an earlier end of grace",
        "no grace",
        "an expiry when grace ended",
    ],
)
def test_each_policy_decides_what_fits(after, is_reviewed):
    assert at_once(AUTOMATIC, after) is True
    assert at_once(REVIEW_REDUCTIONS, after) is not is_reviewed
    assert at_once(MANUAL, after) is False


@pytest.mark.parametrize("policy", ActivationPolicy)
@pytest.mark.parametrize(
    "circumstances",
    [
        {"after": renewed(5, ("t2", "quote")), "in_use": 0, "effective_at": NOW + timedelta(seconds=1)},
        {"after": renewed(6, owner="Another AS")},
        {"after": renewed(4), "in_use": 5},
        {"after": terms(PLAN, expires_at=NOW - DAY, grace_ends_at=NOW)},
    ],
    ids=["takes effect later", "another owner", "surplus", "expired, grace included"],
)
def test_no_policy_activates_what_is_not_to_be_activated_unseen(policy, circumstances):
    assert not at_once(policy, **circumstances)


def test_as_many_seats_as_are_in_use_are_no_surplus():
    assert at_once(AUTOMATIC, renewed(4), in_use=4)


def test_licenses_in_their_grace_are_activated():
    assert at_once(AUTOMATIC, terms(PLAN, expires_at=NOW - DAY, grace_ends_at=NOW + DAY))


def test_an_owner_is_new_by_the_installation_not_by_the_vendor():
    assert at_once(AUTOMATIC, renewed(owner="New AS"), owner="New AS")
    assert not at_once(AUTOMATIC, renewed(), owner="New AS")


def test_a_vendors_first_licenses_take_nothing_away():
    assert at_once(REVIEW_REDUCTIONS, renewed(), before=terms())


def test_nothing_is_taken_away_by_what_stays_the_same():
    assert not is_reduction(IN_FORCE, IN_FORCE, [])


def test_surplus_is_told_by_name_and_added_up_where_names_are_equal():
    before = [license("a", 5, name="Sales"), license("b", 5, name="Sales"), license("c", 5)]

    changes = diff(before, [license("c", 5)], {"a": 2, "b": 1, "c": 5})

    assert blocking_surplus(changes) == {"Sales": 3}


NO_DATES = LicenseDates()


def refused(changes=(), dates=NO_DATES, effective_at=NOW):
    return activation_error(changes, dates, effective_at, NOW)


SURPLUS = diff([license("a", 5)], [license("a", 1)], {"a": 3})


def test_activation_is_refused_for_the_first_reason_there_is():
    expired = LicenseDates(expires_at=NOW)

    assert isinstance(refused(SURPLUS, expired, NOW + DAY), NotYetEffective)
    assert isinstance(refused(SURPLUS, expired), LicenseExpired)
    assert isinstance(refused(SURPLUS), SurplusSeats)
    assert refused() is None


def test_a_refusal_carries_its_facts():
    assert refused(SURPLUS).message.facts["surplus"] == {"A": 2}
    assert refused(effective_at=NOW + DAY).message.facts == {"effective_at": NOW + DAY}
    ended = LicenseDates(expires_at=NOW - DAY, grace_ends_at=NOW)
    assert refused(dates=ended).message.facts == {"expired_at": NOW}


moments = st.datetimes(datetime(2026, 5, 1), datetime(2026, 7, 1), timezones=st.just(UTC))


@given(before=grants(), after=grants(), in_use=in_use, effective_at=moments, expires_at=st.none() | moments)
def test_what_is_activated_never_leaves_more_seats_in_use_than_there_are(
    before, after, in_use, effective_at, expires_at
):
    # As the database has it: seats are held only of licenses in force, and never more than there are.
    totals = {grant.code: grant.total for grant in before if not grant.hidden and grant.scope == "USER"}
    held = {
        code: min(seats, seats if totals[code] is None else totals[code])
        for code, seats in in_use.items()
        if code in totals
    }
    changes = diff(before, after, held)

    if activation_error(changes, LicenseDates(expires_at=expires_at), effective_at, NOW) is None:
        new_totals = {grant.code: grant.total for grant in after if not grant.hidden}
        for code, seats in held.items():
            total = new_totals.get(code, 0)
            assert total is None or seats <= total


@given(before=grants(), after=grants(), in_use=in_use, policy=st.sampled_from(ActivationPolicy))
def test_what_would_be_refused_is_never_activated_at_once(before, after, in_use, policy):
    old, new = terms(*before), terms(*after)
    changes = diff(before, after, in_use)

    activated = activates_at_once(
        policy=policy,
        before=old,
        after=new,
        changes=changes,
        installation_owner=OWNER,
        effective_at=NOW,
        now=NOW,
    )

    assert not (activated and blocking_surplus(changes))
