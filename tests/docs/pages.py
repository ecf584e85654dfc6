"""The documents, and the blocks in them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
README, CONTRIBUTING = ROOT / "README.md", ROOT / "CONTRIBUTING.md"

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Operation:
    """An operation in a document, with the variables that stand below it."""

    page: Path
    line: int
    text: str
    variables: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """Return the pages of the documentation, including those at the top of the repository."""
    return [README, CONTRIBUTING, ROOT / "SECURITY.md", *sorted(DOCS.rglob("*.md"))]


def blocks(page: Path) -> Iterator[tuple[int, str, str]]:
    """The fenced blocks of a page: line, language and text."""
    text = page.read_text()
    for block in _BLOCK.finditer(text):
        yield text.count("\n", 0, block.start()) + 2, block[1], block[2]


def operations(*wanted: Path) -> list[Operation]:
    """The operations of some pages. JSON that follows one is its variables, unless it is an answer."""
    found = []
    for page in wanted:
        in_page = [*blocks(page), (0, "", "")]
        for (line, language, text), (_, next_language, next_text) in pairwise(in_page):
            if language == "graphql":
                below = json.loads(next_text) if next_language == "json" else {}
                found.append(Operation(page, line, text, {} if below.keys() & {"data", "errors"} else below))
    return found


def command_lines() -> list[tuple[str, str]]:
    """Where each line of a console begins with `seatkeeper`, and the line without prompt, settings and redirection."""
    found = []
    for page in pages():
        for line, language, text in blocks(page):
            if language != "console":
                continue
            for offset, typed in enumerate(text.replace("\\\n", "  ").splitlines()):
                command = re.sub(r"^\$ (\w+=\S+ )*|\s+[>|&].*$", "", typed)
                if typed.startswith("$ ") and command.split(" ")[0] == "seatkeeper":
                    found.append((f"{page.relative_to(ROOT)}:{line + offset}", command))
    return found
