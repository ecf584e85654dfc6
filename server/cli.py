"""The `seatkeeper` command line: exit code 0 on success, 1 on failure, 2 on wrong usage, 130 on Ctrl+C."""

import asyncio
import gc
import inspect
import os
import re
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from importlib import import_module

import asyncpg
from tortoise.exceptions import BaseORMException

from licensing.errors import LicensingError
from resolvers.errors import RequestError
from server.commands.connection import CommandError
from server.commands.terminal import print_error
from server.settings import SettingError

EXIT_OK, EXIT_FAILURE, EXIT_INTERRUPTED = 0, 1, 130

COMMAND_MODULES = {
    "serve": {"serve", "migrate", "schema"},
    "demo": {"demo"},
    "installation": {"installation"},
    "vendor": {"vendor"},
    "admin": {"admin"},
    "token": {"token"},
    "users": {"users"},
    "licenses": {"import", "licenses", "pending", "check"},
    "export": {"export"},
    "revoke": {"revoke"},
    "maintenance": {"doctor", "backup"},
    "issuer": {"issuer"},
}
"""The commands that each module of `server.commands` registers, so that only the module of one command is imported."""


def make_parser(command: str | None = None) -> ArgumentParser:
    """Return a parser for one command, or for all commands if the name is None or unknown."""
    parser = ArgumentParser(prog="seatkeeper", description="License administration: seats, users and signed licenses.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    modules = [module for module, names in COMMAND_MODULES.items() if command in names]
    for module in modules or COMMAND_MODULES:
        import_module(f"server.commands.{module}").register(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    argv = _move_thumbprints_to_end(sys.argv[1:] if argv is None else argv)
    gc.set_threshold(20_000, 20, 50)  # imported modules live until exit: frequent collections would free nothing
    arguments = make_parser(argv[0] if argv else None).parse_args(argv)
    try:
        outcome = arguments.run(arguments)
        if inspect.iscoroutine(outcome):
            outcome = asyncio.run(outcome)
        sys.stdout.flush()
    except (LicensingError, RequestError, CommandError) as error:
        return _fail(error.code, str(error))
    except SettingError as error:
        return _fail("SETTING_INVALID", str(error))
    except BrokenPipeError:
        # The reader closed the pipe early, as `head` does. Discard what Python would still flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK
    except (BaseORMException, asyncpg.PostgresError, OSError) as error:
        return _fail("UNAVAILABLE", f"{error}. Check the database and the files named, then try again.")
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    return EXIT_FAILURE if outcome is False else EXIT_OK


def _move_thumbprints_to_end(argv: Sequence[str]) -> list[str]:
    """Move thumbprints that begin with a hyphen (one in 64) behind `--`, so that argparse takes them for no option."""
    thumbprints = [argument for argument in argv if re.fullmatch("-[A-Za-z0-9_-]{42}", argument)]
    others = [argument for argument in argv if argument not in thumbprints]
    return [*others, "--", *thumbprints] if thumbprints else others


def _fail(code: str, message: str) -> int:
    print_error(f"{code}: {message}")
    return EXIT_FAILURE


if __name__ == "__main__":
    sys.exit(main())
