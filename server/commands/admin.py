"""`seatkeeper admin`: who may manage licenses."""

from argparse import Namespace

from resolvers.users.administrators import create_administrator, set_password
from server.commands.arguments import Subparsers, add_command, add_noun, takes_installation
from server.commands.connection import in_installation
from server.commands.terminal import PASSWORD_VARIABLE, ask_password, say

_HOW = f"Asks for the password in a terminal; else takes {PASSWORD_VARIABLE}, or a line of the input."


def add_to(commands: Subparsers) -> None:
    """Adds the noun."""
    verbs = add_noun(commands, "admin", "administrators and their passwords")
    creating = add_command(verbs, "create", create, f"make a user an administrator, or make one. {_HOW}")
    creating.add_argument("--name", metavar="NAME", help="full name of one who is not a user yet")
    unit_of_work = add_command(
        verbs, "password", password, f"set an administrator's password, and end all sessions. {_HOW}"
    )
    for parser in (creating, unit_of_work):
        parser.add_argument("login", metavar="LOGIN", help="login name, in any case")
    takes_installation(creating, unit_of_work)


async def create(arguments: Namespace) -> None:
    """Makes an administrator."""
    async with in_installation(arguments) as context:
        new = ask_password(arguments.login)
        user = await create_administrator(context, login=arguments.login, password=new, name=arguments.name)
    say(f"{user.name} is an administrator and logs in as {user.login}.")


async def password(arguments: Namespace) -> None:
    """Sets an administrator's password."""
    async with in_installation(arguments) as context:
        user = await set_password(context, login=arguments.login, password=ask_password(arguments.login))
    say(f"{user.name} has a new password, and must log in again.")
