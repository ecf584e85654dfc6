"""What takes the defenses out still fits the code and the promises: else `make mutants` would try nothing."""

import re

import pytest

from tests.docs.test_security import PROMISES
from tests.mutants.catalog import ROOT, Mutant, mutants


def named(tests: str) -> set[str]:
    """The tests that a promise names."""
    return set(re.findall(r"`(tests/[^`]+)`", tests))


@pytest.mark.parametrize("defense", mutants(), ids=lambda defense: defense.without)
def test_it_can_be_taken_out(defense: Mutant):
    text = (ROOT / defense.file).read_text()

    assert text.count(defense.old) == 1
    compile(defense.apply_to(text), defense.file, "exec")


@pytest.mark.parametrize("defense", mutants(), ids=lambda defense: defense.without)
def test_its_test_holds_a_promise(defense: Mutant):
    assert any(defense.named_test in named(tests) for _, tests in PROMISES)


@pytest.mark.parametrize(("promise", "tests"), PROMISES)
def test_a_promise_has_a_defense(promise: str, tests: str):
    assert named(tests) & {defense.named_test for defense in mutants()}
