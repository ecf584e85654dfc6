"""`seatkeeper doctor` and `backup`: consistency checks, and copies of a SQLite database."""

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from models.db.config import is_sqlite, sqlite_path
from models.db.migrate import copy_sqlite
from resolvers.operations.doctor import examine, repair_assignments, repair_seats
from server.commands.arguments import Subparsers, add_command, add_installation_option, add_json_option
from server.commands.connection import CommandError, installation_context
from server.commands.terminal import print_error, print_json, print_line
from server.settings import read_settings


def register(commands: Subparsers) -> None:
    """Register the commands."""
    help = "recount seats, verify stored signatures and check consistency; exit with 1 if anything is wrong"
    doctor = add_command(commands, "doctor", examine_installation, help)
    doctor.add_argument("--repair", action="store_true", help="correct seat counts and sort columns first")
    add_installation_option(doctor)
    add_json_option(doctor)
    backup = add_command(commands, "backup", back_up, "copy a SQLite database, even while it is in use")
    backup.add_argument("file", type=Path, metavar="FILE", help="file to write; it must not exist yet")


async def examine_installation(arguments: Namespace) -> bool:
    """Print the findings about an installation, after repairing seat counts and sort columns if requested."""
    async with installation_context(arguments) as context:
        repaired = await repair_seats(context) if arguments.repair else []
        assignments = await repair_assignments(context) if arguments.repair else 0
        findings = await examine(context)
    if arguments.json:
        print_json({"mended": repaired, "findings": [asdict(finding) for finding in findings]})
        return not findings
    for license in repaired:
        print_line(f"Recounted the seats in use of {license}.")
    if assignments:
        print_line(f"Corrected the sort columns of {assignments} assignments.")
    for finding in findings:
        print_error(f"{finding.code}: {finding.message}")
    if not findings:
        print_line("No problems found.")
    return not findings


def back_up(arguments: Namespace) -> None:
    """Copy the SQLite database to a new file.

    Raises:
        CommandError: The database is not SQLite or does not exist, or the target file exists.
    """
    url = read_settings().database_url
    if not is_sqlite(url):
        message = "`backup` copies SQLite databases only. Run pg_dump, as docs/operations.md shows."
        raise CommandError("NOT_SQLITE", message)
    if not Path(sqlite_path(url)).exists():
        raise CommandError("NO_DATABASE", f"There is no {sqlite_path(url)}. Check SEATKEEPER_DATABASE_URL.")
    if arguments.file.exists():
        raise CommandError("FILE_EXISTS", f"{arguments.file} exists already. Name another file, or move it away.")
    copy_sqlite(Path(sqlite_path(url)), arguments.file)
    print_line(f"Copied to {arguments.file}.")
