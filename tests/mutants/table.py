"""Write the promises and the table of their tests into docs/security.md: `python -m tests.mutants.table`."""

from itertools import groupby

from tests.mutants.catalog import ROOT, promises

PAGE = ROOT / "docs" / "security.md"


def promise_lists() -> str:
    """Return a heading and a list of promises for each group."""
    sections = []
    for title, group in groupby(promises(), lambda promise: promise.title):
        sections.append(f"### {title}\n\n" + "\n".join(f"- {promise.text}." for promise in group))
    return "\n\n".join(sections)


def table_of_tests() -> str:
    """Return a table with a row for each promise and the ids of its tests."""
    rows = [f"| {one.text} | {', '.join(f'`{test}`' for test in one.tests)} |" for one in promises()]
    return "\n".join(["| promise | tests |", "|---|---|", *rows])


def replace_generated_parts(page: str) -> str:
    """Return the page with the text between its markers replaced by the generated lists and table."""
    for name, text in {"promises": promise_lists(), "tests": table_of_tests()}.items():
        begin, end = f"<!-- generated: {name} -->", f"<!-- end: {name} -->"
        before, rest = page.split(begin)
        page = f"{before}{begin}\n\n{text}\n\n{end}{rest.split(end)[1]}"
    return page


if __name__ == "__main__":
    PAGE.write_text(replace_generated_parts(PAGE.read_text()))
