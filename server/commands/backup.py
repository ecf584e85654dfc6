"""`seatkeeper backup`: a copy of a SQLite file, while it is in use."""

from argparse import Namespace
from pathlib import Path

from models.db.config import is_sqlite, sqlite_path
from models.db.migrate import copy_sqlite
from server.commands.arguments import Subparsers, add_command
from server.commands.connection import CommandError
from server.commands.terminal import say
from server.settings import read_settings


def add_to(commands: Subparsers) -> None:
    """Adds the command."""
    parser = add_command(commands, "backup", back_up, "copy a SQLite database, also while it is served")
    parser.add_argument("file", type=Path, metavar="FILE", help="where to; it must not be there yet")


def back_up(arguments: Namespace) -> None:
    """Writes the copy."""
    url = read_settings().database_url
    if not is_sqlite(url):
        message = "PostgreSQL has programs of its own for this. Run pg_dump, as docs/operations.md shows."
        raise CommandError("NOT_SQLITE", message)
    if not Path(sqlite_path(url)).exists():
        raise CommandError("NO_DATABASE", f"There is no {sqlite_path(url)}. Check SEATKEEPER_DATABASE_URL.")
    if arguments.file.exists():
        raise CommandError("FILE_EXISTS", f"{arguments.file} is there already. Name another file, or move it away.")
    copy_sqlite(Path(sqlite_path(url)), arguments.file)
    say(f"Copied to {arguments.file}.")
