"""The templates in the code: whatever a client may be told is `Message`, or a template that becomes one."""

import ast
from collections.abc import Iterator
from pathlib import Path

from licensing.errors import LicensingError
from resolvers.audit.log import SUMMARIES
from resolvers.context import COMMAND_LINE, SYSTEM

ROOT = Path(__file__).parents[2]
PACKAGES = ("licensing", "models", "resolvers", "schema", "server")
VARIABLE = {"actor_name", "template", "self.template"}
"""Arguments of `Message` that are no text: the templates of refusals, and the names of actors, are found otherwise."""


def templates() -> set[str]:
    """All templates, in English."""
    written = {text for package in PACKAGES for path in (ROOT / package).rglob("*.py") for text in _written(path)}
    of_refusals = {
        text
        for kind in LicensingError.__subclasses__()
        for name, text in vars(kind).items()
        if name.startswith("template")
    }
    return written | of_refusals | set(SUMMARIES.values()) | {SYSTEM.name, COMMAND_LINE.name}


def _written(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="Message"), args=[ast.Constant(value=str(text)), *_]):
                yield text
            case ast.Call(func=ast.Name(id="Message"), args=[given, *_]):
                assert ast.unparse(given) in VARIABLE, (
                    f"{path}:{node.lineno}: a Message is made of a text, not of an expression"
                )
