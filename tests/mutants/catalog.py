"""The security promises and the mutants that prove them: one TOML file per group of promises in this folder."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]


@dataclass(frozen=True)
class Promise:
    """A property of the server, with the tests that verify it."""

    group: str
    """The stem of the TOML file that states it."""
    title: str
    """The heading of the group in docs/security.md."""
    text: str
    tests: list[str]
    """Ids of the tests, without parameters."""


@dataclass(frozen=True)
class Mutant:
    """An edit that removes one safeguard from the code."""

    group: str
    """The stem of the TOML file that defines it."""
    without: str
    """What goes wrong without the safeguard."""
    file: str
    old: str
    """The text of the safeguard, which occurs exactly once in the file."""
    new: str
    test: str
    """The id of the test that fails without the safeguard. For a parametrized test, one parameter set suffices."""

    @property
    def test_without_parameters(self) -> str:
        """Return the id of the test as promises list it."""
        return self.test.partition("[")[0]

    def apply_to(self, text: str) -> str:
        """Return the file's text without the safeguard."""
        return text.replace(self.old, self.new)


def promises() -> list[Promise]:
    """Return all promises, in the order of the files."""
    return [Promise(file.stem, group["title"], **promise) for file, group in _groups() for promise in group["promise"]]


def mutants() -> list[Mutant]:
    """Return all mutants, in the order of the files."""
    return [Mutant(file.stem, **mutant) for file, group in _groups() for mutant in group["mutant"]]


def _groups() -> list[tuple[Path, dict[str, Any]]]:
    return [(file, tomllib.loads(file.read_text())) for file in sorted(FOLDER.glob("*.toml"))]
