"""The pages of the documentation and their code blocks."""

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
    """A GraphQL operation on a page, with the variables in the JSON block below it."""

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
    """Yield the line, language and text of each fenced code block."""
    text = page.read_text()
    for block in _BLOCK.finditer(text):
        yield text.count("\n", 0, block.start()) + 2, block[1], block[2]


def operations(*searched: Path) -> list[Operation]:
    """Return the operations of pages. A JSON block below an operation holds its variables, unless it is a response."""
    found = []
    for page in searched:
        in_page = [*blocks(page), (0, "", "")]
        for (line, language, text), (_, next_language, next_text) in pairwise(in_page):
            if language == "graphql":
                below = json.loads(next_text) if next_language == "json" else {}
                found.append(Operation(page, line, text, {} if below.keys() & {"data", "errors"} else below))
    return found


def command_lines() -> list[tuple[str, str]]:
    """Return the position and the text of each `seatkeeper` command, without prompt, variables and redirection."""
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
