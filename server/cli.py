"""The command line: each command says what it did, and exits with 0; with 1 if it was refused, 2 if called wrongly."""

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
from server.commands.terminal import complain
from server.settings import SettingError

DONE, REFUSED, INTERRUPTED = 0, 1, 130

MODULES = {
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
    "doctor": {"doctor"},
    "backup": {"backup"},
    "issuer": {"issuer"},
}
"""Where the commands are, so that one does not load what others need."""


def make_parser(command: str | None = None) -> ArgumentParser:
    """A command and its arguments, or all if there is none of this name."""
    parser = ArgumentParser(prog="seatkeeper", description="License administration: seats, users and signed licenses.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    modules = [module for module, names in MODULES.items() if command in names]
    for module in modules or MODULES:
        import_module(f"server.commands.{module}").add_to(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command, and returns the exit code."""
    words = _thumbprints_last(sys.argv[1:] if argv is None else argv)
    gc.set_threshold(20_000, 20, 50)  # what is loaded stays: to look it through again and again finds nothing
    arguments = make_parser(words[0] if words else None).parse_args(words)
    try:
        outcome = arguments.run(arguments)
        if inspect.iscoroutine(outcome):
            outcome = asyncio.run(outcome)
        sys.stdout.flush()
    except (LicensingError, RequestError, CommandError) as error:
        return _refuse(error.code, str(error))
    except SettingError as error:
        return _refuse("SETTING_INVALID", str(error))
    except BrokenPipeError:
        # Whoever read the output has seen enough; nor is there anywhere to write what is left.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except (BaseORMException, asyncpg.PostgresError, OSError) as error:
        return _refuse("UNAVAILABLE", f"{error}. Check the database and the files named, then try again.")
    except KeyboardInterrupt:
        return INTERRUPTED
    return REFUSED if outcome is False else DONE


def _thumbprints_last(words: Sequence[str]) -> list[str]:
    """One thumbprint in 64 begins with a hyphen, which makes it an option to argparse unless it stands behind `--`."""
    thumbprints = [word for word in words if re.fullmatch("-[A-Za-z0-9_-]{42}", word)]
    return [*(word for word in words if word not in thumbprints), *(["--", *thumbprints] if thumbprints else [])]


def _refuse(code: str, message: str) -> int:
    complain(f"{code}: {message}")
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
