"""`seatkeeper users`: import users from a directory."""

from argparse import Namespace
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from typing import TypeVar

from resolvers.users.directory_csv import BadLine, ExportedUser, read_export
from resolvers.users.directory_import import ImportedUsers, import_users
from server.commands.arguments import (
    Subparsers,
    add_command,
    add_command_group,
    add_installation_option,
    add_json_option,
    existing_file,
)
from server.commands.connection import installation_context
from server.commands.terminal import create_progress_bar, print_error, print_json, print_line

BATCH_SIZE = 1_000

_DESCRIPTION = """Import users from a directory export: CSV in UTF-8, separated by commas or semicolons. The first line
names the columns: login and name, and any of email, kind (employee, external, anonymous, system), group, role, status
(active, waiting, retired), can_log_in (yes, no), last_login_at (2026-01-15T09:00:00Z) and open_requests. Users are
matched by login (case-insensitive). Columns that are left out stay unchanged. Retiring a user frees all their seats.
Lines that cannot be imported are reported by number while the others are imported; the exit code is then 1."""

Item = TypeVar("Item")


def register(commands: Subparsers) -> None:
    """Register the command group."""
    verbs = add_command_group(commands, "users", "import users from a directory")
    parser = add_command(verbs, "import", import_file, "import users from a directory export", _DESCRIPTION)
    parser.add_argument("file", metavar="FILE.csv", type=existing_file, help="the directory export")
    add_installation_option(parser)
    add_json_option(parser)


async def import_file(arguments: Namespace) -> bool:
    """Import an export in batches of one transaction each, and report the lines that were refused.

    Returns:
        Whether all lines were imported.
    """
    total = ImportedUsers()
    # Invalid UTF-8 makes only its line invalid, not the whole file.
    with arguments.file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        lines = sum(1 for _ in file) - 1
        file.seek(0)
        async with installation_context(arguments) as context:
            with create_progress_bar() as bar:
                task = bar.add_task("Importing users", total=lines)
                for batch in _split_into_batches(read_export(file), BATCH_SIZE):
                    refused = [line for line in batch if isinstance(line, BadLine)]
                    users = [line for line in batch if isinstance(line, ExportedUser)]
                    imported = await import_users(context, users)
                    imported.refused += refused
                    _print_refused_lines(imported, arguments.json)
                    _add_counts(total, imported)
                    bar.advance(task, len(batch))
    _print_summary(total, arguments.json)
    return not total.refused


def _split_into_batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _print_refused_lines(imported: ImportedUsers, json: bool) -> None:
    if not json:
        for line in sorted(imported.refused, key=lambda one: one.line):
            print_error(f"Line {line.line}: {line.reason}")


def _add_counts(total: ImportedUsers, part: ImportedUsers) -> None:
    total.added += part.added
    total.changed += part.changed
    total.unchanged += part.unchanged
    total.refused += part.refused


def _print_summary(total: ImportedUsers, json: bool) -> None:
    if json:
        print_json(asdict(total))
        return
    done = f"{total.added} users added, {total.changed} changed, {total.unchanged} unchanged"
    print_line(f"{done}, {len(total.refused)} refused.")
    if total.refused:
        print_error("USERS_REFUSED: Correct the lines above, then import the file again.")
