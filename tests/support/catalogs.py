"""The message templates in the code: arguments of `Message`, templates of errors and summaries of audit events."""

import ast
from collections.abc import Iterator
from pathlib import Path

import licensing.documents.errors  # noqa: F401 - defines subclasses of LicensingError
from licensing.errors import LicensingError
from resolvers.audit.log import SUMMARIES
from resolvers.principals import COMMAND_LINE, SYSTEM

ROOT = Path(__file__).parents[2]
PACKAGES = ("licensing", "models", "resolvers", "schema", "server")
VARIABLE = {"actor_name", "template", "self.template"}
"""Arguments of `Message` that may be expressions, because their templates are collected elsewhere."""


def templates() -> set[str]:
    """Return all message templates, in English."""
    literals = {
        text for package in PACKAGES for path in (ROOT / package).rglob("*.py") for text in _message_literals(path)
    }
    of_errors = {
        text
        for kind in LicensingError.__subclasses__()
        for name, text in vars(kind).items()
        if name.startswith("template")
    }
    return literals | of_errors | set(SUMMARIES.values()) | {SYSTEM.name, COMMAND_LINE.name}


def _message_literals(path: Path) -> Iterator[str]:
    """Yield the string arguments of `Message` in a module.

    Raises:
        AssertionError: An argument is an expression that is not listed in `VARIABLE`.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="Message"), args=[ast.Constant(value=str(text)), *_]):
                yield text
            case ast.Call(func=ast.Name(id="Message"), args=[argument, *_]):
                assert ast.unparse(argument) in VARIABLE, (
                    f"{path}:{node.lineno}: the template of a Message must be a string literal"
                )
