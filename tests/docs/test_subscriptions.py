"""The programs in docs/subscriptions.md are those that the interop tests run."""

import re

from tests.docs.pages import DOCS, ROOT, blocks

PAGE = DOCS / "subscriptions.md"
TEST_PROGRAMS = {"audit.mjs", "page.mjs", "persisted_queries.mjs"}
"""Programs that only the tests use."""


def test_programs_on_the_page_equal_the_tested_files():
    files = (ROOT / "tests" / "interop").glob("*.mjs")
    named = re.findall(r"\(\.\./tests/interop/(\w+\.mjs)\)", PAGE.read_text())
    shown = [text for _, language, text in blocks(PAGE) if language == "js"]

    assert dict(zip(named, shown, strict=True)) == {
        file.name: file.read_text() for file in files if file.name not in TEST_PROGRAMS
    }
