"""Where licenses and change sets stand, at each boundary."""

from datetime import timedelta

import pytest

from licensing.documents.claims import LicenseDates
from licensing.enums import ChangeSetStatus, LicenseStatus, LicenseUpdateStatus
from licensing.status import change_set_status, license_status, update_status, worst
from tests.support.documents import NOW

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
ACTIVE, EXPIRING_SOON, IN_GRACE_PERIOD, EXPIRED = LicenseStatus

WARNED, EXPIRES, ENDS = NOW, NOW + 10 * DAY, NOW + 20 * DAY
ALL_DATES = LicenseDates(warn_at=WARNED, expires_at=EXPIRES, grace_ends_at=ENDS)


@pytest.mark.parametrize(
    ("dates", "now", "status"),
    [
        (ALL_DATES, WARNED - INSTANT, ACTIVE),
        (ALL_DATES, WARNED, EXPIRING_SOON),
        (ALL_DATES, EXPIRES - INSTANT, EXPIRING_SOON),
        (ALL_DATES, EXPIRES, IN_GRACE_PERIOD),
        (ALL_DATES, ENDS - INSTANT, IN_GRACE_PERIOD),
        (ALL_DATES, ENDS, EXPIRED),
        (LicenseDates(), NOW + 9999 * DAY, ACTIVE),
        (LicenseDates(warn_at=WARNED, grace_ends_at=ENDS), ENDS, ACTIVE),
        (LicenseDates(warn_at=WARNED, expires_at=EXPIRES), EXPIRES, EXPIRED),
        (LicenseDates(expires_at=EXPIRES, grace_ends_at=ENDS), EXPIRES - INSTANT, ACTIVE),
        (LicenseDates(expires_at=ENDS, grace_ends_at=EXPIRES), EXPIRES, ACTIVE),
        (LicenseDates(expires_at=ENDS, grace_ends_at=EXPIRES), ENDS, EXPIRED),
    ],
    ids=[
        "before the warning",
        "at the warning",
        "before expiry",
        "at expiry",
        "before the end of grace",
        "at the end of grace",
        "no dates at all",
        "no expiry",
        "no grace",
        "no warning",
        "grace that ends before expiry",
        "grace that ended before expiry",
    ],
)
def test_licenses_go_from_silent_to_warned_to_grace_to_expired(dates, now, status):
    assert license_status(dates, now) is status


@pytest.mark.parametrize("one", LicenseStatus)
@pytest.mark.parametrize("other", LicenseStatus)
def test_an_installation_stands_where_its_worst_vendor_stands(one, other):
    order = [ACTIVE, EXPIRING_SOON, IN_GRACE_PERIOD, EXPIRED]

    assert worst([one, other]) is order[max(order.index(one), order.index(other))]


def test_an_installation_without_vendors_is_active():
    assert worst([]) is ACTIVE


@pytest.mark.parametrize("outcome", [ChangeSetStatus.ACTIVATED, ChangeSetStatus.REJECTED, ChangeSetStatus.SUPERSEDED])
def test_a_closed_change_set_stands_where_it_was_closed(outcome):
    assert change_set_status(outcome, has_surplus=True) is outcome


def test_an_open_change_set_is_blocked_only_while_there_is_surplus():
    assert change_set_status(None, has_surplus=True) is ChangeSetStatus.BLOCKED_BY_SURPLUS
    assert change_set_status(None, has_surplus=False) is ChangeSetStatus.AWAITING_ACTIVATION


@pytest.mark.parametrize("rejected", [True, False])
@pytest.mark.parametrize("failed", [True, False])
@pytest.mark.parametrize("unseen", [True, False])
def test_what_is_most_urgent_is_told_first(unseen, failed, rejected):
    def told(open_status):
        return update_status(open_status=open_status, activated_unseen=unseen, check_failed=failed, rejected=rejected)

    assert told(ChangeSetStatus.BLOCKED_BY_SURPLUS) is LicenseUpdateStatus.BLOCKED_BY_SURPLUS
    assert told(ChangeSetStatus.AWAITING_ACTIVATION) is LicenseUpdateStatus.AWAITING_ACTIVATION
    if unseen:
        assert told(None) is LicenseUpdateStatus.ACTIVATED_AUTOMATICALLY
    elif failed:
        assert told(None) is LicenseUpdateStatus.CHECK_FAILED
    elif rejected:
        assert told(None) is LicenseUpdateStatus.REJECTED
    else:
        assert told(None) is LicenseUpdateStatus.UP_TO_DATE
