"""`seatkeeper admin`: administrators and their passwords."""

from argparse import Namespace

from resolvers.users.administrators import create_administrator, set_password
from server.commands.arguments import Subparsers, add_command, add_command_group, add_installation_option
from server.commands.connection import installation_context
from server.commands.terminal import PASSWORD_VARIABLE, print_line, read_password

_PASSWORD_SOURCES = (
    f"The password is read from {PASSWORD_VARIABLE} if that is set, else prompted for in a terminal or read as a line"
    " of standard input"
)


def register(commands: Subparsers) -> None:
    """Register the command group."""
    verbs = add_command_group(commands, "admin", "administrators and their passwords")
    creating = add_command(
        verbs, "create", create, f"make a user an administrator; create the user if needed. {_PASSWORD_SOURCES}"
    )
    creating.add_argument("--name", metavar="NAME", help="full name, if the user does not exist yet")
    setting = add_command(
        verbs, "password", change_password, f"set an administrator's password and end all sessions. {_PASSWORD_SOURCES}"
    )
    for parser in (creating, setting):
        parser.add_argument("login", metavar="LOGIN", help="login name (case-insensitive)")
    add_installation_option(creating, setting)


async def create(arguments: Namespace) -> None:
    """Make a user an administrator with a new password."""
    async with installation_context(arguments) as context:
        new = read_password(arguments.login)
        user = await create_administrator(context, login=arguments.login, password=new, name=arguments.name)
    print_line(f"{user.name} is an administrator and signs in as {user.login}.")


async def change_password(arguments: Namespace) -> None:
    """Set an administrator's password."""
    async with installation_context(arguments) as context:
        user = await set_password(context, login=arguments.login, password=read_password(arguments.login))
    print_line(f"{user.name} has a new password and must sign in again.")
