"""What takes the defenses out still fits the code: else `make defenses` would try nothing."""

import re

import pytest

from tests.defenses.catalog import ROOT, Defense, defenses
from tests.docs.test_security import PROMISES

NOT_BY_AN_EDIT: dict[str, str] = {}
"""Promises that no small edit breaks, with the reason."""

PROMISED = {test for _, tests in PROMISES for test in re.findall(r"`(tests/[^`]+)`", tests)}


@pytest.mark.parametrize("defense", defenses(), ids=lambda defense: defense.without)
def test_it_can_be_taken_out(defense: Defense):
    text = (ROOT / defense.file).read_text()

    assert text.count(defense.old) == 1
    compile(defense.taken_out_of(text), defense.file, "exec")
    assert defense.named in PROMISED
