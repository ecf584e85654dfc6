"""Every promise of the page on security names tests, and they are there."""

import re

import pytest

from tests.docs.pages import DOCS, ROOT

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (DOCS / "security.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| promise |")
]
PROMISES = [row for row in ROWS if len(row) == 2]
MEASURED = [row for row in ROWS if len(row) != 2]


def test_there_are_promises():
    assert len(PROMISES) > 40
    assert len(MEASURED) > 5
    assert all(len(cells) == 4 for cells in MEASURED)


@pytest.mark.parametrize(("promise", "tests"), PROMISES)
def test_a_promise_is_held_by_tests_that_exist(promise: str, tests: str):
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", tests)
    assert named and len(named) == tests.count("`") // 2
    for path, name in named:
        assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text(), re.MULTILINE), f"{path}::{name}"


@pytest.mark.parametrize(("promise", "most", "figure", "test"), MEASURED)
def test_a_figure_is_measured_by_a_test_that_exists(promise: str, most: str, figure: str, test: str):
    path, name = test.strip("`").split("::")
    assert re.search(rf"^(async )?def {name}\([^)]*measured", (ROOT / path).read_text(), re.MULTILINE)
    assert float(figure.removesuffix(" s")) < float(most.removesuffix(" s"))
