"""License documents are activated automatically if nothing prevents it and the vendor's policy allows it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.activation_policy import activation_error, blocking_surplus, is_reduction, should_auto_activate
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


def auto_activates(policy, after, *, before=IN_FORCE, in_use=0, effective_at=NOW, owner=OWNER):
    changes = diff(before.grants, after.grants, {"ten-sales": in_use})
    return should_auto_activate(
        policy=policy,
        before=before,
        after=after,
        changes=changes,
        installation_owner=owner,
        effective_at=effective_at,
        now=NOW,
    )


def renewed(total=5, includes=("t2", "quote"), *others, days=30, grace=10, **members):
    """Return the plan in force with other seats, features, dates, licenses or owner."""
    plan = license("ten-sales", total, plan=True, includes=includes)
    expiry = None if days is None else NOW + days * DAY
    grace_ends_at = None if expiry is None or grace is None else expiry + grace * DAY
    return terms(plan, *others, expires_at=expiry, grace_ends_at=grace_ends_at, **members)


@pytest.mark.parametrize(
    ("after", "awaits_review"),
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
        "later expiry",
        "no expiry",
        "earlier expiry",
        "earlier end of grace period",
        "no grace period",
        "expiry at the former end of the grace period",
    ],
)
def test_policy_decides_on_activation(after, awaits_review):
    assert auto_activates(AUTOMATIC, after) is True
    assert auto_activates(REVIEW_REDUCTIONS, after) is not awaits_review
    assert auto_activates(MANUAL, after) is False


@pytest.mark.parametrize("policy", ActivationPolicy)
@pytest.mark.parametrize(
    "circumstances",
    [
        {"after": renewed(5, ("t2", "quote")), "in_use": 0, "effective_at": NOW + timedelta(seconds=1)},
        {"after": renewed(6, owner="Another AS")},
        {"after": renewed(4), "in_use": 5},
        {"after": terms(PLAN, expires_at=NOW - DAY, grace_ends_at=NOW)},
    ],
    ids=["not yet effective", "another owner", "surplus", "expired"],
)
def test_unsuitable_documents_await_review_under_any_policy(policy, circumstances):
    assert not auto_activates(policy, **circumstances)


def test_total_equal_to_use_is_no_surplus():
    assert auto_activates(AUTOMATIC, renewed(4), in_use=4)


def test_licenses_in_grace_period_are_activated():
    assert auto_activates(AUTOMATIC, terms(PLAN, expires_at=NOW - DAY, grace_ends_at=NOW + DAY))


def test_owner_is_compared_with_the_installation():
    assert auto_activates(AUTOMATIC, renewed(owner="New AS"), owner="New AS")
    assert not auto_activates(AUTOMATIC, renewed(), owner="New AS")


def test_first_licenses_are_no_reduction():
    assert auto_activates(REVIEW_REDUCTIONS, renewed(), before=terms())


def test_unchanged_terms_are_no_reduction():
    assert not is_reduction(IN_FORCE, IN_FORCE, [])


def test_surplus_of_equal_names_is_added_up():
    before = [license("a", 5, name="Sales"), license("b", 5, name="Sales"), license("c", 5)]

    changes = diff(before, [license("c", 5)], {"a": 2, "b": 1, "c": 5})

    assert blocking_surplus(changes) == {"Sales": 3}


NO_DATES = LicenseDates()


def error(changes=(), dates=NO_DATES, effective_at=NOW):
    return activation_error(changes, dates, effective_at, NOW)


SURPLUS = diff([license("a", 5)], [license("a", 1)], {"a": 3})


def test_activation_errors_follow_precedence():
    expired = LicenseDates(expires_at=NOW)

    assert isinstance(error(SURPLUS, expired, NOW + DAY), NotYetEffective)
    assert isinstance(error(SURPLUS, expired), LicenseExpired)
    assert isinstance(error(SURPLUS), SurplusSeats)
    assert error() is None


def test_errors_carry_their_parameters():
    assert error(SURPLUS).message.params["surplus"] == {"A": 2}
    assert error(effective_at=NOW + DAY).message.params == {"effective_at": NOW + DAY}
    ended = LicenseDates(expires_at=NOW - DAY, grace_ends_at=NOW)
    assert error(dates=ended).message.params == {"expired_at": NOW}


moments = st.datetimes(datetime(2026, 5, 1), datetime(2026, 7, 1), timezones=st.just(UTC))


@given(before=grants(), after=grants(), in_use=in_use, effective_at=moments, expires_at=st.none() | moments)
def test_activation_never_exceeds_new_totals(before, after, in_use, effective_at, expires_at):
    # The database guarantees that seats in use belong to licenses in force and do not exceed their totals.
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
def test_surplus_is_never_activated_automatically(before, after, in_use, policy):
    old, new = terms(*before), terms(*after)
    changes = diff(before, after, in_use)

    activated = should_auto_activate(
        policy=policy,
        before=old,
        after=new,
        changes=changes,
        installation_owner=OWNER,
        effective_at=NOW,
        now=NOW,
    )

    assert not (activated and blocking_surplus(changes))
