"""Arguments that several commands take."""

import re
from argparse import ArgumentParser, ArgumentTypeError, _SubParsersAction
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias, TypeVar

Subparsers: TypeAlias = "_SubParsersAction[ArgumentParser]"
Command = Callable[..., Awaitable[bool | None] | bool | None]
"""Does what was asked; False if it found something to complain of, and has."""

E = TypeVar("E", bound=StrEnum)


def add_command(
    commands: Subparsers, name: str, run: Command, help: str, description: str | None = None
) -> ArgumentParser:
    """Adds a command, which `run` runs with the arguments."""
    parser = commands.add_parser(name, help=help, description=description or _sentence(help))
    parser.set_defaults(run=run)
    return parser


def add_noun(commands: Subparsers, name: str, help: str) -> Subparsers:
    """Adds a noun, whose verbs are added to what this returns."""
    return commands.add_parser(name, help=help, description=_sentence(help)).add_subparsers(
        required=True, metavar="COMMAND"
    )


def takes_installation(*parsers: ArgumentParser) -> None:
    """Lets commands be told on which installation they work."""
    for parser in parsers:
        parser.add_argument(
            "--installation", metavar="SERIAL", help="serial number of the installation, where there are several"
        )


def takes_json(*parsers: ArgumentParser) -> None:
    """Lets commands answer a program."""
    for parser in parsers:
        parser.add_argument("--json", action="store_true", help="print JSON")


def file_content(path: str) -> bytes:
    """What is in a file that must be there."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ArgumentTypeError(f"cannot read {path}: {error.strerror}") from None


def public_key(key: str) -> bytes:
    """A public key: 64 hex digits, or what is in a file."""
    return key.encode() if re.fullmatch("[0-9A-Fa-f]{64}", key) else file_content(key)


def word_of(words: type[E]) -> Callable[[str], E]:
    """Reads one of the words, in any case and with hyphens or underscores."""

    def read(text: str) -> E:
        by_name = {word.name: word for word in words}
        try:
            return by_name[text.upper().replace("-", "_")]
        except KeyError:
            known = ", ".join(spelled(word) for word in words)
            raise ArgumentTypeError(f"{text!r} is not one of {known}") from None

    return read


def spelled(word: StrEnum) -> str:
    """A word as it is typed."""
    return word.name.lower().replace("_", "-")


def _sentence(help: str) -> str:
    return f"{help[0].upper()}{help[1:]}."
