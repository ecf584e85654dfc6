"""The promises of docs/security.md come from the mutation tests' catalog, and each names tests that exist."""

import re

import pytest

from tests.docs.pages import ROOT
from tests.mutants.catalog import Promise, promises
from tests.mutants.table import PAGE, replace_generated_parts

MEASURED = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text().split("## Measured times")[1].splitlines()
    if line.startswith("| ") and not line.startswith("| promise |")
]


def test_generated_parts_are_up_to_date():
    page = PAGE.read_text()

    assert replace_generated_parts(page) == page, "Run `python -m tests.mutants.table`."
    assert all(f"| {promise.text} |" in page and f"- {promise.text}.\n" in page for promise in promises())


def test_page_has_promises_and_measured_times():
    assert len(promises()) > 40
    assert len(MEASURED) > 5
    assert all(len(cells) == 4 for cells in MEASURED)


@pytest.mark.parametrize("promise", promises(), ids=lambda promise: promise.text)
def test_promise_names_existing_tests(promise: Promise):
    assert promise.tests
    for test in promise.tests:
        path, name = test.split("::")
        assert re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text(), re.MULTILINE), test


@pytest.mark.parametrize(("promise", "limit", "figure", "test"), MEASURED)
def test_measured_time_comes_from_an_existing_test(promise: str, limit: str, figure: str, test: str):
    path, name = test.strip("`").split("::")

    assert re.search(rf"^(async )?def {name}\([^)]*measured", (ROOT / path).read_text(), re.MULTILINE)
    assert float(figure.removesuffix(" s")) < float(limit.removesuffix(" s"))
