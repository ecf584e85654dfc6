"""`seatkeeper installation`: create an installation without sample data."""

from argparse import Namespace

from resolvers.operations.installations import create_installation
from server.commands.arguments import Subparsers, add_command, add_command_group
from server.commands.connection import database_connection
from server.commands.terminal import print_line


def register(commands: Subparsers) -> None:
    """Register the command group."""
    verbs = add_command_group(commands, "installation", "create an installation")
    parser = add_command(verbs, "create", create, "create an installation without vendors and users")
    parser.add_argument("--owner", required=True, metavar="NAME", help="license owner, spelled as the vendor spells it")
    parser.add_argument("--serial", required=True, metavar="N", help="serial number of ten digits, from the vendor")
    parser.add_argument("--demo", action="store_true", help="create a demo that has not been purchased yet")


async def create(arguments: Namespace) -> None:
    """Create an installation and print the next step."""
    async with database_connection():
        installation = await create_installation(arguments.owner, arguments.serial, is_demo=arguments.demo)
    print_line(f"Created the installation {installation.serial_number} of {installation.license_owner}.")
    print_line("Next, trust the main vendor's key: seatkeeper vendor trust KEY.jwk --vendor KEY --name NAME")
