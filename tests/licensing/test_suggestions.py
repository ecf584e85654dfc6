"""Suggestions for revocation: the longest idle first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.enums import SuggestionReason, UserStatus
from licensing.suggestions import may_be_suggested, suggestion_reason, suggestion_sort_key
from tests.support.documents import NOW


def test_suggestion_reason_depends_on_last_sign_in():
    assert suggestion_reason(False, None) is SuggestionReason.CANNOT_LOG_IN
    assert suggestion_reason(False, NOW) is SuggestionReason.CANNOT_LOG_IN
    assert suggestion_reason(True, None) is SuggestionReason.NEVER_LOGGED_IN
    assert suggestion_reason(True, NOW) is SuggestionReason.LEAST_RECENTLY_LOGGED_IN


HOLDERS = {
    "never signed in, held for long": (100, 0, 9),
    "signed in before holding it": (200, 50, 3),
    "held later, equally idle": (150, 200, 4),
    "never signed in, equally idle": (200, 0, 5),
    "signed in lately": (100, 300, 1),
    "held since lately": (400, 0, 2),
}


@given(st.permutations(list(HOLDERS)))
def test_longest_idle_come_first(holders):
    assert sorted(holders, key=lambda holder: suggestion_sort_key(*HOLDERS[holder])) == list(HOLDERS)


@pytest.mark.parametrize("status", UserStatus)
def test_users_waiting_for_approval_are_not_suggested(status):
    assert may_be_suggested(status) is (status is not UserStatus.WAITING_FOR_APPROVAL)
