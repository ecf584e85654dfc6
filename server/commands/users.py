"""`seatkeeper users`: users from a directory."""

from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TypeVar

from resolvers.users.directory_csv import BadLine, ExportedUser, read_export
from resolvers.users.directory_import import ImportedUsers, import_users
from server.commands.arguments import Subparsers, add_command, add_noun, takes_installation, takes_json
from server.commands.connection import in_installation
from server.commands.terminal import complain, print_json, progress, say

LINES_AT_ONCE = 1_000

_DESCRIPTION = """Takes over users from a directory export: CSV in UTF-8, separated by commas or semicolons, whose first
line names the columns: login and name, and any of email, kind (employee, external, anonymous, system), group, role,
status (active, waiting, retired), can_log_in (yes, no), last_login_at (2026-01-15T09:00:00Z) and open_requests. Who is
whom is told by login, in any case. What columns are left out stays as it is. Retiring frees all seats. Lines
that cannot be imported are reported by number, and the rest is imported; the exit code is 1 then."""

Item = TypeVar("Item")


def add_to(commands: Subparsers) -> None:
    """Adds the noun."""
    verbs = add_noun(commands, "users", "users from a directory")
    parser = add_command(verbs, "import", import_file, "take over users from a directory export", _DESCRIPTION)
    parser.add_argument("file", metavar="FILE.csv", type=_existing_file, help="the export")
    takes_installation(parser)
    takes_json(parser)


async def import_file(arguments: Namespace) -> bool:
    """Imports an export in chunks, each of them whole or not at all, and reports the lines that were refused."""
    total = ImportedUsers()
    # Bytes that are not UTF-8 are the fault of a line, not of the file.
    with arguments.file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        lines = sum(1 for _ in file) - 1
        file.seek(0)
        async with in_installation(arguments) as context:
            with progress() as bar:
                task = bar.add_task("Importing users", total=lines)
                for chunk in _chunks(read_export(file), LINES_AT_ONCE):
                    refused = [line for line in chunk if isinstance(line, BadLine)]
                    users = [line for line in chunk if isinstance(line, ExportedUser)]
                    imported = await import_users(context, users)
                    imported.refused += refused
                    _report(imported, arguments.json)
                    _add(total, imported)
                    bar.advance(task, len(chunk))
    _summarize(total, arguments.json)
    return not total.refused


def _existing_file(path: str) -> Path:
    if not Path(path).is_file():
        raise ArgumentTypeError(f"there is no file {path}")
    return Path(path)


def _chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _report(imported: ImportedUsers, json: bool) -> None:
    if not json:
        for line in sorted(imported.refused, key=lambda one: one.line):
            complain(f"Line {line.line}: {line.reason}")


def _add(total: ImportedUsers, part: ImportedUsers) -> None:
    total.added += part.added
    total.changed += part.changed
    total.unchanged += part.unchanged
    total.refused += part.refused


def _summarize(total: ImportedUsers, json: bool) -> None:
    if json:
        print_json(asdict(total))
        return
    done = f"{total.added} users added, {total.changed} changed, {total.unchanged} unchanged"
    say(f"{done}, {len(total.refused)} refused.")
    if total.refused:
        complain("USERS_REFUSED: Correct the lines above, then import the file again; the others stay as they are.")
