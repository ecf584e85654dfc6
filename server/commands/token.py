"""`seatkeeper token`: secrets for integrations."""

from argparse import Namespace
from collections.abc import Sequence

from licensing.enums import ApiScope
from resolvers.auth.api_tokens import api_tokens, create_api_token, revoke_api_token
from server.commands import vendor
from server.commands.arguments import (
    Subparsers,
    add_command,
    add_noun,
    spelled,
    takes_installation,
    takes_json,
    word_of,
)
from server.commands.connection import in_installation
from server.commands.terminal import print_json, print_table, say


def add_to(commands: Subparsers) -> None:
    """Adds the noun."""
    verbs = add_noun(commands, "token", "tokens for integrations")
    creating = add_command(verbs, "create", create, "issue a token for 90 days, and print its secret alone")
    creating.add_argument("name", metavar="NAME", help="what the token is for")
    creating.add_argument(
        "--scope",
        required=True,
        nargs="+",
        type=_scopes,
        action="extend",
        metavar="SCOPE",
        help=f"what it may do: all, or some of {', '.join(map(spelled, ApiScope))}",
    )
    creating.add_argument("--vendor", metavar="KEY", help="the only vendor whose licenses it may touch")
    listing = add_command(verbs, "list", list_tokens, "list the tokens that have not been revoked")
    revoking = add_command(verbs, "revoke", revoke, "stop a token from working, for good")
    revoking.add_argument("id", metavar="ID", type=int, help="the token's number in the list")
    takes_installation(creating, listing, revoking)
    takes_json(listing)


def _scopes(text: str) -> Sequence[ApiScope]:
    if text.casefold() == "all":
        return list(ApiScope)
    return [word_of(ApiScope)(text)]


async def create(arguments: Namespace) -> None:
    """Issues a token."""
    scopes = [scope for named in arguments.scope for scope in named]
    async with in_installation(arguments) as context:
        vendor_id = (await vendor.find(context, arguments.vendor)).id if arguments.vendor else None
        _, secret = await create_api_token(
            context, name=arguments.name, scopes=scopes, vendor_id=vendor_id, expires_at=None
        )
    say(secret)


async def list_tokens(arguments: Namespace) -> None:
    """Lists the tokens, newest first."""
    async with in_installation(arguments) as context:
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
    """Stops a token from working."""
    async with in_installation(arguments) as context:
        await revoke_api_token(context, arguments.id)
    say(f"The token {arguments.id} works no more.")
