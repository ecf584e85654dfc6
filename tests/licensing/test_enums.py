"""Members of enumerations are strings with a description."""

import copy
import pickle

import pytest

from licensing.enums import DescribedEnum, UserCategory, UserKind


@pytest.mark.parametrize("enum", DescribedEnum.__subclasses__(), ids=lambda enum: enum.__name__)
def test_members_equal_their_name_and_are_described(enum):
    assert enum.__doc__
    for member in enum:
        assert member == member.value == member.name
        assert member.description.endswith(".")


def test_members_survive_copying_and_pickling():
    assert UserKind("SYSTEM") is UserKind.SYSTEM
    assert f"{UserKind.SYSTEM}" == "SYSTEM"
    assert pickle.loads(pickle.dumps(UserKind.SYSTEM)) is copy.deepcopy(UserKind.SYSTEM) is UserKind.SYSTEM


def test_only_employees_are_in_the_employee_category():
    assert [kind for kind in UserKind if kind.category is UserCategory.EMPLOYEE] == [UserKind.EMPLOYEE]
