"""Arguments and argument types that several commands share."""

import re
from argparse import ArgumentParser, ArgumentTypeError, _SubParsersAction
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias, TypeVar

Subparsers: TypeAlias = "_SubParsersAction[ArgumentParser]"
Command = Callable[..., Awaitable[bool | None] | bool | None]
"""The implementation of a command; it returns False if it reported problems, which sets the exit code to 1."""

E = TypeVar("E", bound=StrEnum)


def add_command(
    commands: Subparsers, name: str, run: Command, help: str, description: str | None = None
) -> ArgumentParser:
    """Add a command that calls `run` with the parsed arguments, and return its parser."""
    parser = commands.add_parser(name, help=help, description=description or _to_sentence(help))
    parser.set_defaults(run=run)
    return parser


def add_command_group(commands: Subparsers, name: str, help: str) -> Subparsers:
    """Add a group of commands, and return the object to add its commands to."""
    return commands.add_parser(name, help=help, description=_to_sentence(help)).add_subparsers(
        required=True, metavar="COMMAND"
    )


def add_installation_option(*parsers: ArgumentParser) -> None:
    """Add the option `--installation`."""
    for parser in parsers:
        parser.add_argument(
            "--installation", metavar="SERIAL", help="serial number of the installation, if there are several"
        )


def add_json_option(*parsers: ArgumentParser) -> None:
    """Add the option `--json`."""
    for parser in parsers:
        parser.add_argument("--json", action="store_true", help="print JSON")


def read_file(path: str) -> bytes:
    """Return the contents of a file that must exist."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ArgumentTypeError(f"cannot read {path}: {error.strerror}") from None


def existing_file(path: str) -> Path:
    """Return the path of a file that must exist."""
    if not Path(path).is_file():
        raise ArgumentTypeError(f"there is no file {path}")
    return Path(path)


def read_public_key(key: str) -> bytes:
    """Return a public key given as 64 hex digits or as the path of a file."""
    return key.encode() if re.fullmatch("[0-9A-Fa-f]{64}", key) else read_file(key)


def enum_type(enum: type[E]) -> Callable[[str], E]:
    """Return an argument type for the members of an enum, case-insensitive and with hyphens or underscores."""

    def parse(text: str) -> E:
        by_name = {member.name: member for member in enum}
        try:
            return by_name[text.upper().replace("-", "_")]
        except KeyError:
            known = ", ".join(format_option(member) for member in enum)
            raise ArgumentTypeError(f"{text!r} is not one of {known}") from None

    return parse


def format_option(member: StrEnum) -> str:
    """Return an enum member as it is written on the command line, in lower case with hyphens."""
    return member.name.lower().replace("_", "-")


def _to_sentence(help: str) -> str:
    return f"{help[0].upper()}{help[1:]}."
