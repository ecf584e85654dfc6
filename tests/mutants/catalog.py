"""The defenses of the promises in docs/security.md, each with the edit that takes it out; a file per heading there."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]


@dataclass(frozen=True)
class Mutant:
    """A piece of the code without which a promise would not hold."""

    part: str
    """The file that tells of it, without its ending."""
    without: str
    """What goes wrong when it is taken out, in words."""
    file: str
    old: str
    new: str
    test: str
    """The test that sees it, by its id; where it has parameters, one of them will do."""

    @property
    def named_test(self) -> str:
        """The test as promises name it."""
        return self.test.partition("[")[0]

    def apply_to(self, text: str) -> str:
        """The file without it."""
        return text.replace(self.old, self.new)


def mutants() -> list[Mutant]:
    """All of them."""
    return [
        Mutant(file.stem, **one)
        for file in sorted(FOLDER.glob("*.toml"))
        for one in tomllib.loads(file.read_text())["defense"]
    ]
