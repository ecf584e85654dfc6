"""Suggestions for revocation: the least recently active users first."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from licensing.enums import SuggestionReason
from licensing.suggestions import suggestion_reason, suggestion_sort_key
from tests.support.documents import NOW

YEAR = timedelta(days=365)


def test_suggestion_reason_depends_on_last_sign_in():
    assert suggestion_reason(False, None) is SuggestionReason.CANNOT_LOG_IN
    assert suggestion_reason(False, NOW) is SuggestionReason.CANNOT_LOG_IN
    assert suggestion_reason(True, None) is SuggestionReason.NEVER_LOGGED_IN
    assert suggestion_reason(True, NOW) is SuggestionReason.LEAST_RECENTLY_LOGGED_IN


HOLDERS = {
    "cannot sign in, never has": (False, False, None, NOW, 9),
    "cannot sign in": (False, False, NOW, NOW, 8),
    "never signed in, assigned a year ago": (False, True, None, NOW - YEAR, 7),
    "never signed in, assigned now": (False, True, None, NOW, 6),
    "never signed in, assigned now, higher ID": (False, True, None, NOW, 7),
    "signed in a year ago": (False, True, NOW - YEAR, NOW, 5),
    "signed in now, assigned a year ago": (False, True, NOW, NOW - YEAR, 4),
    "signed in now": (False, True, NOW, NOW, 3),
    "waiting for approval, cannot sign in": (True, False, None, NOW - YEAR, 2),
    "waiting for approval": (True, True, None, NOW - YEAR, 1),
}


@given(st.permutations(list(HOLDERS)))
def test_least_recently_active_users_come_first(holders):
    assert sorted(holders, key=lambda holder: suggestion_sort_key(*HOLDERS[holder])) == list(HOLDERS)
