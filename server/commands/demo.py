"""`seatkeeper demo`: an installation to look at."""

import os
import secrets
from argparse import Namespace
from pathlib import Path

from models.installation import Installation
from models.user import User
from server.commands.arguments import Subparsers, add_command
from server.commands.connection import connected
from server.commands.terminal import PASSWORD_VARIABLE, say
from server.demo.installation import Demo, fill


def add_to(commands: Subparsers) -> None:
    """Adds the command."""
    help = "fill an empty database with the demo installation; one that is not empty is kept as it is"
    parser = add_command(commands, "demo", make_demo, help)
    parser.add_argument(
        "--issuer",
        type=Path,
        default=Path("demo-issuer"),
        metavar="DIR",
        help="where the vendors' keys and license files go (default: demo-issuer)",
    )
    parser.add_argument("--trial", action="store_true", help="make an installation that has not been bought yet")


async def make_demo(arguments: Namespace) -> None:
    """Makes the demo, or says how to get into what is there."""
    async with connected():
        if await Installation.exists():
            await _welcome_back()
            return
        arguments.issuer.mkdir(parents=True, exist_ok=True)
        made = await fill(os.environ.get(PASSWORD_VARIABLE) or secrets.token_urlsafe(12), trial=arguments.trial)
        made.write(arguments.issuer)
    _introduce(made, arguments.issuer)


def _introduce(made: Demo, folder: Path) -> None:
    say(f"Made the demo installation {made.serial_number}.")
    say(f"License files to import are in {folder}: {', '.join(sorted(made.files))}")
    say(f"Login: {made.login}")
    say(f"Password: {made.password}")


async def _welcome_back() -> None:
    administrator = await User.filter(is_administrator=True).order_by("id").first()
    say("The database is not empty; what it holds is kept.")
    if administrator:
        say(f"Login: {administrator.login}")
        say(f"To set a new password: seatkeeper admin password {administrator.login}")
