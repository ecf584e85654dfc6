"""`seatkeeper vendor`: vendors and the public keys they sign with."""

from argparse import Namespace

from licensing.documents.keys import parse_public_jwk
from licensing.enums import ActivationPolicy
from resolvers.context import Context
from resolvers.vendors.removal import remove_vendor
from resolvers.vendors.trusted_keys import distrust_key, trust_key
from resolvers.vendors.vendors import VendorRow, load_vendors, update_vendor
from server.commands.arguments import (
    Subparsers,
    add_command,
    add_noun,
    public_key,
    spelled,
    takes_installation,
    takes_json,
    word_of,
)
from server.commands.connection import CommandError, in_installation
from server.commands.terminal import print_json, print_table, say


def add_to(commands: Subparsers) -> None:
    """Adds the noun."""
    verbs = add_noun(commands, "vendor", "vendors and the public keys they sign with")
    trusting = add_command(verbs, "trust", trust, "trust a vendor's public key; the first vendor is the main one")
    trusting.add_argument(
        "public_key",
        metavar="KEY.jwk",
        type=public_key,
        help="public key as the vendor handed it out, or 64 hex digits",
    )
    trusting.add_argument("--vendor", required=True, metavar="KEY", help="the vendor's key, such as superoffice")
    trusting.add_argument("--name", required=True, metavar="NAME", help="the vendor's name")
    trusting.add_argument("--license-server", metavar="URL", help="address to ask for new licenses")
    distrusting = add_command(verbs, "distrust", distrust, "trust a key no more")
    distrusting.add_argument("kid", metavar="KID", help="the key's thumbprint")
    policy = add_command(verbs, "policy", set_policy, "choose which new licenses are activated on arrival")
    policy.add_argument("key", metavar="KEY", help="the vendor's key")
    policy.add_argument(
        "policy",
        metavar="POLICY",
        type=word_of(ActivationPolicy),
        help=f"one of {', '.join(map(spelled, ActivationPolicy))}",
    )
    removing = add_command(verbs, "remove", remove, "remove a vendor, other than the main one, and its licenses")
    removing.add_argument("key", metavar="KEY", help="the vendor's key")
    listing = add_command(verbs, "list", list_vendors, "list the vendors")
    takes_installation(trusting, distrusting, policy, removing, listing)
    takes_json(listing)


async def trust(arguments: Namespace) -> None:
    """Trusts a key, and with its first one the vendor."""
    key = parse_public_jwk(arguments.public_key)
    async with in_installation(arguments) as context:
        vendor = await trust_key(
            context,
            key,
            vendor_key=arguments.vendor,
            name=arguments.name,
            license_server=arguments.license_server,
        )
    say(f"Trusts the key {key.kid} to sign for {vendor.name}{', the main vendor' if vendor.is_main else ''}.")


async def distrust(arguments: Namespace) -> None:
    """Trusts a key no more."""
    async with in_installation(arguments) as context:
        await distrust_key(context, arguments.kid)
    say(f"Trusts the key {arguments.kid} no more. What it signed before stays in force.")


async def set_policy(arguments: Namespace) -> None:
    """Chooses which of a vendor's new licenses are activated on arrival."""
    async with in_installation(arguments) as context:
        vendor = await find(context, arguments.key)
        await update_vendor(context, vendor.id, arguments.policy)
    say(f"New licenses of {vendor.name} that are activated on arrival: {arguments.policy.description}")


async def remove(arguments: Namespace) -> None:
    """Removes a vendor and what it granted."""
    async with in_installation(arguments) as context:
        await remove_vendor(context, arguments.key)
    say(f"Removed the vendor {arguments.key}. Trusting a key of its own again brings it back.")


async def list_vendors(arguments: Namespace) -> None:
    """Lists the vendors, the main one first."""
    async with in_installation(arguments) as context:
        vendors = await load_vendors(context)
    columns = ("key", "name", "is_main", "status", "expires_at", "activation_policy", "next_check_at")
    rows = [[getattr(vendor, column) for column in columns] for vendor in vendors]
    if arguments.json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        headings = ("Key", "Name", "Main", "Status", "Expires", "Policy", "Next check")
        print_table(headings, [(key, name, "yes" if main else None, *rest) for key, name, main, *rest in rows])


async def find(context: Context, key: str) -> VendorRow:
    """The vendor with a key.

    Raises:
        Refused: There is none.
    """
    for vendor in await load_vendors(context):
        if vendor.key == key:
            return vendor
    raise CommandError("NOT_FOUND", f"There is no vendor {key}. `seatkeeper vendor list` shows those there are.")
