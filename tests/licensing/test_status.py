"""The status of licenses and change sets, at each boundary."""

from datetime import timedelta

import pytest

from licensing.documents.claims import LicenseDates
from licensing.enums import ChangeSetStatus, LicenseStatus, LicenseUpdateStatus
from licensing.status import change_set_status, license_status, update_status, worst_status
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
        "before the end of the grace period",
        "at the end of the grace period",
        "no dates",
        "no expiry",
        "no grace period",
        "no warning",
        "at the end of a grace period that precedes expiry",
        "at an expiry that follows the grace period",
    ],
)
def test_license_status_at_each_date(dates, now, status):
    assert license_status(dates, now) is status


@pytest.mark.parametrize("one", LicenseStatus)
@pytest.mark.parametrize("other", LicenseStatus)
def test_installation_has_the_worst_vendor_status(one, other):
    order = [ACTIVE, EXPIRING_SOON, IN_GRACE_PERIOD, EXPIRED]

    assert worst_status([one, other]) is order[max(order.index(one), order.index(other))]


def test_installation_without_vendors_is_active():
    assert worst_status([]) is ACTIVE


@pytest.mark.parametrize("outcome", [ChangeSetStatus.ACTIVATED, ChangeSetStatus.REJECTED, ChangeSetStatus.SUPERSEDED])
def test_closed_change_set_keeps_its_outcome(outcome):
    assert change_set_status(outcome, has_surplus=True) is outcome


def test_surplus_blocks_an_open_change_set():
    assert change_set_status(None, has_surplus=True) is ChangeSetStatus.BLOCKED_BY_SURPLUS
    assert change_set_status(None, has_surplus=False) is ChangeSetStatus.AWAITING_ACTIVATION


@pytest.mark.parametrize("rejected", [True, False])
@pytest.mark.parametrize("failed", [True, False])
@pytest.mark.parametrize("unacknowledged", [True, False])
def test_update_status_follows_precedence(unacknowledged, failed, rejected):
    def status(open_status):
        return update_status(
            open_status=open_status, unacknowledged_activation=unacknowledged, check_failed=failed, rejected=rejected
        )

    assert status(ChangeSetStatus.BLOCKED_BY_SURPLUS) is LicenseUpdateStatus.BLOCKED_BY_SURPLUS
    assert status(ChangeSetStatus.AWAITING_ACTIVATION) is LicenseUpdateStatus.AWAITING_ACTIVATION
    if unacknowledged:
        assert status(None) is LicenseUpdateStatus.ACTIVATED_AUTOMATICALLY
    elif failed:
        assert status(None) is LicenseUpdateStatus.CHECK_FAILED
    elif rejected:
        assert status(None) is LicenseUpdateStatus.REJECTED
    else:
        assert status(None) is LicenseUpdateStatus.UP_TO_DATE
