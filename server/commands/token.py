"""`seatkeeper token`: API tokens."""

from argparse import Namespace
from collections.abc import Sequence

from licensing.enums import ApiScope
from resolvers.auth.api_tokens import api_tokens, create_api_token, revoke_api_token
from server.commands import vendor
from server.commands.arguments import (
    Subparsers,
    add_command,
    add_command_group,
    add_installation_option,
    add_json_option,
    enum_type,
    format_option,
)
from server.commands.connection import installation_context
from server.commands.terminal import print_json, print_line, print_table


def register(commands: Subparsers) -> None:
    """Register the command group."""
    verbs = add_command_group(commands, "token", "manage API tokens")
    creating = add_command(verbs, "create", create, "create a token valid for 90 days and print only its secret")
    creating.add_argument("name", metavar="NAME", help="name that describes the purpose of the token")
    creating.add_argument(
        "--scope",
        required=True,
        nargs="+",
        type=_parse_scopes,
        action="extend",
        metavar="SCOPE",
        help=f"scopes of the token: all, or some of {', '.join(map(format_option, ApiScope))}",
    )
    creating.add_argument("--vendor", metavar="KEY", help="restrict the token to the licenses of one vendor")
    listing = add_command(verbs, "list", list_tokens, "list the tokens that have not been revoked")
    revoking = add_command(verbs, "revoke", revoke, "revoke a token permanently")
    revoking.add_argument("id", metavar="ID", type=int, help="id of the token, as `token list` prints it")
    add_installation_option(creating, listing, revoking)
    add_json_option(listing)


def _parse_scopes(text: str) -> Sequence[ApiScope]:
    if text.casefold() == "all":
        return list(ApiScope)
    return [enum_type(ApiScope)(text)]


async def create(arguments: Namespace) -> None:
    """Create a token and print its secret."""
    scopes = [scope for named in arguments.scope for scope in named]
    async with installation_context(arguments) as context:
        vendor_id = (await vendor.find_vendor(context, arguments.vendor)).id if arguments.vendor else None
        _, secret = await create_api_token(
            context, name=arguments.name, scopes=scopes, vendor_id=vendor_id, expires_at=None
        )
    print_line(secret)


async def list_tokens(arguments: Namespace) -> None:
    """Print the tokens, newest first."""
    async with installation_context(arguments) as context:
        tokens = await api_tokens(context)
    columns = ("id", "name", "scopes", "created_at", "expires_at", "last_used_at")
    rows = [
        (token.id, token.name, token.scopes, token.created_at, token.expires_at, token.last_used_at) for token in tokens
    ]
    if arguments.json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        headings = ("ID", "Name", "Scopes", "Issued", "Expires", "Last used")
        print_table(headings, [(id, name, " ".join(scopes), *dates) for id, name, scopes, *dates in rows])


async def revoke(arguments: Namespace) -> None:
    """Revoke a token."""
    async with installation_context(arguments) as context:
        await revoke_api_token(context, arguments.id)
    print_line(f"Revoked the token {arguments.id}.")
