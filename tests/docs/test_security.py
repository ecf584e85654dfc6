"""Every promise of the page on security names tests, and they are there."""

import re

import pytest

from tests.docs.documents import DOCS, ROOT

PROMISES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (DOCS / "security.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| promise |")
]


def test_there_are_promises():
    assert len(PROMISES) > 40
    assert all(len(cells) == 2 for cells in PROMISES)


@pytest.mark.parametrize(("promise", "tests"), PROMISES)
def test_a_promise_is_held_by_tests_that_exist(promise: str, tests: str):
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", tests)
    assert named and len(named) == tests.count("`") // 2
    for path, name in named:
        assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text(), re.MULTILINE), f"{path}::{name}"
