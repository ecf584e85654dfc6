"""The mutants fit the code and the promises: each can be applied, and each promise has at least one."""

import pytest

from tests.mutants.catalog import ROOT, Mutant, Promise, mutants, promises

PROMISED_TESTS = {test for promise in promises() for test in promise.tests}
MUTANT_TESTS = {mutant.test_without_parameters for mutant in mutants()}


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.without)
def test_mutant_can_be_applied(mutant: Mutant):
    text = (ROOT / mutant.file).read_text()

    assert text.count(mutant.old) == 1
    compile(mutant.apply_to(text), mutant.file, "exec")


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.without)
def test_mutant_belongs_to_a_promise(mutant: Mutant):
    assert mutant.test_without_parameters in PROMISED_TESTS


@pytest.mark.parametrize("promise", promises(), ids=lambda promise: promise.text)
def test_promise_has_a_mutant(promise: Promise):
    assert MUTANT_TESTS & set(promise.tests)
