"""`seatkeeper demo`: an installation with sample data."""

import os
import secrets
from argparse import Namespace
from pathlib import Path

from models.installation import Installation
from models.user import User
from server.commands.arguments import Subparsers, add_command
from server.commands.connection import database_connection
from server.commands.terminal import PASSWORD_VARIABLE, print_line
from server.demo.installation import Demo, fill


def register(commands: Subparsers) -> None:
    """Register the command."""
    help = "fill an empty database with the demo installation; a database that is not empty is left unchanged"
    parser = add_command(commands, "demo", create_demo, help)
    parser.add_argument(
        "--issuer",
        type=Path,
        default=Path("demo-issuer"),
        metavar="DIR",
        help="folder to write the vendors' keys and license files to (default: demo-issuer)",
    )
    parser.add_argument("--trial", action="store_true", help="create an installation that has not been purchased yet")


async def create_demo(arguments: Namespace) -> None:
    """Create the demo installation, or print the administrator's login if the database is not empty."""
    async with database_connection():
        if await Installation.exists():
            await _print_existing_login()
            return
        arguments.issuer.mkdir(parents=True, exist_ok=True)
        demo = await fill(os.environ.get(PASSWORD_VARIABLE) or secrets.token_urlsafe(12), trial=arguments.trial)
        demo.write(arguments.issuer)
    _print_credentials(demo, arguments.issuer)


def _print_credentials(demo: Demo, folder: Path) -> None:
    print_line(f"Created the demo installation {demo.serial_number}.")
    print_line(f"License files to import are in {folder}: {', '.join(sorted(demo.files))}")
    print_line(f"Login: {demo.login}")
    print_line(f"Password: {demo.password}")


async def _print_existing_login() -> None:
    administrator = await User.filter(is_administrator=True).order_by("id").first()
    print_line("The database is not empty and was left unchanged.")
    if administrator:
        print_line(f"Login: {administrator.login}")
        print_line(f"To set a new password: seatkeeper admin password {administrator.login}")
