"""`seatkeeper installation`: a real installation, as opposed to the demo."""

from argparse import Namespace

from resolvers.operations.installations import create_installation
from server.commands.arguments import Subparsers, add_command, add_noun
from server.commands.connection import connected
from server.commands.terminal import say


def add_to(commands: Subparsers) -> None:
    """Adds the noun."""
    verbs = add_noun(commands, "installation", "make an installation")
    parser = add_command(verbs, "create", create, "make an installation, without vendors and users")
    parser.add_argument("--owner", required=True, metavar="NAME", help="license owner, spelled as the vendor has it")
    parser.add_argument("--serial", required=True, metavar="N", help="serial number: ten digits, from the vendor")
    parser.add_argument("--demo", action="store_true", help="it has not been bought yet")


async def create(arguments: Namespace) -> None:
    """Makes an installation, and says how it goes on."""
    async with connected():
        made = await create_installation(arguments.owner, arguments.serial, is_demo=arguments.demo)
    say(f"Made the installation {made.serial_number} of {made.license_owner}.")
    say("Next, trust the main vendor's key: seatkeeper vendor trust KEY.jwk --vendor KEY --name NAME")
