"""Words of the domain, each with what it means."""

import copy
import pickle

import pytest

from licensing.enums import DescribedEnum, UserCategory, UserKind


@pytest.mark.parametrize("words", DescribedEnum.__subclasses__(), ids=lambda words: words.__name__)
def test_each_word_is_its_name_and_has_a_sentence(words):
    assert words.__doc__
    for word in words:
        assert word == word.value == word.name
        assert word.description.endswith(".")


def test_a_word_is_found_by_itself_and_survives_copies():
    assert UserKind("SYSTEM") is UserKind.SYSTEM
    assert f"{UserKind.SYSTEM}" == "SYSTEM"
    assert pickle.loads(pickle.dumps(UserKind.SYSTEM)) is copy.deepcopy(UserKind.SYSTEM) is UserKind.SYSTEM


def test_employees_are_on_one_tab_and_all_others_on_the_other():
    assert [kind for kind in UserKind if kind.category is UserCategory.EMPLOYEE] == [UserKind.EMPLOYEE]
