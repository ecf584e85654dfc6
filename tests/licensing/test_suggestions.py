"""Whom to take a license from: those who will miss it least."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from licensing.enums import SuggestionReason
from licensing.suggestions import suggestion_order, suggestion_reason
from tests.support.documents import NOW

YEAR = timedelta(days=365)


def test_why_a_user_will_hardly_miss_a_license():
    assert suggestion_reason(False, None) is SuggestionReason.CANNOT_LOG_IN
    assert suggestion_reason(False, NOW) is SuggestionReason.CANNOT_LOG_IN
    assert suggestion_reason(True, None) is SuggestionReason.NEVER_LOGGED_IN
    assert suggestion_reason(True, NOW) is SuggestionReason.LEAST_RECENTLY_LOGGED_IN


HOLDERS = {
    "may not log in and never has": (False, False, None, NOW, 9),
    "may not log in": (False, False, NOW, NOW, 8),
    "never logged in, has it for a year": (False, True, None, NOW - YEAR, 7),
    "never logged in, has it for a day": (False, True, None, NOW, 6),
    "never logged in, as long": (False, True, None, NOW, 7),
    "away for a year": (False, True, NOW - YEAR, NOW, 5),
    "was here today, has it for a year": (False, True, NOW, NOW - YEAR, 4),
    "was here today": (False, True, NOW, NOW, 3),
    "waits for approval and may not log in": (True, False, None, NOW - YEAR, 2),
    "waits for approval": (True, True, None, NOW - YEAR, 1),
}


@given(st.permutations(list(HOLDERS)))
def test_those_who_will_miss_it_least_come_first(holders):
    assert sorted(holders, key=lambda holder: suggestion_order(*HOLDERS[holder])) == list(HOLDERS)
