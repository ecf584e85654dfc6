"""What takes the defenses out still fits the code and the promises: else `make defenses` would try nothing."""

import re

import pytest

from tests.docs.test_security import PROMISES
from tests.mutants.catalog import ROOT, Defense, defenses


def named(tests: str) -> set[str]:
    """The tests that a promise names."""
    return set(re.findall(r"`(tests/[^`]+)`", tests))


@pytest.mark.parametrize("defense", defenses(), ids=lambda defense: defense.without)
def test_it_can_be_taken_out(defense: Defense):
    text = (ROOT / defense.file).read_text()

    assert text.count(defense.old) == 1
    compile(defense.taken_out_of(text), defense.file, "exec")


@pytest.mark.parametrize("defense", defenses(), ids=lambda defense: defense.without)
def test_its_test_holds_a_promise(defense: Defense):
    assert any(defense.named_test in named(tests) for _, tests in PROMISES)


@pytest.mark.parametrize(("promise", "tests"), PROMISES)
def test_a_promise_has_a_defense(promise: str, tests: str):
    assert named(tests) & {defense.named_test for defense in defenses()}
