"""The programs in the documentation are those that the tests run."""

import re

from tests.docs.pages import DOCS, ROOT, blocks

PAGE = DOCS / "subscriptions.md"
NOT_SHOWN = {"audit.mjs", "page.mjs"}
"""What only the tests need."""


def test_each_program_is_shown_as_it_runs():
    files = (ROOT / "tests" / "interop").glob("*.mjs")
    named = re.findall(r"\(\.\./tests/interop/(\w+\.mjs)\)", PAGE.read_text())
    shown = [text for _, language, text in blocks(PAGE) if language == "js"]

    assert dict(zip(named, shown, strict=True)) == {
        file.name: file.read_text() for file in files if file.name not in NOT_SHOWN
    }
